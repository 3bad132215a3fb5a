using CdcLake.Tests.Checkpoints;

namespace CdcLake.Tests.Runtime;

public sealed class ParallelPipelineTests
{
    private readonly MemoryStore _files = new();
    private readonly MemoryTarget _target = new("a", new MemoryCluster("one"));

    [Theory]
    [InlineData(1, 3)]
    [InlineData(3, 1)]
    [InlineData(2, 5)]
    public async Task A_pipeline_goes_on_in_another_number_of_partitions(int before, int after)
    {
        await using (var first = Build(Epochs[..30], before))
        {
            await first.RunAsync();
        }

        await using var pipeline = Build(Epochs, after);
        await pipeline.RunAsync();
        Assert.True(pipeline.Status.Checkpoints[^1].IsRestored);
        Assert.Equal("60", _target.At);
        Assert.Equal(Enumerable.Range(0, 10).Select(key => (key, (long)Enumerable.Range(1, 60).Where(n => n % 10 == key).Sum())), _target.Rows.Select(r => (r.Key, r.Value)));
    }

    [Fact]
    public async Task Status_has_one_stage_for_all_partitions_and_says_how_many_there_are()
    {
        await using var pipeline = Build(Epochs, 3);
        await pipeline.RunAsync();
        var stages = pipeline.Status.Stages;
        Assert.Equal(["source", "select", "aggregate", "sink"], stages.Select(s => s.Name.Split('(')[0]));
        Assert.Equal([1, 1, 3, 1], stages.Select(s => s.Partitions));
        Assert.Equal((60L, 10L), (stages[2].RowsIn, stages[2].StateRows));
        Assert.InRange(stages[2].LargestPartitionRowsIn, 20, 59);
        Assert.Equal(stages[2].RowsOut, stages[3].RowsIn);
        Assert.All(stages.Skip(1), s => Assert.Single(s.Inputs));
        Assert.Contains("partitions: 3 by", pipeline.Explain(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_partitions_the_plan_says_nothing_of_them()
    {
        await using var pipeline = Build(Epochs, 1);
        await pipeline.RunAsync();
        Assert.All(pipeline.Status.Stages, s => Assert.Equal((1, s.RowsIn), (s.Partitions, s.LargestPartitionRowsIn)));
        Assert.DoesNotContain("partitions", pipeline.Explain(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_number_of_partitions_that_no_machine_has_is_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new PipelineOptions { Parallelism = -1 }.Freeze());
        Assert.Throws<ArgumentOutOfRangeException>(() => new PipelineOptions { Parallelism = 65 }.Freeze());
        Assert.InRange(new PipelineOptions().Freeze().Partitions, 1, 16);
    }

    private static ScriptedEpoch[] Epochs => [.. Enumerable.Range(1, 60).Select(n => ScriptedEpoch.Insert(n, n))];

    private Pipeline Build(IReadOnlyList<ScriptedEpoch> epochs, int partitions) =>
        ScriptedPipeline.Sums(new ScriptedSource(epochs), [_target], _files, o => (o.Parallelism, o.CheckpointInterval) = (partitions, TimeSpan.Zero));
}
