using CdcLake.Checkpoints;
using CdcLake.Columnar;
using CdcLake.State.Spilling;
using CdcLake.State.Stores;
using CdcLake.Tests.Checkpoints;

namespace CdcLake.Tests.Properties;

/// <summary>After every epoch the incremental result equals the one computed from scratch, also when nearly all state lies on disk.</summary>
public sealed class IncrementalProperties : IDisposable
{
    private readonly TemporaryFolder _folder = new(inMemory: true);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Incremental_result_equals_recomputation_after_every_epoch()
    {
        var first = Environment.GetEnvironmentVariable("CDCLAKE_TEST_SEED") is { Length: > 0 } text ? int.Parse(text, System.Globalization.CultureInfo.InvariantCulture) : 1;
        var count = Environment.GetEnvironmentVariable("CDCLAKE_TEST_CASES") is { Length: > 0 } cases ? int.Parse(cases, System.Globalization.CultureInfo.InvariantCulture) : 300;
        for (var seed = first; seed < first + count; seed++)
        {
            Run(seed, null);
        }
    }

    [Fact]
    public void Incremental_result_is_the_same_when_state_is_on_disk()
    {
        var spilled = 0L;
        for (var seed = 1; seed <= 300; seed++)
        {
            using var budget = NoMemory();
            Run(seed, budget);
            spilled += budget.SpilledBytes;
        }

        Assert.True(spilled > 1 << 20, $"only {spilled} bytes of state went to disk");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Restored_state_equals_never_having_stopped(bool onDisk)
    {
        for (var seed = 1; seed <= 100; seed++)
        {
            using var budget = onDisk ? NoMemory() : null;
            await RunWithRestartsAsync(seed, budget);
        }
    }

    [Fact]
    public async Task Stages_and_channels_give_the_same_result_at_every_epoch()
    {
        for (var seed = 1; seed <= 120; seed++)
        {
            var test = new RandomCase(seed);
            if (test.Plan is TablePlan)
            {
                continue;
            }

            var epochs = new List<List<(int Table, ChangeBatch Batch)>>();
            var expected = new List<List<string>>();
            for (var epoch = 0; epoch < 12; epoch++)
            {
                epochs.Add(test.Transaction());
                expected.Add([.. Expected(test)]);
            }

            var actual = await new StagedRunner(test.Plan, test.Tables.Count, 1 + (seed % 3)).RunAsync(epochs);
            Assert.True(
                actual.Count == expected.Count && actual.Zip(expected).All(p => p.First.SequenceEqual(p.Second)), $"Seed {seed} in stages: {test.Plan}");
        }
    }

    /// <summary>What a sink takes of a complete result before that ends need not be taken back: a snapshot larger than memory may be flushed in parts.</summary>
    [Fact]
    public void Rows_that_are_only_added_withdraw_nothing_in_their_epoch()
    {
        for (var seed = 1; seed <= 300; seed++)
        {
            var test = new RandomCase(seed);
            for (var i = 0; i < 12; i++)
            {
                test.Transaction().ForEach(t => t.Batch.Dispose());
            }

            using var runner = new PlanRunner(test.Plan);
            test.Snapshot().ForEach(t => runner.Push(t.Table, t.Batch));
            runner.EndEpoch();
            AssertSame(test, runner);
            Assert.False(runner.HasWithdrawn, $"Seed {seed}: {test.Plan}");
        }
    }

    // Every segment but the last of each store is on disk.
    private StateBudget NoMemory() => new(0, _folder.Path) { SegmentBytes = 256 };

    private static async Task RunWithRestartsAsync(int seed, StateBudget? budget)
    {
        var test = new RandomCase(seed);
        var files = new MemoryStore();
        var runner = new PlanRunner(test.Plan, budget);
        var checkpoints = Checkpoints(runner, files);
        try
        {
            for (var epoch = 1; epoch <= 16; epoch++)
            {
                foreach (var (table, batch) in test.Transaction())
                {
                    runner.Push(table, batch);
                }

                runner.EndEpoch();
                AssertSame(test, runner);
                if (test.Chance(40))
                {
                    await checkpoints.SaveAsync(new TestPosition(epoch), runner.Operators.Select(o => (o.Name, o.State)));
                    if (test.Chance(50))
                    {
                        (runner, checkpoints) = await RestartAsync(test, runner, files, budget);
                    }
                }
            }
        }
        catch (Exception e)
        {
            throw new Xunit.Sdk.XunitException($"Seed {seed} with restarts: {test.Plan}\n{e}");
        }
        finally
        {
            runner.Dispose();
        }
    }

    private static async Task<(PlanRunner Runner, CheckpointStore Checkpoints)> RestartAsync(RandomCase test, PlanRunner before, MemoryStore files, StateBudget? budget)
    {
        var runner = new PlanRunner(test.Plan, budget);
        runner.TakeResultOf(before);
        before.Dispose();
        var checkpoints = Checkpoints(runner, files);
        var descriptor = await checkpoints.LoadLatestAsync(CancellationToken.None);
        foreach (var node in runner.Operators)
        {
            await checkpoints.RestoreAsync(descriptor!, node.Name, Partition.Only, node.State, CancellationToken.None);
            node.AfterRestore();
        }

        return (runner, checkpoints);
    }

    private static CheckpointStore Checkpoints(PlanRunner runner, MemoryStore files) =>
        new(files, "random", [.. runner.Operators.Select(o => new CheckpointOperator(o.Name, "f", o.State.Count))], TimeProvider.System);

    private static void Run(int seed, StateBudget? budget)
    {
        var test = new RandomCase(seed);
        using var runner = new PlanRunner(test.Plan, budget);
        try
        {
            for (var epoch = 0; epoch < 12; epoch++)
            {
                do
                {
                    foreach (var (table, batch) in test.Transaction())
                    {
                        runner.Push(table, batch);
                    }
                }
                while (test.Chance(30));

                runner.EndEpoch();
                AssertSame(test, runner);
            }
        }
        catch (Exception e)
        {
            throw new Xunit.Sdk.XunitException($"Seed {seed}: {test.Plan}\n{e}");
        }
    }

    private static void AssertSame(RandomCase test, PlanRunner runner)
    {
        var actual = runner.Result.Select(r => $"{r.Row} × {r.Count}").Order(StringComparer.Ordinal);
        Assert.Equal(Expected(test), actual);
    }

    private static IEnumerable<string> Expected(RandomCase test) =>
        test.Plan.Evaluate(test.Tables).GroupBy(r => Cells.Text(r)).Select(g => $"{g.Key} × {g.Count()}").Order(StringComparer.Ordinal);
}
