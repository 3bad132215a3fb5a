using System.Globalization;
using CdcLake.Benchmarks.Children;

namespace CdcLake.Benchmarks.Targets;

/// <summary>Our store of records by key beside RocksDB, within the same budget and with enough memory for everything, each in a fresh process.</summary>
internal static class RocksTargets
{
    private const long Plenty = 4L << 30;

    /// <param name="work">Where files lie.</param>
    /// <param name="rows">Records of 48 bytes by a number of 8.</param>
    /// <param name="budget">Bytes of memory that do not hold them.</param>
    public static async Task<IReadOnlyList<TargetLine>> KeyedAsync(Workspace work, long rows, long budget)
    {
        var updates = (int)(rows / 10);
        var lines = new List<TargetLine>();
        foreach (var (name, bytes) in new[] { ("in memory", Plenty), (string.Create(CultureInfo.InvariantCulture, $"within {budget >> 20} MiB"), budget) })
        {
            var own = await RunAsync(work, "own", rows, updates, bytes);
            var rocks = await RunAsync(work, "rocksdb", rows, updates, bytes);
            lines.Add(TargetLine.Against(string.Create(CultureInfo.InvariantCulture, $"{rows / 1e6:0}M records by key, {name}: made (clock)"), rows / own.Load / 1e3, "k records/s", "k records/s RocksDB", rows / rocks.Load / 1e3));
            lines.Add(TargetLine.Against("  changed at random (clock)", updates / own.Update / 1e3, "k changes/s", "k changes/s RocksDB", updates / rocks.Update / 1e3));
            lines.Add(TargetLine.Against("  on disk", own.Stored / 1e6, "MB", "MB RocksDB", rocks.Stored / 1e6));
            lines.Add(TargetLine.Against("  resident memory of the process, peak", own.Peak / 1e6, "MB", "MB RocksDB", rocks.Peak / 1e6));
        }

        return lines;
    }

    private static async Task<Run> RunAsync(Workspace work, string store, long rows, int updates, long budget)
    {
        var culture = CultureInfo.InvariantCulture;
        await using var child = Child.Start(null, "keyed", store, rows.ToString(culture), updates.ToString(culture), budget.ToString(culture), work.Folder);
        var parts = (await child.LineAsync("keyed")).Split(' ');
        await child.LineAsync("end");
        return new Run(double.Parse(parts[0], culture), double.Parse(parts[1], culture), long.Parse(parts[2], culture), long.Parse(parts[3], culture));
    }

    private sealed record Run(double Load, double Update, long Peak, long Stored);
}
