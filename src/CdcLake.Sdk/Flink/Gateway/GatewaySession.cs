using System.Text;
using System.Text.Json;
using CdcLake.Flink.Sql;

namespace CdcLake.Flink.Gateway;

// POST /v2/sessions {"sessionName", "properties"}            {"sessionHandle"}
// GET  …/{session}                                           {"properties"}
// POST …/{session}/heartbeat
// POST …/{session}/statements {"statement"}                  {"operationHandle"}
// GET  …/operations/{operation}/result/{n}?rowFormat=JSON    {"resultType": NOT_READY | PAYLOAD | EOS, "jobID", "results", "nextResultUri"}
// POST …/operations/{operation}/cancel, DELETE …/close       DELETE …/{session}
//
// v1 has neither rowFormat nor jobID: the id is the one row of the result. Source: Flink 1.20, "SQL Gateway: REST Endpoint".

/// <summary>A session of a SQL gateway, which runs one statement after another. Closed when it is disposed of; jobs go on.</summary>
internal sealed class GatewaySession : IAsyncDisposable
{
    private static readonly string[] Known = ["V2", "V1"];
    private static readonly TimeSpan HeartbeatInterval = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan CleanUp = TimeSpan.FromSeconds(15);
    private readonly FlinkHttp _http;
    private readonly FlinkGatewayOptions _options;
    private readonly Uri _root;
    private readonly string _version;
    private readonly string _session;
    private bool _isGone;

    private GatewaySession(FlinkHttp http, FlinkGatewayOptions options, Uri root, string version, string session) =>
        (_http, _options, _root, _version, _session) = (http, options, root, version, session);

    private string Path => $"{_version}/sessions/{_session}";

    /// <summary>Agrees on a version and opens a session with the script's settings.</summary>
    /// <exception cref="FlinkGatewayException">There is no gateway, or none of a known version.</exception>
    public static async Task<GatewaySession> OpenAsync(FlinkHttp http, Uri root, FlinkSqlScript script, FlinkGatewayOptions options, CancellationToken cancellationToken)
    {
        var versions = await http.SendAsync(HttpMethod.Get, root, "api_versions", null, cancellationToken).ConfigureAwait(false);
        var offered = versions.IsSuccess && versions.Body.ValueKind == JsonValueKind.Object && versions.Body.TryGetProperty("versions", out var list) && list.ValueKind == JsonValueKind.Array
            ? list.EnumerateArray().Select(v => v.ToString()).ToList()
            : throw new FlinkGatewayException(
                FlinkGatewayError.Version, $"{root} is no SQL gateway of Flink: it has no api_versions ({versions.Error}). The gateway listens at port 8083 by default, the JobManager at 8081.");
        var version = Array.Find(Known, offered.Contains) ?? throw new FlinkGatewayException(
            FlinkGatewayError.Version, $"The SQL gateway at {root} speaks {string.Join(", ", offered)}; known here are {string.Join(", ", Known)} (Flink 1.16 and later).");
        var path = version.ToLowerInvariant();
        var opened = await http.SendAsync(HttpMethod.Post, root, $"{path}/sessions", Body(script), cancellationToken).ConfigureAwait(false);
        return opened.IsSuccess && opened.Value("sessionHandle") is { } session
            ? new GatewaySession(http, options, root, path, session)
            : throw new FlinkGatewayException(FlinkGatewayError.Protocol, $"The SQL gateway at {root} opened no session: {opened.Error}.");
    }

    /// <summary>Where the gateway sends its jobs.</summary>
    public async Task<Uri> JobManagerAsync(CancellationToken cancellationToken)
    {
        var answer = await SendAsync(HttpMethod.Get, Path, null, null, cancellationToken).ConfigureAwait(false);
        var properties = answer.Body.ValueKind == JsonValueKind.Object && answer.Body.TryGetProperty("properties", out var found) ? found : default;
        string Property(string name, string other) => properties.ValueKind == JsonValueKind.Object && properties.TryGetProperty(name, out var value) ? value.ToString() : other;
        return FlinkHttp.Parse($"http://{Property("rest.address", _root.Host)}:{Property("rest.port", "8081")}", nameof(FlinkGatewayOptions.JobManagerUrl));
    }

