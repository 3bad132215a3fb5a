using System.Collections.Immutable;
using CdcLake.Iceberg;
using CdcLake.Iceberg.Spec;
using CdcLake.Iceberg.Writing;
using CdcLake.Storage;

namespace CdcLake.Tests.Iceberg;

/// <summary>Every call of a commit fails once: a new sink on the same folder finds the old or the new state, exactly, and goes on.</summary>
public sealed class IcebergSinkFaultTests
{
    private static readonly IcebergSinkSettings Settings = new() { SmallFileBytes = 0, TargetFileSizeBytes = 4_000, FoldAt = 3 };

    [Theory]
    [InlineData(false, false, 2)]
    [InlineData(false, true, 2)]
    [InlineData(true, false, 2)]
    [InlineData(true, true, 2)]
    [InlineData(false, false, 3)]
    [InlineData(false, true, 3)]
    [InlineData(true, false, 3)]
    [InlineData(true, true, 3)]
    [InlineData(false, false, 2, IcebergDeleteMode.Equality)]
    [InlineData(false, true, 2, IcebergDeleteMode.Equality)]
    [InlineData(true, false, 3, IcebergDeleteMode.Equality)]
    [InlineData(true, true, 3, IcebergDeleteMode.Equality)]
    public async Task Failure_at_any_call_leaves_the_old_or_the_new_state(bool afterEffect, bool onlyOnce, int format, IcebergDeleteMode? mode = null)
    {
        var settings = Settings with { FormatVersion = format, DeleteMode = mode };
        var calls = int.MaxValue;
        for (var failAt = 1; failAt <= calls; failAt++)
        {
            using var folder = new TemporaryFolder(inMemory: true);
            var store = new FaultyStore(new LocalObjectStore(folder.Path, TimeProvider.System));
            await using var model = new SinkModel(store, settings);
            await PrepareAsync(model);
            var before = new Dictionary<long, (string?, int?)>(model.Rows);

            store.Arm(failAt, afterEffect, onlyOnce);
            var committed = await TryCommitAsync(model);
            calls = committed && store.Calls < failAt ? store.Calls : calls;
            var after = new Dictionary<long, (string?, int?)>(model.Rows);
            store.Arm(0, false, false);

            await CheckStateAsync(model, store, before, after, committed);
            await TableLineage.CheckAsync(store);
        }

        Assert.InRange(calls, 8, 200);
    }

    [Fact]
    public async Task Commit_that_fails_before_the_catalog_is_asked_leaves_no_files()
    {
        using var folder = new TemporaryFolder(inMemory: true);
        var store = new FaultyStore(new LocalObjectStore(folder.Path, TimeProvider.System));
        await using var model = new SinkModel(store, Settings);
        await PrepareAsync(model);
        var files = folder.Files;
        store.Arm(5, afterEffect: false, onlyOnce: true);
        Assert.False(await TryCommitAsync(model));
        Assert.Equal(files, folder.Files);
    }

    [Fact]
    public async Task Abandoned_part_leaves_the_old_state_no_files_and_an_unusable_sink()
    {
        using var folder = new TemporaryFolder(inMemory: true);
        await using var model = new SinkModel(new LocalObjectStore(folder.Path, TimeProvider.System), Settings);
        await PrepareAsync(model);
        var files = folder.Files;
        model.Put(1, "abandoned", 1);
        model.Remove(2);
        await model.EndEpochAsync();
        var prepared = (await model.Sink.PrepareAsync(CancellationToken.None))!;
        Assert.NotEqual(files, folder.Files);
        await prepared.DisposeAsync();
        Assert.Equal(files, folder.Files);
        await Assert.ThrowsAsync<InvalidOperationException>(() => model.CommitAsync());
        await model.ReopenAsync();
        Assert.Equal(2, model.Position);
        await model.CheckAsync();
    }

    [Fact]
    public async Task Process_that_dies_between_preparation_and_publication_leaves_the_old_state()
    {
        using var folder = new TemporaryFolder(inMemory: true);
        var store = new FaultyStore(new LocalObjectStore(folder.Path, TimeProvider.System));
        await using var model = new SinkModel(store, Settings);
        await PrepareAsync(model);
        var before = new Dictionary<long, (string?, int?)>(model.Rows);
        model.Put(1, "lost", 1);
        await model.EndEpochAsync();
        var prepared = (await model.Sink.PrepareAsync(CancellationToken.None))!;
        store.Arm(1, afterEffect: false, onlyOnce: false);
        await prepared.DisposeAsync(); // removes nothing: the store is gone
        await model.Sink.DisposeAsync();
        store.Arm(0, afterEffect: false, onlyOnce: false);
        await CheckStateAsync(model, store, before, before, committed: false);
    }

