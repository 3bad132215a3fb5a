using System.Text.Json;
using CdcLake.IntegrationTests.Fixtures;
using CdcLake.Testing;

namespace CdcLake.IntegrationTests.Pipelines;

/// <summary>What a pipeline says of itself at a real server: through an outage, on an idle server, and while a snapshot is read.</summary>
public sealed class LiveStatusTests
{
    private const int Rows = 20_000;

    [ServerFact(TestServers.MySql)]
    public async Task Lag_grows_through_an_outage_and_is_zero_on_the_idle_server_afterwards()
    {
        await using var database = await CreateAsync("outage");
        using var folder = new TemporaryFolder();
        await using var proxy = RecordingProxy.MySql(database.ConnectionString);
        await using var pipeline = Build(proxy.ConnectionString, $"{database.Name}.t", folder.Path);
        using var stop = new CancellationTokenSource();
        var run = pipeline.RunAsync(stop.Token);
        await pipeline.WaitForStatusAsync(s => s is { State: PipelineState.Streaming, Lag.Ticks: 0 });
        await database.ExecuteAsync("INSERT INTO t VALUES (1000001, 'x')");
        await pipeline.WaitForStatusAsync(s => s.Source is { Inserts: 1 } && s.Sinks[0].PendingRows == 0 && s.Sinks[0].Lag == s.Lag);
        proxy.Stop();
        var away = await pipeline.WaitForStatusAsync(s => s is { State: PipelineState.Retrying, LastError.Attempt: > 1 } && s.Lag > TimeSpan.FromSeconds(2));
        Assert.Equal((false, null, true), (away.Source.IsConnected, away.Source.Server, away.LastError!.NextAttempt > away.LastError.At));
        Assert.StartsWith("MySqlServer", away.LastError.Code, StringComparison.Ordinal);
        Assert.Equal(away.LastError.Code, JsonSerializer.Deserialize<PipelineStatus>(JsonSerializer.Serialize(away))!.LastError!.Code);
        proxy.Start();
        var back = await pipeline.WaitForStatusAsync(s => s is { State: PipelineState.Streaming, Lag.Ticks: 0 });
        Assert.Equal((1, true, null), (back.Source.Reconnects, back.Source.IsConnected, back.LastError));
        await stop.CancelAsync();
        await run.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(PipelineState.Stopped, pipeline.Status.State);
    }

    [ServerFact(TestServers.MySql)]
    public async Task A_pipeline_started_again_on_an_idle_server_is_current_at_the_first_heartbeat()
    {
        await using var database = await CreateAsync("idleagain");
        using var folder = new TemporaryFolder();
        for (var start = 0; start < 2; start++)
        {
            await using var pipeline = Build(database.ConnectionString, $"{database.Name}.t", folder.Path);
            using var stop = new CancellationTokenSource();
            var run = pipeline.RunAsync(stop.Token);
            var status = await pipeline.WaitForStatusAsync(s => s is { State: PipelineState.Streaming, Lag.Ticks: 0 } && s.Sinks[0].Lag == TimeSpan.Zero);
            Assert.InRange(status.At - status.Source.LastHeard!.Value, TimeSpan.Zero, TimeSpan.FromSeconds(3));
            await stop.CancelAsync();
            await run.WaitAsync(TimeSpan.FromSeconds(30));
        }
    }

    [ServerFact(TestServers.MySql)]
    public async Task A_snapshot_tells_its_progress_and_a_pipeline_stopped_within_it_is_stopped()
    {
        await using var database = await CreateAsync("snapshotstatus");
        await database.ExecuteAsync("ANALYZE TABLE t");
        using var folder = new TemporaryFolder();
        await using var proxy = RecordingProxy.MySql(database.ConnectionString);
        proxy.Script = f => f is { IsFromServer: true, Connection: 2 } ? f.SilentAfter(500_000) : ProxyAction.Pass; // describe, control, view
        await using var pipeline = Build(proxy.ConnectionString, $"{database.Name}.t", folder.Path);
        using var stop = new CancellationTokenSource();
        var run = pipeline.RunAsync(stop.Token);
        var status = await pipeline.WaitForStatusAsync(s => s is { State: PipelineState.Snapshotting, Snapshot.Rows: > 0, Snapshot.RowsPerSecond: > 0 });
        var table = Assert.Single(status.Snapshot!.Tables);
        Assert.Equal(($"{database.Name}.t", true, false), (table.Table, table.HasBegun, table.IsDone));
        Assert.InRange(table.EstimatedRows!.Value, Rows / 2, Rows * 2);
        Assert.InRange(table.Rows, 1, Rows - 1);
        Assert.True(status.Snapshot.Remaining > TimeSpan.Zero);
        await stop.CancelAsync();
        await run.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal((PipelineState.Stopped, 0L), (pipeline.Status.State, pipeline.Status.Sinks[0].Commits));
    }

    private static Pipeline Build(string connectionString, string table, string folder) =>
        Pipeline.FromMySqlBinlog(new MySqlSource(connectionString, o => (o.Heartbeat, o.MaxRetryDelay) = (TimeSpan.FromSeconds(1), TimeSpan.FromMilliseconds(300))).Table(table))
            .ToIceberg(IcebergCatalog.FileSystem(Path.Combine(folder, "warehouse")).Table("demo.t"))
            .Build("live-status", o => (o.CheckpointFolder, o.CommitInterval) = (Path.Combine(folder, "checkpoints"), TimeSpan.FromMilliseconds(100)));

    private static async Task<MySqlDatabase> CreateAsync(string name)
    {
        var database = await MySqlDatabase.CreateAsync(TestServers.Get(TestServers.MySql), name);
        await database.ExecuteAsync(
            "CREATE TABLE t (id INT PRIMARY KEY, s VARCHAR(200))",
            "SET SESSION cte_max_recursion_depth=1000000",
            $"INSERT INTO t WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i+1 FROM n WHERE i < {Rows}) SELECT i, REPEAT('x', 100) FROM n");
        return database;
    }
}