    /// <summary>Runs a statement to its end.</summary>
    /// <param name="statement">With placeholders.</param>
    /// <param name="secrets">Their values.</param>
    /// <param name="cancellationToken">Cancels the statement.</param>
    public async Task<StatementResult> RunAsync(string statement, IReadOnlyDictionary<string, string> secrets, CancellationToken cancellationToken)
    {
        var operation = await SubmitAsync(statement, secrets, cancellationToken).ConfigureAwait(false);
        try
        {
            return await ResultAsync(operation, statement, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            await GiveUpAsync(operation).ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Runs the statement that starts the job.</summary>
    /// <returns>The job's id.</returns>
    public async Task<string> StartAsync(string statement, IReadOnlyDictionary<string, string> secrets, JobManagerClient jobs, CancellationToken cancellationToken)
    {
        var operation = (string?)null;
        try
        {
            operation = await SubmitAsync(statement, secrets, cancellationToken).ConfigureAwait(false);
            return JobOf(await ResultAsync(operation, statement, cancellationToken).ConfigureAwait(false), statement);
        }
        catch (FlinkGatewayException error) when (error.Error == FlinkGatewayError.Unreachable || (error.Error == FlinkGatewayError.SessionExpired && operation is not null))
        {
            // The statement may have been run: tried again, it would start the job a second time.
            throw new FlinkGatewayException(
                error.Error, $"Whether the job runs is not known, since the answer to the statement that starts it was lost. Look for it at the JobManager, by its name, before the script is submitted again. {error.Message}", error)
            { Statement = statement };
        }
        catch (OperationCanceledException) when (operation is not null)
        {
            // The statement goes on in the gateway: what it starts is nobody's, unless it is cancelled here.
            using var limit = new CancellationTokenSource(CleanUp, _options.TimeProvider);
            try
            {
                await jobs.CancelAsync(JobOf(await ResultAsync(operation, statement, limit.Token).ConfigureAwait(false), statement), limit.Token).ConfigureAwait(false);
            }
            catch (FlinkGatewayException)
            {
                // It failed by itself, and started nothing.
            }

            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_isGone)
        {
            return;
        }

        using var limit = new CancellationTokenSource(CleanUp, _options.TimeProvider);
        try
        {
            await _http.SendAsync(HttpMethod.Delete, _root, Path, null, limit.Token).ConfigureAwait(false);
        }
        catch (Exception error) when (error is FlinkGatewayException or OperationCanceledException)
        {
            // The gateway closes sessions that are idle; whatever made it unreachable is thrown by whoever needed it.
        }
    }

    private static string Body(FlinkSqlScript script) => FlinkJson.Write(json =>
    {
        json.WriteString("sessionName", script.Name);
        json.WriteStartObject("properties");
        foreach (var (name, value) in script.Settings)
        {
            json.WriteString(name, value);
        }

        json.WriteEndObject();
    });

    private async Task<string> SubmitAsync(string statement, IReadOnlyDictionary<string, string> secrets, CancellationToken cancellationToken)
    {
        var body = FlinkJson.Write(json => json.WriteString("statement", Secrets.Fill(statement, secrets)));
        var answer = await SendAsync(HttpMethod.Post, $"{Path}/statements", body, statement, cancellationToken).ConfigureAwait(false);
        return answer.Value("operationHandle") ?? throw new FlinkGatewayException(FlinkGatewayError.Protocol, $"The SQL gateway at {_root} gave no handle for \"{Shown(statement)}\": {answer.Text}.");
    }

    private async Task<StatementResult> ResultAsync(string operation, string statement, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(_options.StatementTimeout, _options.TimeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        var result = new StatementResult();
        var beat = _options.TimeProvider.GetTimestamp();
        var next = (string?)$"{Path}/operations/{operation}/result/0{(_version == "v1" ? "" : "?rowFormat=JSON")}";
        try
        {
            while (next is not null)
            {
                var answer = await SendAsync(HttpMethod.Get, next, null, statement, either.Token).ConfigureAwait(false);
                var isReady = answer.Value("resultType") is not ("NOT_READY" or null);
                result.Add(answer);
                next = answer.Value("nextResultUri")?.TrimStart('/') ?? (isReady ? null : next);
                if (!isReady)
                {
                    await Task.Delay(_options.PollInterval, _options.TimeProvider, either.Token).ConfigureAwait(false);
                }

                if (_options.TimeProvider.GetElapsedTime(beat) > HeartbeatInterval)
                {
                    beat = _options.TimeProvider.GetTimestamp();
                    await SendAsync(HttpMethod.Post, $"{Path}/heartbeat", null, null, either.Token).ConfigureAwait(false);
                }
            }
        }
        catch (OperationCanceledException error) when (!cancellationToken.IsCancellationRequested)
        {
            await GiveUpAsync(operation).ConfigureAwait(false);
            throw new FlinkGatewayException(
                FlinkGatewayError.Unreachable, $"\"{Shown(statement)}\" did not end within {_options.StatementTimeout}. Look at the gateway's log, or raise {nameof(FlinkGatewayOptions.StatementTimeout)}.", error)
            { Statement = statement };
        }

        return result;
    }

    private async Task GiveUpAsync(string operation)
    {
        using var limit = new CancellationTokenSource(CleanUp, _options.TimeProvider);
        try
        {
            await _http.SendAsync(HttpMethod.Post, _root, $"{Path}/operations/{operation}/cancel", null, limit.Token).ConfigureAwait(false);
        }
        catch (Exception error) when (error is FlinkGatewayException or OperationCanceledException)
        {
            // It ends with the session at the latest.
        }
    }

    private async Task<FlinkAnswer> SendAsync(HttpMethod method, string path, string? body, string? statement, CancellationToken cancellationToken)
    {
        var answer = await _http.SendAsync(method, _root, path, body, cancellationToken).ConfigureAwait(false);
        if (answer.IsSuccess)
        {
            return answer;
        }

        var reason = answer.Error;
        if (ServerError.Texts(answer).Contains($"Session '{_session}' does not exist", StringComparison.Ordinal))
        {
            _isGone = true;
            throw new FlinkGatewayException(
                FlinkGatewayError.SessionExpired,
                $"The session at {_root} is gone: it was idle for longer than sql-gateway.session.idle-timeout, or the gateway was restarted. Its temporary tables went with it: submit the script again.")
            { IsTransient = true, Statement = statement };
        }

        throw statement is null
            ? new FlinkGatewayException(FlinkGatewayError.Protocol, $"The SQL gateway at {_root} answers {answer.Status}: {reason}.")
            : new FlinkGatewayException(FlinkGatewayError.Statement, $"Flink refuses \"{Shown(statement)}\": {reason}. Nothing of the job runs; tables that were created stay.") { Statement = statement };
    }

    private static string JobOf(StatementResult result, string statement) => result.JobId ?? throw new FlinkGatewayException(
        FlinkGatewayError.Protocol, $"The gateway gave no job id for \"{Shown(statement)}\". Look for the job at the JobManager before the script is submitted again.");

    private static string Shown(string statement) => statement.Length <= 200 ? statement : new StringBuilder(statement, 0, 197, 200).Append("...").ToString();
}
