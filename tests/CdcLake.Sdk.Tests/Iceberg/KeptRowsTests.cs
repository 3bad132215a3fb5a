using CdcLake.Iceberg;
using CdcLake.Iceberg.Writing;
using CdcLake.Storage;

namespace CdcLake.Tests.Iceberg;

/// <summary>Others append to a table while a pipeline keeps it up to date (<see cref="ForeignChanges.Keep"/>): every row of both is there once.</summary>
public sealed class KeptRowsTests : IDisposable
{
    private static readonly IcebergSinkSettings Settings =
        new() { SmallFileBytes = 0, TargetFileSizeBytes = 4_000, FoldAt = 3, FileReadCost = 100, LeastFiles = 4, Compacts = true, ForeignChanges = ForeignChanges.Keep };

    private readonly TemporaryFolder _folder = new(inMemory: true);
    private readonly LocalObjectStore _store;

    public KeptRowsTests() => _store = new LocalObjectStore(_folder.Path, TimeProvider.System);

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(null, 2)]
    [InlineData(null, 3)]
    [InlineData(IcebergDeleteMode.CopyOnWrite, 2)]
    [InlineData(IcebergDeleteMode.Equality, 2)]
    [InlineData(IcebergDeleteMode.Equality, 3)]
    public async Task Rows_appended_at_any_moment_stay_beside_those_of_the_stream(IcebergDeleteMode? mode, int format)
    {
        await using var model = await FilledAsync(Settings with { DeleteMode = mode, FormatVersion = format });
        await ForeignAppend.RunAsync(_store, model, 1_001, 1_002, 1_003);
        await CommitAsync(model, 1);

        await ForeignAppend.RunAsync(_store, model, 1_004);
        await ForeignCompaction.RunAsync(_store); // which moves rows that the stream has not seen yet
        await ForeignAppend.RunAsync(_store, model, 1_005);
        await CommitAsync(model, 2);

        Change(model, 3);
        await model.EndEpochAsync();
        await using (var prepared = (await model.Sink.PrepareAsync(CancellationToken.None))!)
        {
            await ForeignAppend.RunAsync(_store, model, 1_006, 1_007);
            Assert.NotNull(Assert.Single(await prepared.Group.PublishAsync([prepared], CancellationToken.None)));
        }

        await model.CheckAsync();
        await ForeignAppend.RunAsync(_store, model, 1_008);
        var (position, rows) = (model.Position, new Dictionary<long, (string?, int?)>(model.Rows));
        await model.ReopenAsync(rows);
        Assert.Equal(position, model.Position);
        await CommitAsync(model, 4);
    }

    [Fact]
    public async Task Rows_appended_to_a_table_that_only_grows_stay()
    {
        await using var model = new SinkModel(_store, Settings with { DeleteMode = IcebergDeleteMode.Append });
        await model.OpenAsync();
        for (var round = 0; round < 3; round++)
        {
            model.Put(round, "ours", round);
            await model.EndEpochAsync();
            await ForeignAppend.RunAsync(_store, model, 100 + round);
            Assert.NotNull(await model.CommitAsync());
            await model.CheckAsync();
        }
    }

    [Fact]
    public async Task Key_of_theirs_that_the_source_gets_too_is_refused()
    {
        await using (var model = await FilledAsync(Settings))
        {
            await ForeignAppend.RunAsync(_store, model, 2_000);
            await CommitAsync(model, 1);
            model.Rows.Remove(2_000);
            model.Put(2_000, "ours", 1);
            Assert.Contains("2000", (await Assert.ThrowsAsync<DuplicateKeyException>(model.EndEpochAsync)).Message, StringComparison.Ordinal);
        }

        await using var next = new SinkModel(_store, Settings);
        await next.OpenAsync();
        next.Put(3_000, "ours", 1);
        await next.EndEpochAsync();
        await ForeignAppend.RunAsync(_store, next, 3_000); // at the same time
        Assert.Contains("(id=3000)", (await Assert.ThrowsAsync<CommitConflictException>(next.CommitAsync)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Row_of_theirs_is_replaced_where_deletes_are_by_key()
    {
        await using var model = await FilledAsync(Settings with { DeleteMode = IcebergDeleteMode.Equality });
        await ForeignAppend.RunAsync(_store, model, 2_000, 2_001);
        model.Put(2_000, "ours", 1); // withdraws theirs, as a source does that has the row
        await CommitAsync(model, 1);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Compaction_of_the_sink_takes_place_over_an_append(int format)
    {
        await using var model = await FilledAsync(Settings with { FormatVersion = format });
        var compaction = (await model.Sink.Upkeep!.BeginAsync(CancellationToken.None))!;
        await compaction.RunAsync(CancellationToken.None);
        model.Put(3, "changed meanwhile", 1);
        model.Remove(4);
        await model.EndAndCommitAsync();
        await ForeignAppend.RunAsync(_store, model, 1_001, 1_002);
        var done = await model.Sink.Upkeep!.TakeOverAsync(compaction, CancellationToken.None);
        Assert.NotEqual(0, done.Files);
        await model.CheckAsync();
        await CommitAsync(model, 2);
        await model.ReopenAsync(new(model.Rows));
        await CommitAsync(model, 3);
    }

    [Fact]
    public async Task Compaction_of_a_sink_that_refuses_others_is_a_conflict_over_an_append()
    {
        await using var model = await FilledAsync(Settings with { ForeignChanges = ForeignChanges.Refuse });
        var compaction = (await model.Sink.Upkeep!.BeginAsync(CancellationToken.None))!;
        await compaction.RunAsync(CancellationToken.None);
        await ForeignAppend.RunAsync(_store, model, 1_001);
        await Assert.ThrowsAsync<CommitConflictException>(() => model.Sink.Upkeep!.TakeOverAsync(compaction, CancellationToken.None));
        await model.CheckAsync();
    }

    [Fact]
    public async Task Key_that_the_table_has_already_is_refused_with_the_snapshot()
    {
        await using var model = await FilledAsync(Settings);
        await ForeignAppend.RunAsync(_store, model, 1_001, 5);
        model.Put(1, "changed", 1);
        await model.EndEpochAsync();
        var id = (await _store.MetadataAsync()).CurrentSnapshotId;
        var error = await Assert.ThrowsAsync<CommitConflictException>(() => model.CommitAsync());
        Assert.Contains($"Snapshot {id} of another writer", error.Message, StringComparison.Ordinal);
        Assert.False(error.IsTransient);
        Assert.Contains("the key (id=5)", (await Assert.ThrowsAsync<CatalogException>(() => model.ReopenAsync())).Message, StringComparison.Ordinal);
    }

    /// <summary>Its rows are those of the stream, not those of others: they would be there twice.</summary>
    [Theory]
    [InlineData(IcebergDeleteMode.Append)]
    [InlineData(IcebergDeleteMode.Equality)]
    public async Task What_a_second_instance_of_the_pipeline_appended_is_a_conflict(IcebergDeleteMode mode)
    {
        await using var model = new SinkModel(_store, Settings with { DeleteMode = mode });
        await using var second = new SinkModel(_store, Settings with { DeleteMode = mode });
        await model.OpenAsync();
        await second.OpenAsync();
        second.Put(1, "row", 1);
        await second.EndAndCommitAsync();
        model.Put(1, "row", 1);
        await model.EndEpochAsync();
        await Assert.ThrowsAsync<CommitConflictException>(() => model.CommitAsync());
        await second.CheckAsync();
    }

    [Theory]
    [InlineData("delete")]
    [InlineData("overwrite")]
    public async Task Rows_that_others_delete_are_refused_all_the_same(string operation)
    {
        await using var model = await FilledAsync(Settings);
        await ForeignAppend.RunAsync(_store, model, 1_001);
        await _store.AddForeignSnapshotAsync(operation);
        model.Put(1, "changed", 1);
        await model.EndEpochAsync();
        await Assert.ThrowsAsync<CommitConflictException>(() => model.CommitAsync());
        Assert.Contains($"operation {operation}", (await Assert.ThrowsAsync<CatalogException>(() => model.ReopenAsync())).Message, StringComparison.Ordinal);
    }

    private async Task<SinkModel> FilledAsync(IcebergSinkSettings settings)
    {
        var model = new SinkModel(_store, settings);
        await model.OpenAsync();
        for (var commit = 0; commit < 3; commit++)
        {
            for (var id = commit * 190; id < (commit * 190) + 220; id++)
            {
                model.Put(id, $"row {id} of commit {commit}", id);
            }

            await model.EndAndCommitAsync();
        }

        return model;
    }

    private static async Task CommitAsync(SinkModel model, int round)
    {
        Change(model, round);
        await model.EndEpochAsync();
        Assert.NotNull(await model.CommitAsync());
        await model.CheckAsync();
    }

    /// <summary>Replaces, removes and adds rows.</summary>
    private static void Change(SinkModel model, int round)
    {
        for (var id = round; id < 700; id += 7)
        {
            model.Put(id, $"changed in round {round}", -id);
            model.Remove(id + 3);
        }
    }
}
