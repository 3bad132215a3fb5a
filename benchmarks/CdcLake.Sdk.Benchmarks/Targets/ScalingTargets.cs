using System.Globalization;
using CdcLake.Benchmarks.Children;

namespace CdcLake.Benchmarks.Targets;

/// <summary>
/// The same job on one processor and on two: two processes that are both warm and take turns, so that a busy moment of the machine meets both. On the clock.
/// </summary>
internal static class ScalingTargets
{
    private const int Warmups = 4;

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

        await using var one = Start(1);
        await using var two = Start(2);
        var (alone, both) = (new List<Cost>(), new List<Cost>());
        for (var i = 0; i < Warmups + runs; i++)
        {
            alone.Add(await RunAsync(one));
            both.Add(await RunAsync(two));
        }

        await one.EndAsync();
        await two.EndAsync();
        var changes = work.UpdateWorkload.Statements / 1e3;
        var (slow, fast) = (Measurement.Middle([.. alone.Skip(Warmups)]), Measurement.Middle([.. both.Skip(Warmups)]));
        var ratio = slow.Wall / fast.Wall;
        var target = rate is null ? $"≥ {scaling} of one" : $"≥ {rate}, ≥ {scaling} of one";
        return
        [
            TargetLine.Against(name, changes / fast.Wall, "k changes/s", "k changes/s on one", changes / slow.Wall, target, changes / fast.Wall >= (rate ?? 0) && ratio >= scaling),
            TargetLine.Against("  processors kept busy", fast.Cpu / fast.Wall, "cores", "cores on one", slow.Cpu / slow.Wall),
            TargetLine.Against("  processor time for a million changes", fast.Cpu / changes * 1e3, "s", "s on one", slow.Cpu / changes * 1e3),
        ];

        Child Start(int processors) => Child.Start(processors, "repeat", job, work.UpdateLog, work.Fresh($"scaling-{processors}"));
    }

    private static async Task<Cost> RunAsync(Child child)
    {
        var figures = (await child.AskAsync("run")).Split(' ').Select(f => double.Parse(f, CultureInfo.InvariantCulture)).ToArray();
        return new Cost(figures[1], figures[0], 0);
    }
}
