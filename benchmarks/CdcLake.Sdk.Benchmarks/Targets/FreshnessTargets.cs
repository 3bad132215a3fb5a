using System.Globalization;
using CdcLake.Benchmarks.Children;
using CdcLake.Benchmarks.Logs;

namespace CdcLake.Benchmarks.Targets;

/// <summary>
/// How old a change is when a reader of the Iceberg table can see it: from the moment its transaction was committed at the source to the commit of the table that
/// includes it, for every transaction of a steady stream of 10,000 changes a second, with a commit of the table every 250 ms.
/// </summary>
internal static class FreshnessTargets
{
    private const int Transactions = 100; // a second
    private const int Changes = 100; // a transaction
    private const double WarmSeconds = 5;
    private const double WantedSeconds = 0.3;
    private const string Interval = "250";

    /// <summary>From the MySQL server of the environment.</summary>
    public static async Task<IReadOnlyList<TargetLine>> MySqlAsync(Workspace work, LiveTables tables, double seconds)
    {
        var folder = work.Fresh("fresh");
        await using var child = Child.Start(null, "server", SalesJob.Replica, tables.ConnectionString, tables.Database, folder, Interval);
        await child.LineAsync("commit");
        var before = await child.FiguresAsync();
        var transactions = await tables.WriteAsync(Transactions, Changes, WarmSeconds + seconds);
        var after = await child.FiguresAsync();
        while (child.Commits[^1].TotalRows < transactions[^1].Rows)
        {
            await child.LineAsync("commit");
        }

        await child.EndAsync();
        return await LinesAsync("MySQL", folder, transactions, child.Commits, (after.Cpu - before.Cpu) / (after.Time - before.Time));
    }

    /// <summary>From a log that is played back inside the process: without a server's own time.</summary>
    public static async Task<IReadOnlyList<TargetLine>> PacedAsync(Workspace work, double seconds)
    {
        var workload = new SalesLog { Statements = (int)((WarmSeconds + seconds) * Transactions) * Changes, RowsPerTransaction = Changes, UpdatePercent = 20 };
        var log = work.Fresh("paced.log");
        workload.Write(log);
        var folder = work.Fresh("fresh");
        await using var child = Child.Start(null, "paced", SalesJob.Replica, log, folder, Interval, Transactions.ToString(CultureInfo.InvariantCulture));
        var began = double.Parse(await child.LineAsync("paced"), CultureInfo.InvariantCulture);
        var before = await child.FiguresAsync();
        var transactions = new List<(double Time, long Rows)>();
        var rows = 0L;
        foreach (var transaction in workload.Changes().Chunk(Changes))
        {
            transactions.Add((began + ((double)transactions.Count / Transactions), rows += transaction.Count(c => c.Old is null)));
        }

        while (child.Commits.Count == 0 || child.Commits[^1].TotalRows < rows)
        {
            await child.LineAsync("commit");
        }

        var after = await child.FiguresAsync();
        await child.EndAsync();
        return await LinesAsync("a log played back", folder, transactions, child.Commits, (after.Cpu - before.Cpu) / (after.Time - before.Time));
    }

    private static async Task<IReadOnlyList<TargetLine>> LinesAsync(string source, string folder, List<(double Time, long Rows)> transactions, List<ChildCommit> commits, double cores)
    {
        await CheckAsync(folder, transactions[^1].Rows);
        var ages = Figures.Ages(transactions, [.. commits.Select(c => (c.Time, c.TotalRows))], WarmSeconds).Order().ToList();
        var rate = transactions.Count * Changes / (transactions[^1].Time - transactions[0].Time) / 1e3;
        var p99 = ages[(int)(ages.Count * 0.99)];
        return
        [
            TargetLine.Against($"freshness from {source}, {rate:0.0}k changes/s, commit every {Interval} ms, p99", p99 * 1e3, "ms", "ms median", ages[ages.Count / 2] * 1e3,
                $"< {WantedSeconds * 1e3}", p99 < WantedSeconds),
            new TargetLine("  the worst", ages[^1] * 1e3, "ms"),
            new TargetLine("  processor time meanwhile", cores, "cores"),
        ];
    }

    private static async Task CheckAsync(string folder, long rows)
    {
        var read = 0L;
        await foreach (var _ in IcebergCatalog.FileSystem(folder).Table("demo.sales").ReadAsync())
        {
            read++;
        }

        if (read != rows)
        {
            throw new InvalidOperationException($"The table has {read} rows instead of {rows}.");
        }

        Directory.Delete(folder, recursive: true);
    }
}
