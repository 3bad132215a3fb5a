using CdcLake.Flink.Gateway;

namespace CdcLake;

/// <summary>Flink's SQL gateway, to which scripts are submitted over its REST protocol. Immutable and thread-safe; opens nothing by itself.</summary>
public sealed class FlinkSqlGateway : IDisposable
{
    private readonly FlinkHttp _http;
    private readonly FlinkGatewayOptions _options;

    /// <param name="address">Root of the gateway: <c>http://gateway:8083</c>.</param>
    /// <param name="configure">Changes the defaults of <see cref="FlinkGatewayOptions"/>.</param>
    /// <exception cref="ArgumentException">Not an address, or an option has a value that it does not take.</exception>
    public FlinkSqlGateway(string address, Action<FlinkGatewayOptions>? configure = null)
    {
        var options = new FlinkGatewayOptions();
        configure?.Invoke(options);
        _options = options.Freeze();
        Address = FlinkHttp.Parse(address, nameof(address));
        JobManager = _options.JobManagerUrl is { } url ? FlinkHttp.Parse(url, nameof(configure)) : null;
        _http = new FlinkHttp(_options);
    }

    private Uri Address { get; }

    private Uri? JobManager { get; }

    /// <summary>
    /// Runs the statements of a script in a session of its own, one by one, and starts its job, which outlives the session. Tables that a script creates stay when a later statement fails.
    /// Cancelled while the job starts, it cancels the job.
    /// </summary>
    /// <param name="script">The script.</param>
    /// <param name="secrets">Values of placeholders that are not known here, or go before those that are; by name, <c>MYSQL_PASSWORD</c>.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The job, which is starting.</returns>
    /// <exception cref="FlinkGatewayException">The gateway cannot be reached, or Flink refuses a statement.</exception>
    /// <exception cref="ArgumentException">A placeholder has no value.</exception>
    public async Task<FlinkJob> SubmitAsync(FlinkSqlScript script, IReadOnlyDictionary<string, string>? secrets = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(script);
        var values = Values(script, secrets);
        var session = await GatewaySession.OpenAsync(_http, Address, script, _options, cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            var jobManager = new JobManagerClient(_http, JobManager ?? await session.JobManagerAsync(cancellationToken).ConfigureAwait(false), _options);
            foreach (var statement in script.Statements.SkipLast(1))
            {
                await session.RunAsync(statement, values, cancellationToken).ConfigureAwait(false);
            }

            var id = await session.StartAsync(script.Statements[^1], values, jobManager, cancellationToken).ConfigureAwait(false);
            return new FlinkJob(id, script.Name, jobManager);
        }
    }

    /// <summary>Has Flink plan the job of a script without starting it: tables are created, and the plan is made. For checks before a change of version.</summary>
    /// <inheritdoc cref="SubmitAsync"/>
    /// <returns>Flink's plan as text.</returns>
    public async Task<string> ExplainAsync(FlinkSqlScript script, IReadOnlyDictionary<string, string>? secrets = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(script);
        var values = Values(script, secrets);
        var session = await GatewaySession.OpenAsync(_http, Address, script, _options, cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            foreach (var statement in script.Statements.SkipLast(1))
            {
                await session.RunAsync(statement, values, cancellationToken).ConfigureAwait(false);
            }

            var job = script.Statements[^1];
            const string Set = "EXECUTE ";
            var result = await session.RunAsync($"EXPLAIN {(job.StartsWith(Set, StringComparison.Ordinal) ? job[Set.Length..] : job)}", values, cancellationToken).ConfigureAwait(false);
            return string.Join('\n', result.Texts);
        }
    }

    /// <summary>A job that was started earlier, by its id.</summary>
    /// <param name="jobId">32 hex digits.</param>
    /// <param name="name">What messages call it.</param>
    /// <exception cref="InvalidOperationException">The address of the JobManager is not known: set <see cref="FlinkGatewayOptions.JobManagerUrl"/>.</exception>
    public FlinkJob Job(string jobId, string name)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(jobId);
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        return new FlinkJob(jobId, name, new JobManagerClient(_http, JobManager ?? throw new InvalidOperationException($"Set {nameof(FlinkGatewayOptions.JobManagerUrl)} to reach jobs by their id."), _options));
    }

    /// <summary>Closes its connections; jobs go on.</summary>
    public void Dispose() => _http.Dispose();

    private static Dictionary<string, string> Values(FlinkSqlScript script, IReadOnlyDictionary<string, string>? secrets)
    {
        var values = script.Placeholders.ToDictionary(p => p, p => secrets?.GetValueOrDefault(p) ?? script.Secrets[p], StringComparer.Ordinal);
        var missing = values.Where(v => v.Value.Length == 0 && secrets?.ContainsKey(v.Key) != true).Select(v => v.Key).ToList();
        return missing.Count == 0
            ? values
            : throw new ArgumentException($"The script names secrets whose values are not known here: {string.Join(", ", missing)}. Give them as secrets.", nameof(secrets));
    }
}
