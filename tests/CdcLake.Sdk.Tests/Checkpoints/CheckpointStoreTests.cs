using CdcLake.Checkpoints;
using CdcLake.State.Stores;

namespace CdcLake.Tests.Checkpoints;

public sealed class CheckpointStoreTests
{
    private static readonly CheckpointOperator[] Plan = [new("join(a,b)", "f1", 1), new("filter(a)", "f2", 0)];

    [Fact]
    public async Task Nothing_stored_gives_null() =>
        Assert.Null(await new CheckpointStore(new MemoryStore(), "p", Plan, TimeProvider.System).LoadLatestAsync(CancellationToken.None));

    [Fact]
    public async Task State_and_position_come_back_from_a_full_and_an_incremental_checkpoint()
    {
        var files = new MemoryStore();
        var rows = new RowMultiset();
        var store = new CheckpointStore(files, "p", Plan, TimeProvider.System);
        StoredRows.Apply(rows, ([1, "a"], 1), ([1, "b"], 1), ([2, "c"], 1), ([2, "c"], 1));
        await SaveAsync(store, rows, 1);
        StoredRows.Apply(rows, ([1, "a"], -1), ([2, "c"], -1), ([3, new string('x', 3_000_000)], 1));
        await SaveAsync(store, rows, 2);
        await SaveAsync(store, rows, 3);

        var restored = new RowMultiset();
        var descriptor = await RestoreAsync(files, restored);
        Assert.Equal(3, TestPosition.NumberOf(descriptor.Position));
        Assert.Equal(2, descriptor.Operators[0].Stores[0].Count);
        Assert.Equal(StoredRows.Contents(rows), StoredRows.Contents(restored));
        Assert.Equal(3, files.Objects.Count);

        // The restored state is a base for further changes and checkpoints.
        var next = new CheckpointStore(files, "p", Plan, TimeProvider.System);
        var loaded = await next.LoadLatestAsync(CancellationToken.None);
        var again = new RowMultiset();
        await next.RestoreAsync(loaded!, "join(a,b)", Partition.Only, [again], CancellationToken.None);
        again.AfterRestore();
        StoredRows.Apply(again, ([1, "b"], -1), ([9, null], 1));
        await SaveAsync(next, again, 4);
        var last = new RowMultiset();
        await RestoreAsync(files, last);
        Assert.Equal(StoredRows.Contents(again), StoredRows.Contents(last));
    }

    [Fact]
    public async Task Every_damaged_byte_is_noticed()
    {
        var files = new MemoryStore();
        var rows = new RowMultiset();
        var store = new CheckpointStore(files, "p", Plan, TimeProvider.System);
        StoredRows.Apply(rows, ([1, "a"], 1), ([1, "b"], 1));
        await SaveAsync(store, rows, 1);
        StoredRows.Apply(rows, ([1, "a"], -1), ([5, "e"], 1));
        await SaveAsync(store, rows, 2);
        foreach (var name in files.Objects.Keys.ToArray())
        {
            var good = files.Objects[name];
            for (var i = 0; i < good.Length; i++)
            {
                files.Objects[name] = [.. good];
                files.Objects[name][i] ^= 0x11;
                await AssertDamagedAsync(files);
                files.Objects[name] = good[..i];
                await AssertDamagedAsync(files);
            }

            files.Objects.Remove(name);
            if (!name.StartsWith(CheckpointDescriptor.NamePrefix, StringComparison.Ordinal))
            {
                await AssertDamagedAsync(files);
            }

            files.Objects[name] = good;
        }

        await RestoreAsync(files, new RowMultiset());
    }

