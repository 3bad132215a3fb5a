using CdcLake.Tests.Checkpoints;

namespace CdcLake.Tests.Properties;

/// <summary>However many partitions a plan runs in, and however often that changes, its result is the one computed from scratch.</summary>
public sealed class PartitionProperties
{
    private static readonly int[] Counts = [1, 2, 3, 7];

    [Fact]
    public async Task Result_is_the_same_in_any_number_of_partitions()
    {
        var most = 0;
        for (var seed = 1; seed <= Proof.Rounds(100, 2000); seed++)
        {
            foreach (var partitions in Counts)
            {
                most = Math.Max(most, await RunAsync(new RandomCase(seed), seed, _ => partitions, restarts: false));
            }
        }

        Assert.Equal(7, most);
    }

    [Fact]
    public async Task State_written_in_some_partitions_is_read_back_in_others()
    {
        for (var seed = 1; seed <= Proof.Rounds(150, 3000); seed++)
        {
            await RunAsync(new RandomCase(seed), seed, random => Counts[random.Next(Counts.Length)], restarts: true);
        }
    }

    /// <returns>The most partitions that any of its stages had.</returns>
    private static async Task<int> RunAsync(RandomCase test, int seed, Func<Random, int> partitions, bool restarts)
    {
        var plan = PlanNodes.WithoutFilters(test.Plan);
        if (plan is TablePlan)
        {
            return 0;
        }

        var random = new Random(seed);
        var files = new MemoryStore();
        var rows = new Dictionary<string, int>();
        var bound = PlanNodes.Bind(plan, test.Tables.Count);
        var count = partitions(random);
        var runner = new PartitionedRunner(bound, count, files, rows);
        try
        {
            runner.Start();
            for (var epoch = 1; epoch <= 10; epoch++)
            {
                var changes = test.Transaction();
                while (random.Next(3) == 0)
                {
                    changes.AddRange(test.Transaction());
                }

                Assert.Equal(Expected(plan, test), await runner.EpochAsync(epoch, changes));
                if (restarts && runner.KeepsState && random.Next(3) == 0)
                {
                    await runner.CheckpointAsync(epoch);
                    await runner.DisposeAsync();
                    count = partitions(random);
                    runner = new PartitionedRunner(bound, count, files, rows);
                    await runner.RestoreAsync();
                    runner.Start();
                }
            }

            return runner.Partitions.DefaultIfEmpty(0).Max();
        }
        catch (Exception e)
        {
            throw new Xunit.Sdk.XunitException($"Seed {seed} in {count} partitions{(restarts ? ", with restarts" : "")}: {plan}\n{e}");
        }
        finally
        {
            await runner.DisposeAsync();
        }
    }

    private static IEnumerable<string> Expected(Plan plan, RandomCase test) =>
        plan.Evaluate(test.Tables).GroupBy(r => Cells.Text(r)).Select(g => $"{g.Key} × {g.Count()}").Order(StringComparer.Ordinal);
}
