using System.Globalization;
using CdcLake.Benchmarks.Children;

namespace CdcLake.Benchmarks.Targets;

/// <summary>State larger than memory: sales joined and grouped within a budget, beside the same in memory, each in a fresh process.</summary>
internal static class SpillTargets
{
    private const double Wanted = 0.5;

    /// <param name="work">Where files lie.</param>
    /// <param name="rows">Sales.</param>
    /// <param name="budget">Bytes of memory.</param>
    public static async Task<IReadOnlyList<TargetLine>> SalesAsync(Workspace work, long rows, long budget)
    {
        var updates = (int)Math.Min(rows / 10, 2_000_000);
        var memory = await RunAsync(work, rows, updates, 0);
        var spilled = await RunAsync(work, rows, updates, budget);
        var name = string.Create(CultureInfo.InvariantCulture, $"{rows / 1e6:0.#}M sales joined and grouped within {budget / 1e6:0} MB");
        return
        [
            TargetLine.Against($"{name}: load (clock)", rows / spilled.Load / 1e3, "k rows/s", "k rows/s in memory", rows / memory.Load / 1e3, "≥ 0.5 of memory", memory.Load / spilled.Load >= Wanted),
            TargetLine.Against("  updates of sales at random (clock)", 2.0 * updates / spilled.Update / 1e3, "k changes/s", "k changes/s in memory", 2.0 * updates / memory.Update / 1e3,
                "≥ 0.5 of memory", memory.Update / spilled.Update >= Wanted),
            TargetLine.Against("  state in memory", spilled.StateBytes / 1e6, "MB", "MB in memory", memory.StateBytes / 1e6),
            new TargetLine("  state on disk", spilled.DiskBytes / 1e6, "MB"),
            TargetLine.Against("  resident memory of the process, peak while loading", spilled.LoadPeak / 1e6, "MB", "MB in memory", memory.LoadPeak / 1e6),
            TargetLine.Against("  resident memory of the process, peak while updating", spilled.UpdatePeak / 1e6, "MB", "MB in memory", memory.UpdatePeak / 1e6),
        ];
    }

    private static async Task<Run> RunAsync(Workspace work, long rows, int updates, long budget)
    {
        var culture = CultureInfo.InvariantCulture;
        await using var child = Child.Start(null, "spill", rows.ToString(culture), updates.ToString(culture), budget.ToString(culture), work.Folder);
        var parts = (await child.LineAsync("spill")).Split(' ');
        await child.LineAsync("end");
        return new Run(
            double.Parse(parts[0], culture), double.Parse(parts[1], culture), long.Parse(parts[2], culture), long.Parse(parts[3], culture), long.Parse(parts[4], culture), long.Parse(parts[5], culture));
    }

    private sealed record Run(double Load, double Update, long LoadPeak, long UpdatePeak, long StateBytes, long DiskBytes);
}
