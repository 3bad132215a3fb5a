using System.Globalization;

namespace CdcLake.Benchmarks.Children;

/// <summary>
/// A job in several processes (<c>repeat</c> of <see cref="ChildProgram"/>) that are all warm and take turns, so that a busy moment of the machine meets each of them.
/// </summary>
internal static class Turns
{
    private const int Warmups = 4;

    /// <summary>The median of each process, which it ends. Nothing is said of what was allocated.</summary>
    public static Task<IReadOnlyList<Cost>> MediansAsync(IReadOnlyList<Child> children, int runs) => MediansAsync([.. children.Select(c => (IReadOnlyList<Child>)[c])], runs);

    /// <summary>The same where a turn may be that of several processes at once: until the last of them is done, and what all of them use.</summary>
    public static async Task<IReadOnlyList<Cost>> MediansAsync(IReadOnlyList<IReadOnlyList<Child>> groups, int runs)
    {
        Child[] children = [.. groups.SelectMany(g => g)];
        var costs = groups.Select(_ => new List<Cost>()).ToList();
        try
        {
            for (var i = 0; i < Warmups + runs; i++)
            {
                foreach (var (group, cost) in groups.Zip(costs))
                {
                    var run = await Task.WhenAll(group.Select(RunAsync));
                    cost.Add(new Cost(run.Sum(r => r.Cpu), run.Max(r => r.Wall), 0));
                }
            }

            foreach (var child in children)
            {
                await child.EndAsync();
            }
        }
        finally
        {
            foreach (var child in children)
            {
                await child.DisposeAsync();
            }
        }

        return [.. costs.Select(c => Measurement.Middle([.. c.Skip(Warmups)]))];
    }

    private static async Task<Cost> RunAsync(Child child)
    {
        var figures = (await child.AskAsync("run")).Split(' ').Select(f => double.Parse(f, CultureInfo.InvariantCulture)).ToArray();
        return new Cost(figures[1], figures[0], 0);
    }
}
