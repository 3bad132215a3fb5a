using CdcLake.Benchmarks.Children;

namespace CdcLake.Benchmarks.Targets;

/// <summary>
/// The seeds' jobs here and in Flink, from the same chain, over the same server and the same workload, one after the other: an initial snapshot, changes in bulk, and single changes. Both commit every second
/// (Flink checkpoints every second); each engine is what a fresh process is, without a run before that warms it up.
/// </summary>
internal static class FlinkTargets
{
    private const int Singles = 5;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    public static IEnumerable<TargetGroup> List(Workspace work) =>
    [
        new("join + aggregate", () => BothAsync(work, SalesJob.ByProduct)),
        new("replica", () => BothAsync(work, SalesJob.Replica)),
    ];

    private static async Task<IReadOnlyList<TargetLine>> BothAsync(Workspace work, string job)
    {
        if (BenchmarkServer.Configured is not { } server)
        {
            return [TargetLine.Skipped(job, "CDCLAKE_TEST_MYSQL names no server")];
        }

        var ours = await OursAsync(server, job, work.Fresh(job));
        var theirs = await InFlinkAsync(server, job, work.Fresh(job));
        const string Flink = "Flink";
        return
        [
            Rate($"{job}: initial snapshot, start or submission included (clock)", BulkTables.Sales, ours.Snapshot, theirs.Snapshot),
            Rate("  the same (one core)", BulkTables.Sales, ours.SnapshotCpu, theirs.SnapshotCpu),
            Rate($"{job}: {BulkTables.Changes / 1000} k changes in bulk (clock)", BulkTables.Changes, ours.Bulk, theirs.Bulk),
            Rate("  the same (one core)", BulkTables.Changes, ours.BulkCpu, theirs.BulkCpu),
            TargetLine.Against($"{job}: one change → visible, median of {Singles}", ours.Single, "s", Flink, theirs.Single),
            TargetLine.Against($"{job}: memory at the end, all processes", ours.Memory / 1e6, "MB", Flink, theirs.Memory / 1e6),
            TargetLine.Against($"{job}: files in the table's folder at the end", ours.Files, "files", Flink, theirs.Files),
        ];
    }

    private static TargetLine Rate(string name, int changes, double ours, double theirs) => TargetLine.Against(name, changes / ours / 1e3, "k rows/s", "Flink", changes / theirs / 1e3);

    private static async Task<EngineRun> OursAsync(string server, string job, string folder)
    {
        await using var tables = await BulkTables.CreateAsync(server);
        await using var child = Child.Start(null, "server", job, tables.ConnectionString, tables.Database, folder, "1000");
        return await MeasureAsync(tables, job, folder, child.Started, async () => (await child.FiguresAsync()).Cpu, async () => (await child.FiguresAsync()).WorkingSet, 0);
    }

    private static async Task<EngineRun> InFlinkAsync(string server, string job, string folder)
    {
        await using var tables = await BulkTables.CreateAsync(server);
        await using var cluster = await FlinkCluster.StartAsync();
        Directory.CreateDirectory(folder);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(folder, (UnixFileMode)0x1FF); // Flink may run as another user
        }

        await using var pipeline = SalesJob.Build(job, new MySqlSource(server), tables.Database, folder);
        var script = await pipeline.ToFlinkSqlAsync(o => o.CheckpointInterval = TimeSpan.FromSeconds(1));
        var idle = cluster.Cpu();
        var began = Figures.Clock;
        var submitted = await cluster.Gateway.SubmitAsync(script);
        var run = await MeasureAsync(tables, job, folder, began, () => Task.FromResult(cluster.Cpu()), () => Task.FromResult(cluster.WorkingSet()), idle);
        await submitted.CancelAsync();
        return run;
    }

    private static async Task<EngineRun> MeasureAsync(BulkTables tables, string job, string folder, double began, Func<Task<double>> cpu, Func<Task<long>> memory, double cpuBefore)
    {
        await ShownAsync(tables, job, folder);
        var (snapshot, snapshotCpu) = (Figures.Clock - began, await cpu() - cpuBefore);
        (began, cpuBefore) = (Figures.Clock, await cpu());
        await tables.ChangeAsync();
        await ShownAsync(tables, job, folder);
        var (bulk, bulkCpu) = (Figures.Clock - began, await cpu() - cpuBefore);
        var singles = new List<double>();
        for (var i = 0; i < Singles; i++)
        {
            await tables.ChangeOneAsync();
            began = Figures.Clock;
            await ShownAsync(tables, job, folder);
            singles.Add(Figures.Clock - began);
        }

        var files = Directory.EnumerateFiles(Path.Combine(folder, "demo"), "*.parquet", SearchOption.AllDirectories).Count();
        return new EngineRun(snapshot, snapshotCpu, bulk, bulkCpu, Measurement.Middle(singles), await memory(), files);
    }

    /// <summary>Asks the table until it has everything that the server has.</summary>
    private static async Task ShownAsync(BulkTables tables, string job, string folder)
    {
        var lake = IcebergCatalog.FileSystem(folder);
        var expected = await tables.TotalsAsync();
        using var limit = new CancellationTokenSource(Patience);
        while (!(job == SalesJob.Replica ? await HasAsync(lake, tables.LastSale, limit.Token) : await TotalsAsync(lake, limit.Token) == expected))
        {
            await Task.Delay(Pause, limit.Token);
        }
    }

    private static async Task<bool> HasAsync(IcebergCatalog lake, long id, CancellationToken cancellationToken)
    {
        if (!await lake.TableExistsAsync("demo.sales", cancellationToken))
        {
            return false;
        }

        await foreach (var _ in lake.Table("demo.sales").Scan().Where(r => r.Get<long>("id") == id).Select("id").ReadAsync(cancellationToken))
        {
            return true;
        }

        return false;
    }

    private static async Task<(long Rows, long Qty)> TotalsAsync(IcebergCatalog lake, CancellationToken cancellationToken)
    {
        var totals = (Rows: 0L, Qty: 0L);
        if (await lake.TableExistsAsync("demo.sales_by_product", cancellationToken))
        {
            await foreach (var row in lake.Table("demo.sales_by_product").Scan<SalesByProduct>().ReadAsync(cancellationToken))
            {
                totals = (totals.Rows + row.SaleCount, totals.Qty + row.TotalQty);
            }
        }

        return totals;
    }

    /// <param name="Snapshot">Seconds from start to a complete table.</param>
    /// <param name="SnapshotCpu">Seconds of processor time for it.</param>
    /// <param name="Bulk">Seconds from the first change in bulk to a table that has all of them.</param>
    /// <param name="BulkCpu">Seconds of processor time for them.</param>
    /// <param name="Single">Seconds until a single change was seen.</param>
    /// <param name="Memory">Bytes at the end.</param>
    /// <param name="Files">Data and delete files in the folder.</param>
    private sealed record EngineRun(double Snapshot, double SnapshotCpu, double Bulk, double BulkCpu, double Single, long Memory, int Files);
}
