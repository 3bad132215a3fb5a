using System.Globalization;
using CdcLake.Benchmarks.Children;
using CdcLake.Benchmarks.Logs;

namespace CdcLake.Benchmarks.Targets;

/// <summary>One job in one partition and in several, on one processor and on two, which take turns. On the clock.</summary>
internal static class ParallelTargets
{
    private const int Runs = 7;

    private static readonly Way[] Ways = [new(1, 1), new(1, 4), new(2, 1), new(2, 2), new(2, 4)];

    public static IEnumerable<TargetGroup> List(Workspace work) =>
    [
        new("join + aggregate", () => RunAsync(work, "join + aggregate → Iceberg", SalesJob.ByProduct, work.UpdateWorkload, work.UpdateLog, 1.7)),
        new("two tables", () => RunAsync(work, "copy, and join + aggregate → two Iceberg tables", SalesJob.Both, work.UpdateWorkload, work.UpdateLog, 1.7)),
        new("hot key", () => HotAsync(work)),
    ];

    // Half of all changes belong to one product: its partition has more than half of the work.
    private static Task<IReadOnlyList<TargetLine>> HotAsync(Workspace work)
    {
        var workload = work.UpdateWorkload with { HotPercent = 50 };
        var log = work.Fresh("hot.log");
        workload.Write(log);
        return RunAsync(work, "join + aggregate → Iceberg, half of all sales of one product", SalesJob.ByProduct, workload, log, null);
    }

    private static async Task<IReadOnlyList<TargetLine>> RunAsync(Workspace work, string name, string job, SalesLog workload, string log, double? wanted)
    {
        if (!Child.CanPin || Environment.ProcessorCount < 2)
        {
            return [TargetLine.Skipped(name, "needs Linux with taskset and two processors")];
        }

        var medians = await Turns.MediansAsync(
            [.. Ways.Select(w => Child.Start(w.Processors, "repeat", job, log, work.Fresh("parallel"), w.Partitions.ToString(CultureInfo.InvariantCulture)))], Runs);
        var changes = workload.Statements / 1e3;
        var alone = medians[0];
        var lines = new List<TargetLine>();
        foreach (var (way, cost) in Ways.Zip(medians).Skip(1))
        {
            var ratio = alone.Wall / cost.Wall;
            var target = way is { Processors: 2, Partitions: 4 } ? wanted : null;
            lines.Add(TargetLine.Against($"{name}: {way}", changes / cost.Wall, "k changes/s", $"k changes/s, {Ways[0]}", changes / alone.Wall, target is null ? "" : $"≥ {target}", target is null ? null : ratio >= target));
            lines.Add(TargetLine.Against("  processors kept busy", cost.Cpu / cost.Wall, "cores", "cores", alone.Cpu / alone.Wall));
            lines.Add(TargetLine.Against("  processor time for a million changes", cost.Cpu / changes * 1e3, "s", "s", alone.Cpu / changes * 1e3));
        }

        return lines;
    }

    private sealed record Way(int Processors, int Partitions)
    {
        public override string ToString() =>
            $"{(Processors == 1 ? "one processor" : "two processors")}, {Partitions} {(Partitions == 1 ? "partition" : "partitions")}";
    }
}
