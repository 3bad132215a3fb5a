using CdcLake.Tests.Checkpoints;
using CdcLake.Tests.Runtime;

namespace CdcLake.Tests.Views;

/// <summary>What followers of a view get.</summary>
public sealed class ViewChangesTests
{
    private readonly MemoryStore _files = new();

    [Fact]
    public async Task A_follower_gets_the_state_and_then_the_changes_of_each_epoch()
    {
        var view = ScriptedView.New();
        var read = await FollowAsync(
            view,
            ScriptedEpoch.Insert(1, 10),
            new ScriptedEpoch([[([2, 20L], 1), ([3, 30L], 1)], [([1, 10L], -1), ([1, 11L], 1)]]),
            ScriptedEpoch.Empty(),
            new ScriptedEpoch([[([2, 20L], -1)], [([4, 40L], 1)]]));
        Assert.Equal(["-! ", "1! +1:>10", "2 ~1:10>11 +2:>20 +3:>30", "4 -2:20> +4:>40"], read);
    }

    [Fact]
    public async Task What_an_epoch_takes_back_itself_is_no_change()
    {
        var view = ScriptedView.New();
        var read = await FollowAsync(
            view,
            ScriptedEpoch.Insert(1, 10),
            new ScriptedEpoch([[([1, 10L], -1), ([1, 11L], 1)], [([1, 11L], -1), ([1, 10L], 1), ([5, 50L], 1), ([5, 50L], -1)]]),
            ScriptedEpoch.Insert(2, 20));
        Assert.Equal(["-! ", "1! +1:>10", "3 +2:>20"], read);
    }

    [Fact]
    public async Task One_that_comes_later_begins_with_the_state()
    {
        var view = ScriptedView.New();
        await RunAsync(view, [ScriptedEpoch.Insert(1, 10), ScriptedEpoch.Update(1, 10, 11)]);
        Assert.Equal(["2! +1:>11"], await view.FollowAsync(2));
    }

    [Fact]
    public async Task One_that_is_too_slow_gets_the_state_and_is_told_how_many_epochs_it_missed()
    {
        var view = ScriptedView.New(feedRows: 3);
        await using var slow = view.ChangesAsync().GetAsyncEnumerator();
        Assert.True(await slow.MoveNextAsync());
        await RunAsync(view, [.. Enumerable.Range(1, 10).Select(n => ScriptedEpoch.Insert(n, n))]);
        Assert.True(await slow.MoveNextAsync());
        Assert.Equal((true, 7L, 10), (slow.Current.IsComplete, slow.Current.Missed, slow.Current.Changes.Count));
    }

    [Fact]
    public async Task Nothing_is_kept_when_nobody_follows_any_more()
    {
        var view = ScriptedView.New();
        using (var stop = new CancellationTokenSource())
        {
            await using var gone = view.ChangesAsync(stop.Token).GetAsyncEnumerator();
            Assert.True(await gone.MoveNextAsync());
            Assert.True(view.Feed.IsFollowed);
            var next = gone.MoveNextAsync();
            await stop.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await next);
        }

        Assert.False(view.Feed.IsFollowed);
    }

    private async Task<List<string>> FollowAsync(View<int, ScriptedPipeline.Item> view, params ScriptedEpoch[] epochs)
    {
        var ready = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var reading = view.FollowAsync(epochs.Length, ready);
        await ready.Task;
        await RunAsync(view, epochs);
        return await reading;
    }

    private async Task RunAsync(View<int, ScriptedPipeline.Item> view, ScriptedEpoch[] epochs)
    {
        await using var pipeline = ScriptedPipeline.Replica(new ScriptedSource(epochs), [view.Target()], checkpoints: _files);
        await pipeline.RunAsync();
    }
}
