using CdcLake.Benchmarks.Logs;
using CdcLake.Columnar;
using CdcLake.Connectors;
using CdcLake.Iceberg;
using CdcLake.Iceberg.Writing;
using CdcLake.IntegrationTests.Fixtures;

namespace CdcLake.Benchmarks.Targets;

/// <summary>
/// What ClickHouse needs to read a table of which a fifth was updated at random in many commits, beside the same rows in a table that was written at once, as a
/// compaction leaves it. Maintenance has done what its defaults tell it to. One thread; the two tables take turns.
/// </summary>
internal static class ReadCostTargets
{
    private const int Commits = 20;
    private const int UpdatePercent = 20;
    private const int Lookups = 5;
    private const double Wanted = 1.5;

    private static readonly (string Name, string Sql)[] Queries =
    [
        ("full scan", "SELECT sum(id), sum(product_id), sum(qty), sum(price), max(sale_ts) FROM t"),
        ("narrow scan", "SELECT sum(qty) FROM t"),
        ("group by", "SELECT count(), sum(s) FROM (SELECT product_id, sum(qty * price) s FROM t GROUP BY product_id)"),
        ("lookup", ""),
    ];

    public static async Task<IReadOnlyList<TargetLine>> ClickHouseAsync(Workspace work, int rows)
    {
        const string name = "reads in ClickHouse after updates";
        if (string.IsNullOrEmpty(Environment.GetEnvironmentVariable(ClickHouse.Variable)))
        {
            return [TargetLine.Skipped(name, $"no ClickHouse ({ClickHouse.Variable})")];
        }

        var folder = work.Fresh("read");
        var (versions, pieces) = await UpdatedAsync(work, folder, "updated", new IcebergSinkOptions(), rows);
        await UpdatedAsync(work, folder, "expired", OneSnapshot(), rows);
        await WrittenAtOnceAsync(work, folder, versions);
        var bare = Measurement.Median(1, 5, () => ClickHouse.Query("SELECT 1", folder)).Wall;
        var lines = new List<TargetLine>();
        foreach (var (query, sql) in Queries)
        {
            var (updated, compacted, expired) = Compare(folder, id => sql.Length > 0 ? sql : $"SELECT id, product_id, qty, price, sale_ts FROM t WHERE id = {id}", sql.Length > 0 ? 1 : Lookups, rows);
            var ratio = (updated - bare) / (compacted - bare);
            lines.Add(TargetLine.Against($"{query} of {rows / 1e6:0.#}M rows in ClickHouse, {UpdatePercent} % updated (clock)", (updated - bare) * 1e3, "ms", "ms written at once", (compacted - bare) * 1e3,
                $"ratio < {Wanted}", ratio < Wanted));
            lines.Add(TargetLine.Against("  the same with one snapshot kept", (expired - bare) * 1e3, "ms", "ms written at once", (compacted - bare) * 1e3));
        }

        lines.Add(TargetLine.Against("  metadata.json of that table, with all its snapshots", Metadata(folder, "updated").NewestBytes / 1e3, "kB", "kB written at once", Metadata(folder, "written").NewestBytes / 1e3));
        lines.Add(TargetLine.Against("  files in its metadata folder, which ClickHouse lists", Metadata(folder, "updated").Files, "files", "files written at once", Metadata(folder, "written").Files));
        lines.Add(new TargetLine("  pieces of maintenance in that table", pieces, ""));
        lines.Add(new TargetLine("  a query of nothing, already taken off each of them", bare * 1e3, "ms"));
        Directory.Delete(folder, recursive: true);
        return lines;
    }

    private static (long NewestBytes, int Files) Metadata(string folder, string table)
    {
        var files = new DirectoryInfo(Path.Combine(folder, "demo", table, "metadata")).GetFiles();
        return (files.Where(f => f.Name.EndsWith(".metadata.json", StringComparison.Ordinal)).Max(f => f.Length), files.Length);
    }

    private static (double Updated, double Compacted, double Expired) Compare(string folder, Func<long, string> sql, int queries, int rows)
    {
        const int runs = 7;
        var random = new Random(3);
        var times = new Dictionary<string, List<double>> { ["updated"] = [], ["written"] = [], ["expired"] = [] };
        for (var i = 0; i < runs; i++)
        {
            var ids = Enumerable.Range(0, queries).Select(_ => 1 + random.NextInt64(rows)).ToList();
            var answers = times.Keys.Select(table =>
            {
                var before = Cost.Now();
                var text = string.Concat(ids.Select(id => ClickHouse.Query(sql(id).Replace("FROM t", $"FROM icebergLocal('demo/{table}')", StringComparison.Ordinal) + " SETTINGS max_threads = 1", folder)));
                times[table].Add((Cost.Now() - before).Wall / queries);
                return text;
            }).ToList();
            if (answers.Distinct().Count() > 1)
            {
                throw new InvalidOperationException($"The tables differ:\n{answers[0]}\n{answers[1]}");
            }
        }

        return (Measurement.Middle(times["updated"].Skip(1)), Measurement.Middle(times["written"].Skip(1)), Measurement.Middle(times["expired"].Skip(1)));
    }

    /// <summary>Loads the rows and updates a fifth of them.</summary>
    /// <returns>The version of each row, and how often maintenance found something to do.</returns>
    private static async Task<(byte[] Versions, int Pieces)> UpdatedAsync(Workspace work, string folder, string name, IcebergSinkOptions options, int rows)
    {
        var workload = work.InsertWorkload;
        await using var sink = await SinkTargets.OpenAsync(folder, $"demo.{name}", options.Freeze());
        await SinkTargets.ApplyAsync(sink, SalesTables.Inserts(workload, rows), 1);
        var versions = new byte[rows + 1];
        var random = new Random(7);
        for (var i = 0; i < Commits; i++)
        {
            var batches = new List<ChangeBatch>();
            for (var n = 0; n < rows / 100 * UpdatePercent / Commits; n++)
            {
                if (n % ChangeBatch.TargetRows == 0)
                {
                    batches.Add(new ChangeBatch(SalesTables.Sales));
                }

                var id = 1 + random.NextInt64(rows);
                SalesTables.Append(batches[^1], workload.Sale(id, versions[id]), -1);
                SalesTables.Append(batches[^1], workload.Sale(id, ++versions[id]), 1);
            }

            await SinkTargets.ApplyAsync(sink, batches, i + 2);
        }

        var pieces = await sink.MaintainNowAsync(CancellationToken.None);
        return (versions, pieces);
    }

    /// <summary>Snapshots go as soon as they are not current any more, with what their metadata costs a reader.</summary>
    private static IcebergSinkOptions OneSnapshot()
    {
        var options = new IcebergSinkOptions();
        options.TableProperties["history.expire.min-snapshots-to-keep"] = "1";
        options.TableProperties["history.expire.max-snapshot-age-ms"] = "0";
        return options;
    }

    private static async Task WrittenAtOnceAsync(Workspace work, string folder, byte[] versions)
    {
        await using var sink = await SinkTargets.OpenAsync(folder, "demo.written", new IcebergSinkSettings());
        var batches = new List<ChangeBatch>();
        for (var id = 1; id < versions.Length; id++)
        {
            if (batches.Count == 0 || batches[^1].Count == ChangeBatch.TargetRows)
            {
                batches.Add(new ChangeBatch(SalesTables.Sales));
            }

            SalesTables.Append(batches[^1], work.InsertWorkload.Sale(id, versions[id]), 1);
        }

        await SinkTargets.ApplyAsync(sink, batches, 1);
    }
}
