using CdcLake.Tests.Checkpoints;
using CdcLake.Tests.Views;

namespace CdcLake.Tests.Runtime;

/// <summary>A sink in the process shows every epoch, takes no part in commits, and its content comes back from the checkpoint.</summary>
public sealed class VolatileSinkTests
{
    private readonly MemoryStore _files = new();
    private View<int, ScriptedPipeline.Item> _view = ScriptedView.New();

    [Fact]
    public async Task The_content_of_a_view_is_restored_at_the_checkpoint()
    {
        await RunAsync(3, [_view.Target()]);
        Assert.Equal(["1: 1", "2: 2", "3: 3"], _view.Current.Lines());
        _view = ScriptedView.New();
        var source = await RunAsync(5, [_view.Target()]);
        Assert.Equal(new TestPosition(3), source.Start!.From);
        Assert.Equal(["1: 1", "2: 2", "3: 3", "4: 4", "5: 5"], _view.Current.Lines());
    }

    [Fact]
    public async Task A_view_does_not_hold_up_commits_and_checkpoints_of_a_durable_sink()
    {
        var table = new MemoryTarget("a", new MemoryCluster("one"));
        await RunAsync(3, [_view.Target(), table]);
        Assert.Equal("3", table.At);
        Assert.Equal([1, 1, 1], table.Cluster.Publications);
        var source = await RunAsync(5, [_view.Target(), table]);
        Assert.Equal(new TestPosition(3), source.Start!.From);
        Assert.Equal(5, _view.Count);
        Assert.Equal(5, table.Rows.Count);
    }

    [Fact]
    public async Task A_view_next_to_a_table_that_is_behind_the_checkpoint_is_filled_anew()
    {
        var table = new MemoryTarget("a", new MemoryCluster("one"));
        await RunAsync(3, [_view.Target(), table]);
        table.Publish(new SortedDictionary<int, long> { [1] = 1 }, new TestPosition(1));
        var source = await RunAsync(4, [_view.Target(), table]);
        Assert.Null(source.Start!.From);
        Assert.Equal(["1: 1", "2: 2", "3: 3", "4: 4"], _view.Current.Lines());
        Assert.Equal(4, table.Rows.Count);
    }

    [Fact]
    public async Task A_large_state_is_written_ahead_while_epochs_go_on_and_comes_back()
    {
        const int count = 500_000;
        var rows = Enumerable.Range(0, count).Select(n => (new object?[] { n, (long)n }, 1)).Chunk(50_000).ToArray();
        var first = new ScriptedEpoch(rows) { Kind = CdcLake.Connectors.EpochKind.CompleteResult };
        ScriptedEpoch[] epochs = [first, .. Enumerable.Range(1, 30).Select(n => ScriptedEpoch.Update(n, n, n + 1000))];
        var pieces = 0;
        _files.Step = s =>
        {
            pieces += s.StartsWith("create", StringComparison.Ordinal) ? 1 : 0;
            return Task.CompletedTask;
        };
        await using (var pipeline = ScriptedPipeline.Replica(new ScriptedSource(epochs), [_view.Target()], o => o.CheckpointInterval = TimeSpan.FromHours(1), _files))
        {
            await pipeline.RunAsync();
            Assert.Equal("31", TestPosition.Short(pipeline.Status.CheckpointPosition));
        }

        // The state was written once, and what changed after it by the checkpoint that was due then, or by the last one.
        Assert.InRange(pieces, 1, 2);
        _view = ScriptedView.New();
        await using var again = ScriptedPipeline.Replica(new ScriptedSource(epochs), [_view.Target()], checkpoints: _files);
        await again.RunAsync();
        Assert.Equal(count, _view.Count);
        Assert.Equal(30, _view.Current.Count(i => i.Qty == i.Id + 1000));
    }

    private async Task<ScriptedSource> RunAsync(int epochs, IReadOnlyList<CdcLake.Connectors.ISinkTarget> sinks)
    {
        var source = new ScriptedSource([.. Enumerable.Range(1, epochs).Select(n => ScriptedEpoch.Insert(n, n))]);
        await using var pipeline = ScriptedPipeline.Replica(source, sinks, checkpoints: _files);
        await pipeline.RunAsync();
        Assert.Equal($"{epochs}", TestPosition.Short(pipeline.Status.CheckpointPosition));
        Assert.Equal($"{epochs}", TestPosition.Short(pipeline.Status.Sinks[0].Position));
        return source;
    }
}