    [Fact]
    public async Task Sink_that_failed_refuses_further_calls()
    {
        using var folder = new TemporaryFolder(inMemory: true);
        var store = new FaultyStore(new LocalObjectStore(folder.Path, TimeProvider.System));
        await using var model = new SinkModel(store, Settings);
        await PrepareAsync(model);
        store.Arm(1, afterEffect: false, onlyOnce: true);
        Assert.False(await TryCommitAsync(model));
        await Assert.ThrowsAsync<InvalidOperationException>(() => model.CommitAsync());
    }

    [Fact]
    public async Task Cancelled_commit_leaves_the_old_state_and_no_files()
    {
        using var folder = new TemporaryFolder(inMemory: true);
        await using var model = new SinkModel(new LocalObjectStore(folder.Path, TimeProvider.System), Settings);
        await PrepareAsync(model);
        var files = folder.Files;
        model.Put(1, "lost", 0);
        await model.EndEpochAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => model.Sink.PrepareAndPublishAsync(new CancellationToken(true)));
        Assert.Equal(files, folder.Files);
    }

    [Fact]
    public async Task Second_writer_makes_the_first_ones_commit_a_transient_conflict()
    {
        using var folder = new TemporaryFolder(inMemory: true);
        var store = new LocalObjectStore(folder.Path, TimeProvider.System);
        await using var first = new SinkModel(store);
        await PrepareAsync(first);
        await using var second = new SinkModel(store);
        await second.ReopenAsync();
        second.Put(-1, "second", 1);
        await second.EndAndCommitAsync();
        first.Put(-2, "first", 2);
        await first.EndEpochAsync();
        var files = folder.Files;
        var conflict = await Assert.ThrowsAsync<CommitConflictException>(() => first.Sink.PrepareAndPublishAsync(CancellationToken.None));
        Assert.True(conflict.IsTransient);
        Assert.Equal(files, folder.Files);
        Assert.Contains(-1, await SinkModel.ReadAsync(store));
    }

    [Fact]
    public async Task Change_of_properties_by_somebody_else_is_kept_and_no_conflict()
    {
        using var folder = new TemporaryFolder(inMemory: true);
        var store = new LocalObjectStore(folder.Path, TimeProvider.System);
        await using var model = new SinkModel(store);
        await PrepareAsync(model);
        await store.EditAsync(new TableWideUpdates.SetProperties(ImmutableSortedDictionary<string, string>.Empty.Add("comment", "hello")));

        model.Put(1, "new", 1);
        Assert.NotNull(await model.EndAndCommitAsync());
        await model.CheckAsync();
        Assert.Equal("hello", (await store.MetadataAsync()).Properties["comment"]);
    }

    private static async Task PrepareAsync(SinkModel model)
    {
        await model.OpenAsync();
        for (var round = 0; round < 2; round++)
        {
            for (var id = 0; id < 300; id++)
            {
                model.Put(id + (round * 300), $"row {id} of round {round}", id);
            }

            await model.EndAndCommitAsync();
        }
    }

    private static async Task<bool> TryCommitAsync(SinkModel model)
    {
        for (var id = 100; id < 500; id += 3)
        {
            model.Put(id, "changed", -id);
            model.Remove(id + 1);
        }

        for (var id = 1000; id < 1400; id++)
        {
            model.Put(id, $"new row {id}", id);
        }

        try
        {
            await model.EndAndCommitAsync();
            return true;
        }
        catch (CdcLakeException e) when (e is ObjectStoreException || e.InnerException is ObjectStoreException)
        {
            return false;
        }
    }

    private static async Task CheckStateAsync(
        SinkModel model, FaultyStore store, Dictionary<long, (string?, int?)> before, Dictionary<long, (string?, int?)> after, bool committed)
    {
        var read = SinkModel.Print(await SinkModel.ReadAsync(store));
        await using var next = new SinkModel(store, Settings);
        var position = TestPosition.NumberOf(await next.OpenAsync());
        Assert.True(position is 2 or 3, $"position {position}");
        Assert.True(position == 3 || !committed, "a commit that was reported is not there");
        Assert.Equal(SinkModel.Print(position == 3 ? after : before), read);

        await model.Sink.DisposeAsync();
        Assert.Equal(read, SinkModel.Print(await SinkModel.ReadAsync(store)));
        foreach (var (id, row) in position == 3 ? after : before)
        {
            next.Rows[id] = row;
        }

        next.Put(1, "goes on", 1);
        next.Remove(2);
        await next.EndAndCommitAsync();
        await next.CheckAsync();
    }
}
