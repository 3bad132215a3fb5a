using System.Collections.Concurrent;
using CdcLake.IntegrationTests.Fixtures;
using CdcLake.MySql.Wire;

namespace CdcLake.IntegrationTests.Pipelines;

/// <summary>A table of a server, and a pipeline in this process that follows it into a lake, which can be killed and begun again.</summary>
/// <param name="servers">Source and replica.</param>
/// <param name="build">From the source's tables and the catalog to a pipeline that writes <c>lakehouse.t</c>.</param>
internal sealed class FollowedTable(ServerPair servers, Func<MySqlSource, IcebergCatalog, Action<PipelineOptions>, Pipeline> build) : IAsyncDisposable
{
    public const string Database = "ddl";

    private readonly TemporaryFolder _folder = new();
    private SteppedReplica? _replica;
    private ServerSession? _session;
    private Pipeline? _pipeline;
    private CancellationTokenSource _stop = new();
    private Task _running = Task.CompletedTask;

    /// <summary>The source, in the database.</summary>
    public ServerSession Session => _session!;

    /// <summary>Where the pipeline's checkpoints are.</summary>
    public string Checkpoints => _folder["checkpoints"];

    public LakeTable Table => new(Path.Combine(_folder["warehouse"], "lakehouse", "t"));

    /// <summary>All tables of the lake.</summary>
    public WholeLake Lake => new(Path.Combine(_folder["warehouse"], "lakehouse"), _replica!, Session);

    /// <summary>The pipeline that runs.</summary>
    public Pipeline Pipeline => _pipeline!;

    public ConcurrentQueue<PipelineCommit> Commits { get; } = new();

    /// <summary>Ends with the pipeline.</summary>
    public Task Running => _running;

    /// <summary>Empties the servers and runs statements in a new database.</summary>
    public async Task CreateAsync(params string[] statements)
    {
        await servers.Source.ResetAsync();
        _replica = await SteppedReplica.FollowAsync(servers.Source, servers.Replica, Database);
        _session = await servers.Source.OpenAsync();
        await Session.RunAsync([$"CREATE DATABASE {Database}", $"USE {Database}", .. statements]);
    }

    /// <summary>Lets the pipeline run.</summary>
    public void Start(TimeSpan? commitInterval = null, Action<MySqlSourceOptions>? source = null)
    {
        var lake = IcebergCatalog.FileSystem(_folder["warehouse"]);
        _stop = new CancellationTokenSource();
        _pipeline = build(new MySqlSource(servers.Source.CaptureString, source), lake, o =>
        {
            o.CheckpointFolder = _folder["checkpoints"];
            o.CheckpointInterval = TimeSpan.FromMilliseconds(20);
            o.CommitInterval = commitInterval ?? TimeSpan.FromMilliseconds(20);
            o.OnCommit = Commits.Enqueue;
        });
        _running = _pipeline.RunAsync(_stop.Token);
    }

    /// <summary>Begins anew after an error.</summary>
    public async Task RestartAsync()
    {
        await _pipeline!.DisposeAsync();
        Start();
    }

    /// <summary>Runs statements, then waits until the lake shows them.</summary>
    public async Task RunAsync(params string[] statements)
    {
        await Session.RunAsync(statements);
        await SettleAsync();
    }

    /// <summary>Waits until the lake shows everything.</summary>
    public async Task SettleAsync()
    {
        using var limit = new CancellationTokenSource(ChildProcess.Limit);
        var reached = _pipeline!.WaitForGtidAsync(await Session.GtidExecutedAsync(), cancellationToken: limit.Token);
        if (await Task.WhenAny(reached, _running) == _running)
        {
            await _running;
        }

        await reached;
    }

    /// <summary>Stops the pipeline, which commits what it has read.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _running;
        await _pipeline!.DisposeAsync();
        _pipeline = null;
    }

    /// <summary>Every snapshot equals MySQL's answer at its GTID set.</summary>
    /// <returns>How many there are.</returns>
    public Task<int> CheckAsync(string query = "SELECT * FROM t") => LakeRows.CheckAsync(Table, _replica!, query);

    /// <summary>What the source answers now, sorted, one line a row.</summary>
    public async Task<IEnumerable<string>> NamedRowsAsync(string query) => SteppedReplica.NamedLines(await Session.QueryAsync(query, default)).Order(StringComparer.Ordinal);

    /// <summary>ClickHouse reads the newest snapshot like Iceberg Java.</summary>
    public Task CheckByClickHouseAsync() => LakeRows.CheckByClickHouseAsync(Table);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running.ContinueWith(_ => { }, TaskScheduler.Default);
        if (_pipeline is not null)
        {
            await _pipeline.DisposeAsync();
        }

        if (_session is not null)
        {
            await _session.DisposeAsync();
        }

        if (_replica is not null)
        {
            await _replica.DisposeAsync();
        }

        _stop.Dispose();
        _folder.Dispose();
    }
}
