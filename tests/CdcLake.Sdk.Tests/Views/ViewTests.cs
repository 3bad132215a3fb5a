using CdcLake.Connectors;
using CdcLake.Tests.Checkpoints;
using CdcLake.Tests.Runtime;

namespace CdcLake.Tests.Views;

/// <summary>What a view shows, and when.</summary>
public sealed class ViewTests
{
    private readonly MemoryStore _files = new();
    private readonly View<int, ScriptedPipeline.Item> _view = ScriptedView.New();

    [Fact]
    public async Task A_view_has_the_rows_of_the_last_epoch_by_key()
    {
        Assert.Equal((0, null), (_view.Count, _view.Current.Position));
        Assert.Contains("no state yet", Assert.Throws<KeyNotFoundException>(() => _view[1]).Message, StringComparison.Ordinal);
        await RunAsync(ScriptedEpoch.Insert(1, 10), ScriptedEpoch.Insert(2, 20), ScriptedEpoch.Update(1, 10, 11), new ScriptedEpoch([[([2, 20L], -1)]]));
        Assert.Equal(["1: 11"], _view.Current.Lines());
        Assert.Equal(11, _view[1].Qty);
        Assert.False(_view.TryGet(2, out _));
        Assert.Equal("4", ScriptedView.Short(_view.Current.Position));
        Assert.Equal(DateTimeOffset.UnixEpoch.AddSeconds(4), _view.Current.CommittedAt);
        Assert.Contains("key 2 at 3e11", Assert.Throws<KeyNotFoundException>(() => _view[2]).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_snapshot_never_changes()
    {
        using var go = new ManualResetEventSlim();
        var source = new ScriptedSource([ScriptedEpoch.Insert(1, 10), ScriptedEpoch.Update(1, 10, 11)], fault: s => Assert.True(s != "stream 2" || go.Wait(TimeSpan.FromMinutes(1))));
        await using var pipeline = ScriptedPipeline.Replica(source, [_view.Target()], checkpoints: _files);
        var run = pipeline.RunAsync();
        await _view.FollowAsync(1);
        var first = _view.Current;
        go.Set();
        await run;
        Assert.Equal(["1: 10"], first.Lines());
        Assert.Equal(["1: 11"], _view.Current.Lines());
    }

    [Fact]
    public async Task A_complete_result_takes_the_place_of_what_was_there()
    {
        var again = new ScriptedEpoch([[([3, 30L], 1)]]) { Kind = EpochKind.CompleteResult };
        await RunAsync(ScriptedEpoch.Insert(1, 10), ScriptedEpoch.Insert(2, 20), again);
        Assert.Equal(["3: 30"], _view.Current.Lines());
    }

    [Fact]
    public async Task The_next_process_has_the_content_of_the_checkpoint_before_anything_is_read()
    {
        await RunAsync(ScriptedEpoch.Insert(1, 10), ScriptedEpoch.Insert(2, 20));
        var later = ScriptedView.New();
        using var stop = new CancellationTokenSource();
        var source = new ScriptedSource([ScriptedEpoch.Insert(1, 10), ScriptedEpoch.Insert(2, 20)], endless: true);
        await using var pipeline = ScriptedPipeline.Replica(source, [later.Target()], checkpoints: _files);
        var run = pipeline.RunAsync(stop.Token);
        await later.FollowAsync(2);
        Assert.Equal(["1: 10", "2: 20"], later.Current.Lines());
        await stop.CancelAsync();
        await run;
        Assert.Equal(new TestPosition(2), source.Start!.From);
    }

    [Fact]
    public async Task A_restart_in_the_process_never_shows_an_earlier_state_again()
    {
        var left = 1;
        ScriptedEpoch[] epochs = [.. Enumerable.Range(1, 6).Select(n => ScriptedEpoch.Insert(n, n))];
        var source = new ScriptedSource(epochs, fault: s =>
        {
            if (s == "stream 5" && left-- > 0)
            {
                _ = _view.FollowAsync(4).Wait(TimeSpan.FromMinutes(1)); // it has shown the fourth
                throw new ObjectStoreException("away") { IsTransient = true };
            }
        });
        var ready = new TaskCompletionSource();
        var follower = _view.FollowAsync(6, ready);
        await ready.Task;
        await using (var pipeline = ScriptedPipeline.Replica(source, [_view.Target()], o => o.CheckpointInterval = TimeSpan.FromHours(1), _files))
        {
            await pipeline.RunAsync();
        }

        Assert.Null(source.Start!.From); // everything was read twice
        Assert.Equal(["-! ", "1! +1:>1", "2 +2:>2", "3 +3:>3", "4 +4:>4", "4! +1:>1 +2:>2 +3:>3 +4:>4", "5 +5:>5", "6 +6:>6"], await follower);
        Assert.Equal(["1: 1", "2: 2", "3: 3", "4: 4", "5: 5", "6: 6"], _view.Current.Lines());
    }

    [Fact]
    public async Task A_key_with_two_rows_at_the_end_of_an_epoch_stops_the_pipeline_and_the_last_good_state_stays()
    {
        var twice = new ScriptedEpoch([[([1, 11L], 1)]]);
        var error = await Assert.ThrowsAsync<DuplicateKeyException>(() => RunAsync(ScriptedEpoch.Insert(1, 10), twice));
        Assert.Contains("view(items): a key has more than one row in the result, one of them: key (id=1)", error.Message, StringComparison.Ordinal);
        Assert.Equal(["1: 10"], _view.Current.Lines());
    }

    [Fact]
    public async Task A_row_withdrawn_that_is_not_there_stops_the_pipeline()
    {
        var error = await Assert.ThrowsAsync<InconsistentChangeException>(() => RunAsync(ScriptedEpoch.Insert(1, 10), ScriptedEpoch.Update(1, 99, 11)));
        Assert.Contains("view(items): a row was withdrawn that is not in the result: key (id=1), other columns (qty=99)", error.Message, StringComparison.Ordinal);
        Assert.Equal(["1: 10"], _view.Current.Lines());
    }

    [Fact]
    public async Task Readers_on_other_threads_see_whole_epochs_only()
    {
        const int accounts = 20;
        var first = new ScriptedEpoch([.. Enumerable.Range(0, accounts).Select(n => new (object?[], int)[] { ([n, 100L], 1) })]) { Kind = EpochKind.CompleteResult };
        var random = new Random(20261129);
        var balances = Enumerable.Repeat(100L, accounts).ToArray();
        var transfers = Enumerable.Range(0, 3000).Select(_ => Transfer(random, balances)).ToList();
        using var stop = new CancellationTokenSource();
        var readers = Enumerable.Range(0, 2).Select(_ => Task.Run(() =>
        {
            var states = 0;
            for (var last = ""; !stop.IsCancellationRequested;)
            {
                var state = _view.Current;
                Assert.True(state.Count == 0 || state.Sum(i => i.Qty) == accounts * 100, $"at {state.Position}: {string.Join(", ", state.Lines())}");
                states += state.Position == last ? 0 : 1;
                last = state.Position;
            }

            return states;
        })).ToList();
        await RunAsync([first, .. transfers]);
        await stop.CancelAsync();
        Assert.All(await Task.WhenAll(readers), states => Assert.True(states > 1));
        Assert.Equal(balances, _view.Current.OrderBy(i => i.Id).Select(i => i.Qty));
    }

    private static ScriptedEpoch Transfer(Random random, long[] balances)
    {
        var (from, to) = (random.Next(balances.Length), random.Next(balances.Length));
        var amount = random.Next(1, 50);
        List<(object?[], int)> rows = [];
        Change(from, -amount);
        Change(to, amount);
        return new ScriptedEpoch([[.. rows]]);

        void Change(int account, long by)
        {
            rows.Add(([account, balances[account]], -1));
            balances[account] += by;
            rows.Add(([account, balances[account]], 1));
        }
    }

    private async Task RunAsync(params ScriptedEpoch[] epochs)
    {
        await using var pipeline = ScriptedPipeline.Replica(new ScriptedSource(epochs), [_view.Target()], checkpoints: _files);
        await pipeline.RunAsync();
    }
}