    [Fact]
    public async Task Another_plan_is_refused_with_a_difference()
    {
        var files = new MemoryStore();
        await SaveAsync(new CheckpointStore(files, "p", Plan, TimeProvider.System), new RowMultiset(), 1);
        var changed = new CheckpointStore(files, "p", [new("join(a,b)", "other", 1), new("sum(a)", "f3", 1)], TimeProvider.System);
        var error = await Assert.ThrowsAsync<PlanChangedException>(() => changed.LoadLatestAsync(CancellationToken.None));
        Assert.Contains("~ join(a,b)", error.Message, StringComparison.Ordinal);
        Assert.Contains("+ sum(a)", error.Message, StringComparison.Ordinal);
        Assert.Contains("- filter(a)", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Failure_at_any_step_leaves_the_checkpoint_before_it_and_the_next_one_works()
    {
        for (var budget = 0; budget < 8; budget++)
        {
            var files = new MemoryStore();
            var rows = new RowMultiset();
            var store = new CheckpointStore(files, "p", Plan, TimeProvider.System);
            StoredRows.Apply(rows, ([1, "a"], 1));
            await SaveAsync(store, rows, 1);
            var before = StoredRows.Contents(rows);
            StoredRows.Apply(rows, ([1, "a"], -1), ([2, "b"], 1));
            files.Budget = budget;
            var isSaved = await TrySaveAsync(store, rows, 2);
            files.Budget = -1;

            var restored = new RowMultiset();
            var descriptor = await RestoreAsync(files, restored);
            Assert.Equal(TestPosition.NumberOf(descriptor.Position) == 2 ? StoredRows.Contents(rows) : before, StoredRows.Contents(restored));
            Assert.True(!isSaved || TestPosition.NumberOf(descriptor.Position) == 2);

            StoredRows.Apply(rows, ([3, "c"], 1));
            await SaveAsync(store, rows, 3);
            restored = new RowMultiset();
            await RestoreAsync(files, restored);
            Assert.Equal(StoredRows.Contents(rows), StoredRows.Contents(restored));
            Assert.Single(files.Objects.Keys, n => n.StartsWith(CheckpointDescriptor.NamePrefix, StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task Round_that_was_given_up_takes_no_state_and_the_next_checkpoint_is_whole()
    {
        var files = new MemoryStore();
        var rows = new RowMultiset();
        var store = new CheckpointStore(files, "p", Plan, TimeProvider.System);
        StoredRows.Apply(rows, ([1, "a"], 1));
        await SaveAsync(store, rows, 1);
        StoredRows.Apply(rows, ([2, "b"], 1));
        var round = store.Begin();
        await round.WriteAsync("join(a,b)", [rows], CancellationToken.None);
        await round.DisposeAsync();
        var before = files.Objects.Count;
        await round.WriteAsync("join(a,b)", [rows], CancellationToken.None);
        Assert.Equal(before, files.Objects.Count);

        await SaveAsync(store, rows, 2);
        var restored = new RowMultiset();
        await RestoreAsync(files, restored);
        Assert.Equal(StoredRows.Contents(rows), StoredRows.Contents(restored));
    }

    [Fact]
    public async Task Many_small_changes_are_folded_into_one_piece()
    {
        var files = new MemoryStore();
        var rows = new RowMultiset();
        var store = new CheckpointStore(files, "p", Plan, TimeProvider.System);
        for (var i = 0; i < 100; i++)
        {
            StoredRows.Apply(rows, ([i, "a"], 1));
            await SaveAsync(store, rows, i);
            Assert.True(files.Objects.Count <= 33);
        }

        var restored = new RowMultiset();
        await RestoreAsync(files, restored);
        Assert.Equal(StoredRows.Contents(rows), StoredRows.Contents(restored));
    }

    private static async Task AssertDamagedAsync(MemoryStore files)
    {
        var error = await Assert.ThrowsAsync<CheckpointException>(() => RestoreAsync(files, new RowMultiset()));
        Assert.Contains("Delete the checkpoint folder", error.Message, StringComparison.Ordinal);
    }

    private static Task<CheckpointDescriptor?> SaveAsync(CheckpointStore store, RowMultiset rows, int position) =>
        store.SaveAsync(new TestPosition(position), [("join(a,b)", [rows])]);

    private static async Task<bool> TrySaveAsync(CheckpointStore store, RowMultiset rows, int position)
    {
        try
        {
            await SaveAsync(store, rows, position);
            return true;
        }
        catch (ObjectStoreException)
        {
            return false;
        }
    }

    private static async Task<CheckpointDescriptor> RestoreAsync(MemoryStore files, RowMultiset into)
    {
        var store = new CheckpointStore(files, "p", Plan, TimeProvider.System);
        var descriptor = (await store.LoadLatestAsync(CancellationToken.None))!;
        await store.RestoreAsync(descriptor, "join(a,b)", Partition.Only, [into], CancellationToken.None);
        into.AfterRestore();
        return descriptor;
    }
}
