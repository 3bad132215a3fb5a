using CdcLake.Benchmarks.Logs;
using CdcLake.Columnar;
using CdcLake.Connectors;
using CdcLake.Iceberg;
using CdcLake.Iceberg.Catalogs;
using CdcLake.Iceberg.Catalogs.FileSystem;
using CdcLake.Iceberg.Tables;
using CdcLake.Iceberg.Transactions;
using CdcLake.Iceberg.Writing;
using CdcLake.MySql;
using CdcLake.MySql.Binlog;
using CdcLake.MySql.Gtids;
using CdcLake.Storage;

namespace CdcLake.Benchmarks.Targets;

/// <summary>The Iceberg sink alone, on a local folder, durable writes included.</summary>
internal static class SinkTargets
{
    private const int SmallTable = 100_000;
    private const int LargeTable = 1_000_000;
    private const int UpdatedRows = 1_000;
    private const double Wanted = 1.2;

    /// <summary>Commits of a thousand scattered updates to a table, and to one ten times as large.</summary>
    public static async Task<IReadOnlyList<TargetLine>> CommitTimeAsync(Workspace work)
    {
        var small = await CommitAsync(work, SmallTable);
        var large = await CommitAsync(work, LargeTable);
        return
        [
            TargetLine.Against($"commit of {UpdatedRows} updates, table of {LargeTable / 1000}k rows (clock)", large.Commit.Wall * 1e3, "ms", $"ms for {SmallTable / 1000}k rows", small.Commit.Wall * 1e3,
                $"ratio < {Wanted}", large.Commit.Wall / small.Commit.Wall < Wanted),
            TargetLine.Against("  the same (one core)", large.Commit.Cpu * 1e3, "ms", $"ms for {SmallTable / 1000}k rows", small.Commit.Cpu * 1e3),
            TargetLine.Against("first load of that table (one core)", LargeTable / large.Load.Cpu / 1e3, "k rows/s", $"k rows/s for {SmallTable / 1000}k rows", SmallTable / small.Load.Cpu / 1e3),
        ];
    }

    private static async Task<(Cost Commit, Cost Load)> CommitAsync(Workspace work, int rows)
    {
        const int commits = 30;
        var workload = work.InsertWorkload;
        var folder = work.Fresh("sink");

        // Below this size a data file is rewritten as a whole; both tables shall be beyond it, as tables whose size matters are.
        var settings = new IcebergSinkSettings { SmallFileBytes = 1 << 20 };
        await using var sink = await OpenAsync(folder, "demo.sales", settings);
        var inserts = SalesTables.Inserts(workload, rows);
        var before = Cost.Now();
        await ApplyAsync(sink, inserts, 1);
        var load = Cost.Now() - before;

        var costs = new List<Cost>();
        var random = new Random(7);
        var versions = new Dictionary<long, int>();
        for (var i = 0; i < commits; i++)
        {
            var batch = new ChangeBatch(SalesTables.Sales);
            for (var n = 0; n < UpdatedRows; n++)
            {
                var id = 1 + random.NextInt64(rows);
                var version = versions.GetValueOrDefault(id);
                SalesTables.Append(batch, workload.Sale(id, version), -1);
                SalesTables.Append(batch, workload.Sale(id, versions[id] = version + 1), 1);
            }

            before = Cost.Now();
            await ApplyAsync(sink, [batch], i + 2);
            costs.Add(Cost.Now() - before);
        }

        Directory.Delete(folder, recursive: true);
        return (Measurement.Middle([.. costs.Skip(5)]), load);
    }

    /// <summary>A sink for sales, its table in a local folder.</summary>
    public static async Task<IcebergSink> OpenAsync(string folder, string table, IcebergSinkSettings settings)
    {
        var sink = new IcebergSink(new CatalogCommitGroup(new FileSystemCatalog(new LocalObjectStore(folder, TimeProvider.System))), TableIdentifier.Parse(table), settings);
        await sink.OpenAsync(new SinkOpening("benchmark", SalesTables.Sales, [0], TimeProvider.System), CancellationToken.None);
        return sink;
    }

    /// <summary>Hands the sink one epoch and commits it.</summary>
    public static async Task ApplyAsync(IcebergSink sink, List<ChangeBatch> batches, int transaction)
    {
        foreach (var batch in batches)
        {
            await sink.ChangesAsync(batch, CancellationToken.None);
        }

        var position = new MySqlPosition(GtidSet.Parse($"11111111-2222-3333-4444-555555555555:1-{transaction}"));
        await sink.EndEpochAsync(new Epoch(position, DateTimeOffset.UnixEpoch), CancellationToken.None);
        await using var prepared = await sink.PrepareAsync(CancellationToken.None);
        await prepared!.Group.PublishAsync([prepared], CancellationToken.None);
    }
}
