using CdcLake.Checkpoints;
using CdcLake.State.Stores;

namespace CdcLake.Tests.Checkpoints;

/// <summary>A large log is written while its owner goes on, and the checkpoint then is one of its own moment.</summary>
public sealed class HeadStartTests
{
    private static readonly CheckpointOperator[] Plan = [new("join(a,b)", "f1", 1)];
    private readonly MemoryStore _files = new();
    private readonly RowMultiset _rows = new();
    private readonly CheckpointStore _store;
    private int _next;

    public HeadStartTests() => _store = new CheckpointStore(_files, "p", Plan, TimeProvider.System);

    [Fact]
    public async Task Changes_between_any_two_blocks_are_in_the_checkpoint()
    {
        Fill();
        await using var ahead = _store.BeginHeadStart();
        await ahead.WriteAsync("join(a,b)", [_rows], CancellationToken.None);
        var writes = 0;
        _files.Step = _ =>
        {
            writes++;
            Change();
            return Task.CompletedTask;
        };
        await ahead.RunAsync(CancellationToken.None);
        Assert.True(writes > 30);
        _files.Step = _ => Task.CompletedTask;
        Change();
        await SaveAsync();
        Assert.Equal(StoredRows.Contents(_rows), await RestoredAsync());
        Assert.Equal(2, _files.Objects.Count);

        // What follows is small again.
        Change();
        Assert.False(_store.WantsHeadStart([Part()]));
        await SaveAsync();
        Assert.Equal(StoredRows.Contents(_rows), await RestoredAsync());
        Assert.True(_files.Objects.Values.Min(o => o.Length) < 10_000);
    }

    [Fact]
    public async Task Large_changes_are_written_ahead_again_and_again_and_make_one_piece()
    {
        Fill();
        await SaveAsync();
        var whole = _files.Objects.Values.Max(o => o.Length);
        Fill();
        for (var round = 0; round < 3; round++)
        {
            Assert.True(_store.WantsHeadStart([Part()]));
            await using var ahead = _store.BeginHeadStart();
            await ahead.WriteAsync("join(a,b)", [_rows], CancellationToken.None);
            _files.Step = _ =>
            {
                Change();
                return Task.CompletedTask;
            };
            await ahead.RunAsync(CancellationToken.None);
            _files.Step = _ => Task.CompletedTask;
            Assert.False(_store.WantsHeadStart([Part()]));
            if (round < 2)
            {
                Fill();
            }
        }

        Change();
        await SaveAsync();
        Assert.Equal(StoredRows.Contents(_rows), await RestoredAsync());
        Assert.Equal(3, _files.Objects.Count); // the descriptor, the whole, the changes
        Assert.InRange(_files.Objects.Values.Max(o => o.Length), whole * 2, whole * 5);
    }

    [Fact]
    public async Task A_log_that_was_rewritten_after_large_changes_is_written_whole()
    {
        Fill();
        await SaveAsync();
        Fill();
        await using (var ahead = _store.BeginHeadStart())
        {
            await ahead.WriteAsync("join(a,b)", [_rows], CancellationToken.None);
            await ahead.RunAsync(CancellationToken.None);
        }

        _rows.Compact();
        await using (var again = _store.BeginHeadStart())
        {
            await again.WriteAsync("join(a,b)", [_rows], CancellationToken.None);
            await again.RunAsync(CancellationToken.None);
        }

        Change();
        await SaveAsync();
        Assert.Equal(StoredRows.Contents(_rows), await RestoredAsync());
        Assert.Equal(2, _files.Objects.Count);
    }

    [Fact]
    public async Task A_log_that_was_rewritten_meanwhile_is_written_whole()
    {
        Fill();
        await using var ahead = _store.BeginHeadStart();
        await ahead.WriteAsync("join(a,b)", [_rows], CancellationToken.None);
        await ahead.RunAsync(CancellationToken.None);
        _rows.Compact();
        Change();
        await SaveAsync();
        Assert.Equal(StoredRows.Contents(_rows), await RestoredAsync());
    }

    [Fact]
    public async Task A_head_start_that_failed_costs_nothing_but_time()
    {
        Fill();
        await using (var ahead = _store.BeginHeadStart())
        {
            await ahead.WriteAsync("join(a,b)", [_rows], CancellationToken.None);
            var writes = 0;
            _files.Step = _ => ++writes > 9 ? throw new ObjectStoreException("gone") : Task.CompletedTask;
            await Assert.ThrowsAsync<ObjectStoreException>(() => ahead.RunAsync(CancellationToken.None));
        }

        _files.Step = _ => Task.CompletedTask;
        Change();
        await SaveAsync();
        Assert.Equal(StoredRows.Contents(_rows), await RestoredAsync());
    }

    [Fact]
    public void Small_logs_need_none() => Assert.False(_store.WantsHeadStart([Part()]));

    private CheckpointPart Part() => new("join(a,b)", [_rows], () => { });

    private void Fill()
    {
        var text = new string('x', 1000);
        for (var end = _rows.Log.UsedBytes + HeadStart.SmallLogBytes + (1 << 20); _rows.Log.UsedBytes < end;)
        {
            StoredRows.Apply(_rows, [.. Enumerable.Range(_next, 500).Select(k => (new object?[] { k, text }, 1))]);
            _next += 500;
        }

        Assert.True(_store.WantsHeadStart([Part()]));
    }

    // Counts up, removes and adds all over the log.
    private void Change()
    {
        var text = new string('x', 1000);
        StoredRows.Apply(_rows, ([_next * 7 % 16_000, text], 1), ([_next, "new"], 1));
        StoredRows.Apply(_rows, ([_next * 7 % 16_000, text], -1), ([_next - 400, _next - 400 < 16_500 ? text : "new"], 1));
        _next++;
    }

    private Task<CheckpointDescriptor?> SaveAsync() => _store.SaveAsync(new TestPosition(1), [("join(a,b)", [_rows])]);

    private async Task<string> RestoredAsync()
    {
        var store = new CheckpointStore(_files, "p", Plan, TimeProvider.System);
        var rows = new RowMultiset();
        var found = await store.LoadLatestAsync(CancellationToken.None);
        await store.RestoreAsync(found!, "join(a,b)", Partition.Only, new IStateStore[] { rows }, CancellationToken.None);
        rows.AfterRestore();
        return StoredRows.Contents(rows);
    }
}
