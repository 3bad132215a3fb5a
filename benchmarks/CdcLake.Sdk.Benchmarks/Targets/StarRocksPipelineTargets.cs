using System.Globalization;
using CdcLake.Benchmarks.Children;
using CdcLake.Testing;

namespace CdcLake.Benchmarks.Targets;

/// <summary>Whole pipelines from MySQL into the stand-in: the snapshot of a table whose rows are thrown away there, and how soon a change is visible.</summary>
internal static class StarRocksPipelineTargets
{
    private const string Database = "bench";
    private const double WantedRows = 150;
    private const double WantedSeconds = 0.2;
    private const double WarmSeconds = 3;
    private const int Transactions = 100; // a second
    private const int Changes = 10; // a transaction

    public static async Task<IReadOnlyList<TargetLine>> SnapshotAsync(BenchmarkServer server)
    {
        const double Rows = 1 << 20;
        var cost = await Measurement.MedianAsync(1, 3, async () =>
        {
            await using var rocks = new FakeStarRocks(o => (o.Version, o.DiscardsRows) = ("4.0.2", true));
            await using var pipeline = Build<Sale>(rocks, new MySqlSource(server.ConnectionString), server.Table, TimeSpan.FromSeconds(1));
            using var stop = new CancellationTokenSource();
            var run = pipeline.RunAsync(stop.Token);
            await pipeline.WaitForGtidAsync(server.After.ToString());
            await stop.CancelAsync();
            await run;
        });
        var rate = Rows / cost.Cpu / 1e3;
        return
        [
            new TargetLine("snapshot from MySQL into StarRocks' stand-in, JSON (one core for both)", rate, "k rows/s") { Target = $"≥ {WantedRows}", IsMet = rate >= WantedRows },
            new TargetLine("  the same (clock, start and end of the pipeline included)", Rows / cost.Wall / 1e3, "k rows/s"),
        ];
    }

    public static async Task<IReadOnlyList<TargetLine>> FreshnessAsync(LiveTables tables, double seconds)
    {
        await using var rocks = new FakeStarRocks(o => o.Version = "4.0.2");
        await using var pipeline = Build<Sale>(rocks, new MySqlSource(tables.ConnectionString), $"{tables.Database}.sales", TimeSpan.FromMilliseconds(50));
        using var stop = new CancellationTokenSource();
        var run = pipeline.RunAsync(stop.Token);
        await pipeline.WaitForGtidAsync(await tables.PositionAsync());
        var states = new List<(double Time, long Rows)>();
        var watcher = WatchAsync(rocks, states, stop.Token);
        var transactions = await tables.WriteAsync(Transactions, Changes, WarmSeconds + seconds);
        await pipeline.WaitForGtidAsync(await tables.PositionAsync());
        while (states[^1].Rows < transactions[^1].Rows)
        {
            await Task.Delay(1);
        }

        await stop.CancelAsync();
        await run;
        await watcher;
        var ages = Figures.Ages(transactions, states, WarmSeconds).Order().ToList();
        var rate = transactions.Count * Changes / (transactions[^1].Time - transactions[0].Time) / 1e3;
        var p99 = ages[(int)(ages.Count * 0.99)];
        return
        [
            TargetLine.Against($"change → visible in StarRocks' stand-in, from MySQL, {rate:0.0}k changes/s, p99", p99 * 1e3, "ms", "ms median", ages[ages.Count / 2] * 1e3,
                $"≤ {WantedSeconds * 1e3}", p99 <= WantedSeconds),
            new TargetLine("  the worst", ages[^1] * 1e3, "ms"),
        ];
    }

    private static Pipeline Build<TRow>(FakeStarRocks rocks, MySqlSource source, string table, TimeSpan commitInterval)
    {
        var cluster = new StarRocksCluster(rocks.ConnectionString, o => o.LoadUrl = rocks.LoadUrl);
        var folder = Path.Combine(Path.GetTempPath(), $"cdclake-starrocks-{Environment.ProcessId}"); // nothing is kept there: nothing joins
        return Pipeline.FromMySqlBinlog(source.Table<TRow>(table)).ToStarRocks(cluster.Table($"{Database}.sales", t => t.ReplicationNum = 1))
            .Build("benchmark-starrocks", o => (o.CommitInterval, o.CheckpointFolder) = (commitInterval, folder));
    }

    private static async Task WatchAsync(FakeStarRocks rocks, List<(double Time, long Rows)> states, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            var rows = long.Parse(rocks.Execute($"SELECT COUNT(*) FROM {Database}.sales")[0][0]!, CultureInfo.InvariantCulture);
            if (states.Count == 0 || states[^1].Rows != rows)
            {
                states.Add((Figures.Clock, rows));
            }

            await Task.Delay(1, CancellationToken.None);
        }
    }
}
