using CdcLake.Tests.Checkpoints;

namespace CdcLake.Tests.Runtime;

/// <summary>New pipelines that begin at a place in the log, without the existing rows.</summary>
public sealed class StartPointTests
{
    private static readonly TestPosition Begin = new(2, "two");

    [Fact]
    public async Task Place_is_committed_before_anything_else_and_rows_of_before_are_not_read()
    {
        var target = new MemoryTarget("a", new MemoryCluster("one"));
        var seen = new List<string>();
        await using var pipeline = ScriptedPipeline.Replica(NewSource(4), [target], o => o.OnCommit = c => seen.Add($"{TestPosition.Short(c.Position)}: {target.Rows.Count}"));
        await pipeline.RunAsync();
        Assert.Equal(["2: 0", "3: 1", "4: 2"], seen);
        Assert.Equal("two", target.Position!["since"]);
        Assert.Equal([3, 4], target.Rows.Keys);
    }

    [Fact]
    public async Task Target_that_has_a_position_wins()
    {
        var target = new MemoryTarget("a", new MemoryCluster("one"));
        await using (var first = ScriptedPipeline.Replica(new ScriptedSource(Epochs(1)), [target]))
        {
            await first.RunAsync();
        }

        var source = NewSource(4);
        await using var second = ScriptedPipeline.Replica(source, [target]);
        await second.RunAsync();
        Assert.False(source.Start!.IsStartPoint);
        Assert.Equal([1, 2, 3, 4], target.Rows.Keys);
        Assert.False(target.Position!.ContainsKey("since"));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Crash_between_two_groups_leaves_no_target_with_a_later_beginning(int publication)
    {
        var count = 0;
        var two = new MemoryCluster("two") { Fault = step => _ = step == "publish two" && ++count == publication ? throw new IOException("lost") : 0 };
        var (a, b) = (new MemoryTarget("a", new MemoryCluster("one")), new MemoryTarget("b", two));
        await using (var first = ScriptedPipeline.Replica(NewSource(4), [a, b]))
        {
            await Assert.ThrowsAnyAsync<Exception>(() => first.RunAsync());
        }

        // Whatever "the latest" is by now, it is not asked for again.
        await using var second = ScriptedPipeline.Replica(new ScriptedSource(Epochs(4)) { Begin = new TestPosition(3, "three") }, [a, b]);
        await second.RunAsync();
        Assert.Equal([3, 4], a.Rows.Keys);
        Assert.Equal([3, 4], b.Rows.Keys);
        Assert.Equal(("two", "4", "4"), (b.Position!["since"], a.At, b.At));
    }

    [Fact]
    public async Task Plan_that_keeps_rows_is_refused_by_name()
    {
        var target = new MemoryTarget("a", new MemoryCluster("one"));
        await using var pipeline = ScriptedPipeline.Sums(NewSource(4), [target], new MemoryStore());
        var error = await Assert.ThrowsAsync<BinlogUnavailableException>(() => pipeline.RunAsync());
        Assert.Contains("aggregate", error.Message, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("Start with a snapshot", error.Message, StringComparison.Ordinal);
        Assert.Null(target.Position);
    }

    private static ScriptedSource NewSource(int epochs) => new(Epochs(epochs)) { Begin = Begin };

    private static ScriptedEpoch[] Epochs(int count) => [.. Enumerable.Range(1, count).Select(i => ScriptedEpoch.Insert(i, i))];
}
