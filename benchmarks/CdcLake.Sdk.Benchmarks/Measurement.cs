namespace CdcLake.Benchmarks;

/// <summary>What one piece of work cost.</summary>
/// <param name="Cpu">Seconds of processor time of the whole process, all threads: what one core would have needed, whatever else runs on the machine.</param>
/// <param name="Wall">Seconds on the clock.</param>
/// <param name="Allocated">Bytes allocated on the managed heap by all threads.</param>
internal readonly record struct Cost(double Cpu, double Wall, long Allocated)
{
    public static Cost operator -(Cost left, Cost right) => new(left.Cpu - right.Cpu, left.Wall - right.Wall, left.Allocated - right.Allocated);

    public static Cost Now() => new(
        Environment.CpuUsage.TotalTime.TotalSeconds,
        System.Diagnostics.Stopwatch.GetTimestamp() / (double)System.Diagnostics.Stopwatch.Frequency,
        GC.GetTotalAllocatedBytes(precise: true));
}

/// <summary>
/// Runs work several times and keeps the median, so that one disturbed run does not count. Before that it warms up, for three seconds at least: what was compiled
/// ahead of time the runtime compiles twice more, to count and then by its counts, and on a slow machine that takes longer than a second.
/// </summary>
internal static class Measurement
{
    private const double WarmSeconds = 3;

    public static Cost Median(int warmups, int runs, Action work) =>
        MedianAsync(warmups, runs, () =>
        {
            work();
            return Task.CompletedTask;
        }).GetAwaiter().GetResult();

    /// <summary>Times <paramref name="work"/> only; <paramref name="prepare"/> and <paramref name="clean"/> run before and after each time, unmeasured.</summary>
    public static async Task<Cost> MedianAsync(int warmups, int runs, Func<Task> work, Action? prepare = null, Action? clean = null)
    {
        var costs = new List<Cost>();
        var warm = 0.0;
        for (var i = 0; costs.Count < runs; i++)
        {
            prepare?.Invoke();
            GC.Collect();
            GC.WaitForPendingFinalizers();
            var before = Cost.Now();
            await work();
            var cost = Cost.Now() - before;
            clean?.Invoke();
            if (i >= warmups && warm >= WarmSeconds)
            {
                costs.Add(cost);
            }

            warm += cost.Wall;
        }

        return Middle(costs);
    }

    /// <summary>The median of each figure.</summary>
    public static Cost Middle(IReadOnlyList<Cost> costs) =>
        new(Middle(costs.Select(c => c.Cpu)), Middle(costs.Select(c => c.Wall)), (long)Middle(costs.Select(c => (double)c.Allocated)));

    public static double Middle(IEnumerable<double> values)
    {
        var sorted = values.Order().ToList();
        return sorted[sorted.Count / 2];
    }
}
