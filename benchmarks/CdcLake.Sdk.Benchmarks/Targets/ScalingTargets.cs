using CdcLake.Benchmarks.Children;

namespace CdcLake.Benchmarks.Targets;

/// <summary>
/// The same job on one processor and on two, which take turns. On the clock. What two processors of a machine are able to is told beside it, by two such jobs at once that share nothing, each on
/// a processor of its own: where they are two threads of one core, or its clock goes down when both work, that is less than twice as much.
/// </summary>
internal static class ScalingTargets
{
    public static Task<IReadOnlyList<TargetLine>> JoinAggregateAsync(Workspace work, int runs) =>
        RunAsync(work, "replay → join + aggregate → Iceberg", SalesJob.ByProduct, runs, 2000, 1.7);

    /// <summary>The copy of sales and the aggregate, from one log into two tables.</summary>
    public static Task<IReadOnlyList<TargetLine>> TwoTablesAsync(Workspace work, int runs) =>
        RunAsync(work, "replay → copy, and join + aggregate → two Iceberg tables", SalesJob.Both, runs, null, 1.7);

    private static async Task<IReadOnlyList<TargetLine>> RunAsync(Workspace work, string name, string job, int runs, double? rate, double scaling)
    {
        name += ", on two processors (clock)";
        if (!Child.CanPin || Environment.ProcessorCount < 2)
        {
            return [TargetLine.Skipped(name, "needs Linux with taskset and two processors")];
        }

        var costs = await Turns.MediansAsync([[Start("0", "alone")], [Start("0,1", "both")], [Start("0", "first"), Start("1", "second")]], runs);
        var (slow, fast, apart) = (costs[0], costs[1], costs[2]);
        var changes = work.UpdateWorkload.Statements / 1e3;
        var ratio = slow.Wall / fast.Wall;
        var target = rate is null ? $"≥ {scaling} of one" : $"≥ {rate}, ≥ {scaling} of one";
        return
        [
            TargetLine.Against(name, changes / fast.Wall, "k changes/s", "k changes/s on one", changes / slow.Wall, target, changes / fast.Wall >= (rate ?? 0) && ratio >= scaling),
            TargetLine.Against("  two such jobs at once, each on a processor of its own", 2 * changes / apart.Wall, "k changes/s", "k changes/s on one", changes / slow.Wall, "", null),
            TargetLine.Against("  processors kept busy", fast.Cpu / fast.Wall, "cores", "cores on one", slow.Cpu / slow.Wall),
            TargetLine.Against("  processor time for a million changes", fast.Cpu / changes * 1e3, "s", "s on one", slow.Cpu / changes * 1e3),
        ];

        Child Start(string processors, string folder) => Child.StartOn(processors, "repeat", job, work.UpdateLog, work.Fresh($"scaling-{folder}"));
    }
}
