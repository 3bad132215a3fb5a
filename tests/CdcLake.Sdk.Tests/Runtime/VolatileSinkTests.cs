using CdcLake.Tests.Checkpoints;

namespace CdcLake.Tests.Runtime;

/// <summary>A sink in the process shows every epoch, takes no part in commits, and its content comes back from the checkpoint.</summary>
public sealed class VolatileSinkTests
{
    private readonly MemoryStore _files = new();
    private readonly MemoryView _view = new("items");

    [Fact]
    public async Task A_view_gets_every_epoch_and_its_content_is_restored_at_the_checkpoint()
    {
        await RunAsync(3, [_view]);
        Assert.Equal(["1", "2", "3"], _view.Sink!.Epochs);
        var source = await RunAsync(5, [_view]);
        Assert.Equal(new TestPosition(3), source.Start!.From);
        Assert.Equal(["4", "5"], _view.Sink.Epochs);
        Assert.Equal(["id=1: 1", "id=2: 2", "id=3: 3", "id=4: 4", "id=5: 5"], _view.Sink.Rows().Order());
    }

    [Fact]
    public async Task A_view_does_not_hold_up_commits_and_checkpoints_of_a_durable_sink()
    {
        var table = new MemoryTarget("a", new MemoryCluster("one"));
        await RunAsync(3, [_view, table]);
        Assert.Equal("3", table.At);
        Assert.Equal([1, 1, 1], table.Cluster.Publications);
        var source = await RunAsync(5, [_view, table]);
        Assert.Equal(new TestPosition(3), source.Start!.From);
        Assert.Equal(5, _view.Sink!.Rows().Count());
        Assert.Equal(5, table.Rows.Count);
    }

    [Fact]
    public async Task A_view_next_to_a_table_that_is_behind_the_checkpoint_is_filled_anew()
    {
        var table = new MemoryTarget("a", new MemoryCluster("one"));
        await RunAsync(3, [_view, table]);
        table.Publish(new SortedDictionary<int, long> { [1] = 1 }, new TestPosition(1));
        var source = await RunAsync(4, [_view, table]);
        Assert.Null(source.Start!.From);
        Assert.Equal(["1", "2", "3", "4"], _view.Sink!.Epochs);
        Assert.Equal(4, table.Rows.Count);
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
