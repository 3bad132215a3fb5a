using System.Globalization;
using CdcLake.Iceberg;
using CdcLake.Iceberg.Writing;

namespace CdcLake.Benchmarks;

/// <summary>
/// Does a table stay as quick and as small as it was? One sink commits ten updates at a time, twenty thousand times, a second apart by its clock; and a thousand
/// times to tables of 1, 10 and 100 data files, always into the first of them.
/// </summary>
internal static class CommitRun
{
    private const double Wanted = 1.2;

    /// <summary>Files of expired snapshots go at once: those that wait a quarter of an hour for slow readers follow the clock, not the number of commits.</summary>
    private static readonly IcebergSinkSettings Settings = new()
    {
        TableProperties = new Dictionary<string, string> { ["cdclake.expire.keep-files-ms"] = "0" },
    };

    /// <param name="work">Where tables are made.</param>
    /// <param name="isShort">A thousand commits instead of twenty thousand.</param>
    public static IEnumerable<TargetGroup> List(Workspace work, bool isShort) =>
    [
        new("history", () => HistoryAsync(work, isShort ? [100, 1_000] : [100, 1_000, 20_000])),
        new("data files", () => FilesAsync(work)),
    ];

    private static async Task<IReadOnlyList<TargetLine>> HistoryAsync(Workspace work, int[] marks)
    {
        await using var table = await CommitTable.OpenAsync(work, Settings, rows: 2_000, updated: 2_000);
        var points = new List<CommitPoint>();
        for (var commit = 1; commit <= marks[^1]; commit++)
        {
            await table.UpdateAsync();
            if (marks.Contains(commit))
            {
                points.Add(await table.MeasureAsync());
            }
        }

        var lines = new List<TargetLine>();
        for (var i = 1; i < points.Count; i++)
        {
            lines.AddRange(Compare($"after {marks[i]:N0} commits", points[i], $"after {marks[0]}", points[0]));
        }

        return lines;
    }

    /// <summary>A table of 200,000 rows that is looked after as by default, ten random rows updated in each commit; ends early where time runs out.</summary>
    /// <param name="work">Where the table is made.</param>
    /// <param name="commits">How many.</param>
    /// <param name="limit">For all of them.</param>
    public static IEnumerable<TargetGroup> Soak(Workspace work, int commits, TimeSpan limit) => [new("soak", () => SoakAsync(work, commits, limit))];

    private static async Task<IReadOnlyList<TargetLine>> SoakAsync(Workspace work, int commits, TimeSpan limit)
    {
        const int rows = 200_000;
        await using var table = await CommitTable.OpenAsync(work, new IcebergSinkOptions().Freeze(), rows, updated: rows);
        var lines = new List<TargetLine>();
        var (done, first, firstAt) = (0, (CommitPoint?)null, 0);
        var started = System.Diagnostics.Stopwatch.StartNew();
        while (done < commits && started.Elapsed < limit)
        {
            await table.UpdateAsync();
            await table.MaintainAsync();
            done++;
            if (done == commits / 100)
            {
                (first, firstAt) = (await table.MeasureAsync(), done);
            }
            else if (first is not null && done % (commits / 10) == 0)
            {
                lines.AddRange(Compare(string.Create(CultureInfo.InvariantCulture, $"after {done:N0} commits"), await table.MeasureAsync(), string.Create(CultureInfo.InvariantCulture, $"after {firstAt:N0}"), first));
            }
        }

        lines.Add(new TargetLine("commits made", done, "commits", Target: string.Create(CultureInfo.InvariantCulture, $"{commits:N0}"), IsMet: done == commits));
        lines.Add(new TargetLine("  pieces of maintenance", table.Pieces, ""));
        return lines;
    }

    private static async Task<IReadOnlyList<TargetLine>> FilesAsync(Workspace work)
    {
        const int rowsOfFile = 16_384;
        var settings = Settings with { SmallFileBytes = 16 << 10 };
        var points = new List<CommitPoint>();
        foreach (var files in new[] { 1, 10, 100 })
        {
            await using var table = await CommitTable.OpenAsync(work, settings, rowsOfFile, updated: 2_000, loads: files);
            for (var commit = 0; commit < 300; commit++)
            {
                await table.UpdateAsync();
            }

            points.Add(await table.MeasureAsync());
        }

        return [.. points.Skip(1).SelectMany(p => Compare($"table of {p.DataFiles} data files", p, $"with {points[0].DataFiles}", points[0], timesOnly: true))];
    }

    private static IEnumerable<TargetLine> Compare(string name, CommitPoint now, string before, CommitPoint first, bool timesOnly = false)
    {
        (string What, double Now, double First, string Unit, bool IsTarget)[] figures =
        [
            ("commit (clock)", now.Cost.Wall * 1e3, first.Cost.Wall * 1e3, "ms", true),
            ("commit (one core)", now.Cost.Cpu * 1e3, first.Cost.Cpu * 1e3, "ms", true),
            ("maintenance for each commit (one core)", now.Upkeep.Cpu * 1e3, first.Upkeep.Cpu * 1e3, "ms", false),
            ("allocated by a commit", now.Cost.Allocated / 1e3, first.Cost.Allocated / 1e3, "kB", false),
            ("metadata.json", now.MetadataBytes / 1e3, first.MetadataBytes / 1e3, "kB", true),
            ("files in the table's folder", now.Files, first.Files, "files", true),
            ("managed memory", now.Memory / 1e6, first.Memory / 1e6, "MB", true),
            ("live data files", now.DataFiles, first.DataFiles, "files", false),
            ("live delete files", now.DeleteFiles, first.DeleteFiles, "files", false),
            ("manifests", now.Manifests, first.Manifests, "files", false),
        ];
        foreach (var (what, value, baseline, unit, isTarget) in (timesOnly ? figures[..2] : figures).Where(f => f.Now != 0 || f.First != 0))
        {
            yield return isTarget
                ? TargetLine.Against($"{what}, {name}", value, unit, $"{unit} {before}", baseline, $"ratio < {Wanted.ToString(CultureInfo.InvariantCulture)}", value / baseline < Wanted)
                : TargetLine.Against($"{what}, {name}", value, unit, $"{unit} {before}", baseline);
        }
    }
}
