using CdcLake.IntegrationTests.Fixtures;

namespace CdcLake.IntegrationTests.Pipelines;

/// <summary>A pipeline that is reset takes a new snapshot, which replaces the content of its tables in one commit.</summary>
public sealed class ResetTests
{
    [ServerFact(TestServers.MySql)]
    public Task A_replica_without_state_begins_anew() => ProveAsync("resetplain", (t, table) => t.ToIceberg(table, key: r => r.Id).Build);

    [ServerFact(TestServers.MySql)]
    public Task A_result_with_state_begins_anew() => ProveAsync(
        "resetstate", (t, table) => t.Aggregate(r => r.Id, g => new { Id = g.Key, Total = g.Sum(r => r.V) }).ToIceberg(table, key: r => r.Id).Build);

    private static async Task ProveAsync(string name, Func<ChangeStream<Item>, IcebergTable, Func<string, Action<PipelineOptions>?, Pipeline>> query)
    {
        await using var database = await MySqlDatabase.CreateAsync(TestServers.Get(TestServers.MySql), name);
        await database.ExecuteAsync("CREATE TABLE t (id INT PRIMARY KEY, v INT NOT NULL)", "INSERT INTO t VALUES (1, 10), (2, 20)");
        using var folder = new TemporaryFolder();
        var table = IcebergCatalog.FileSystem(Path.Combine(folder.Path, "warehouse")).Table("demo.t");
        var first = await RunAsync(async p => await p.WaitForStatusAsync(s => s.State == PipelineState.Streaming && s.Sinks[0].Commits == 1));
        Assert.NotNull(first.Snapshot);
        Assert.Null((await RunAsync(p => p.WaitForStatusAsync(s => s is { State: PipelineState.Streaming, Lag.Ticks: 0 }))).Snapshot);

        // A row that the server has not logged, as after a restore of its data: only a snapshot can see it.
        await database.ExecuteAsync("SET SESSION sql_log_bin = 0", "INSERT INTO t VALUES (3, 30)", "DELETE FROM t WHERE id = 1", "SET SESSION sql_log_bin = 1");
        Assert.Null((await RunAsync(p => p.WaitForStatusAsync(s => s is { State: PipelineState.Streaming, Lag.Ticks: 0 }))).Snapshot);
        await using (var pipeline = Build())
        {
            await pipeline.ResetAsync(); // the wish outlives the object
        }

        Assert.NotNull((await RunAsync(p => p.WaitForStatusAsync(s => s is { State: PipelineState.Streaming, Lag.Ticks: 0 } && s.Sinks[0].Commits > 0))).Snapshot);
        var ids = new List<int>();
        await foreach (var row in table.ReadAsync())
        {
            ids.Add(row.Get<int>("id"));
        }

        Assert.Equal([2, 3], ids.Order());
        Assert.Null((await RunAsync(p => p.WaitForStatusAsync(s => s is { State: PipelineState.Streaming, Lag.Ticks: 0 }))).Snapshot); // once is enough

        Pipeline Build()
        {
            var source = new MySqlSource(database.ConnectionString, o => o.Heartbeat = TimeSpan.FromMilliseconds(500));
            var build = query(Pipeline.FromMySqlBinlog(source.Table<Item>($"{database.Name}.t")), table);
            return build("reset", o => o.CheckpointFolder = Path.Combine(folder.Path, "checkpoints"));
        }

        async Task<PipelineStatus> RunAsync(Func<Pipeline, Task> until)
        {
            using var stop = new CancellationTokenSource();
            await using var pipeline = Build();
            var run = pipeline.RunAsync(stop.Token);
            await until(pipeline);
            var status = pipeline.Status;
            await Assert.ThrowsAsync<InvalidOperationException>(() => pipeline.ResetAsync());
            await stop.CancelAsync();
            await run.WaitAsync(TimeSpan.FromSeconds(30));
            return status;
        }
    }

    private sealed record Item(int Id, int V);
}
