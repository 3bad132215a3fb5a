using CdcLake.Iceberg.Catalogs.FileSystem;
using CdcLake.Iceberg.Manifests;
using CdcLake.Iceberg.Operations;
using CdcLake.Iceberg.Partitioning;
using CdcLake.Iceberg.Spec;
using CdcLake.Iceberg.Writing;
using CdcLake.Storage;

namespace CdcLake.Tests.Iceberg;

/// <summary>A sink that names replaced and deleted rows by key: which deletes it writes, where, and when they go.</summary>
public sealed class EqualityDeletesTests : IDisposable
{
    private static readonly IcebergSinkSettings Settings = new() { DeleteMode = IcebergDeleteMode.Equality, FileReadCost = 100, LeastFiles = 4 };

    private readonly TemporaryFolder _folder = new(inMemory: true);
    private readonly LocalObjectStore _store;

    public EqualityDeletesTests() => _store = new LocalObjectStore(_folder.Path, TimeProvider.System);

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Commit_names_the_keys_of_rows_that_it_replaces_or_deletes_and_no_others(int format)
    {
        await using var model = await FilledAsync(Settings with { FormatVersion = format });
        Assert.Empty(Deletes(model)); // new rows need none
        model.Put(5, "replaced", 1);
        model.Remove(6);
        model.Put(1000, "new", 1);
        model.Put(1001, "never there", 1);
        model.Remove(1001);
        var commit = await model.EndAndCommitAsync();
        var deletes = Assert.Single(Deletes(model));
        Assert.Equal((FileContent.EqualityDeletes, 2L, 1), (deletes.Content, deletes.RecordCount, Assert.Single(deletes.EqualityIds)));
        Assert.Equal((2L, 1L, 400L), (commit!.Upserts, commit.Deletes, commit.TotalRows));
        await model.CheckAsync();
        await model.ReopenAsync();
        model.Put(5, "again", 2);
        Assert.Equal(400, (await model.EndAndCommitAsync())!.TotalRows);
        await model.CheckAsync();
    }

    [Fact]
    public async Task Rows_of_the_open_commit_are_taken_back_in_whatever_order_their_changes_come()
    {
        await using var model = await FilledAsync(Settings with { MemoryBudgetBytes = 1 }); // every batch goes to files at once
        await model.PutBeforeRemovingAsync(5, "new row first", 1);
        await model.PushAsync();
        model.Put(5, "then again", 2);
        await model.PushAsync();
        model.Put(2000, "added", 1);
        await model.PushAsync();
        model.Remove(2000);
        await model.PushAsync();
        model.Remove(7);
        await model.PushAsync();
        model.Put(7, "back", 3);
        await model.EndEpochAsync();
        model.Put(7, "in the next epoch", 4);
        Assert.Equal(400, (await model.EndAndCommitAsync())!.TotalRows);
        await model.CheckAsync();
        await model.ReopenAsync();
        await model.CheckAsync();
    }

    [Fact]
    public async Task Two_rows_of_a_key_in_one_commit_are_refused()
    {
        await using var model = await FilledAsync(Settings with { MemoryBudgetBytes = 1 });
        model.Put(3000, "first", 1);
        await model.PushAsync();
        model.Rows.Remove(3000); // the source says nothing of its withdrawal
        model.Put(3000, "second", 1);
        await Assert.ThrowsAsync<DuplicateKeyException>(model.EndEpochAsync);
    }

    [Fact]
    public async Task Row_that_moves_is_deleted_in_the_partition_it_leaves()
    {
        await using var model = await FilledAsync(Settings with { Partitioning = [PartitionTerm.Parse("truncate(3, name)")] });
        model.Put(5, "elsewhere", 5);
        await model.EndAndCommitAsync();
        var deletes = Assert.Single(Deletes(model));
        var old = model.Sink.Version!.Files.Entries(ManifestContent.Data).First(e => e.File.RecordCount == 100).File;
        Assert.Equal(old.Partition, deletes.Partition);
        await model.CheckAsync();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Deletes_reach_files_of_every_spec_that_the_table_has(bool fromUnpartitioned)
    {
        await using var model = await FilledAsync(Settings with { Partitioning = fromUnpartitioned ? [] : [PartitionTerm.Parse("bucket(2, id)")] });
        var spec = PartitionTerm.SpecOf([PartitionTerm.Parse("bucket(5, id)")], (await _store.MetadataAsync()).Schema, SinkModel.Columns);
        await _store.EditAsync(new StructureUpdates.AddSpec(spec with { FieldsJson = spec.FieldsJson.Replace("1000", "1001", StringComparison.Ordinal) }), new StructureUpdates.SetDefaultSpec(StructureUpdates.LastAdded));
        await model.ReopenAsync();
        for (var round = 0; round < 3; round++)
        {
            for (var id = round; id < 400; id += 9)
            {
                model.Put(id, $"round {round}", round);
                model.Remove(id + 1);
            }

            await model.EndAndCommitAsync();
            await model.CheckAsync();
        }

        Assert.Equal(fromUnpartitioned, Deletes(model).TrueForAll(d => d.Partition.Type.Fields.IsEmpty)); // one without partition is enough
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Compaction_takes_the_deletes_away_and_spares_those_that_came_meanwhile(bool byName)
    {
        await using var model = await FilledAsync(Settings);
        for (var id = 0; id < 400; id += 20)
        {
            model.Put(id, "replaced", id);
            model.Remove(id + 1);
            await model.EndAndCommitAsync();
        }

        Assert.Equal(20, Deletes(model).Count);
        if (byName)
        {
            var hooked = new HookedStore(_store)
            {
                BeforeCreation = async _ =>
                {
                    model.Put(2, "meanwhile", 1);
                    await model.EndAndCommitAsync();
                },
            };
            Assert.NotEqual(0, (await new TableCompaction(new NamedTable(new FileSystemCatalog(hooked), SinkModel.Table, TimeProvider.System)).RunAsync(CancellationToken.None)).Files);
        }
        else
        {
            var compaction = (await model.Sink.Upkeep!.BeginAsync(CancellationToken.None))!;
            await compaction.RunAsync(CancellationToken.None);
            model.Put(2, "meanwhile", 1);
            await model.EndAndCommitAsync();
            await model.Sink.Upkeep!.TakeOverAsync(compaction, CancellationToken.None);
            Assert.Single(Deletes(model));
            await model.CheckAsync();
            while (await model.Sink.MaintainNowAsync(CancellationToken.None) > 0)
            {
                // until nothing is worth it
            }
        }

        await model.CheckAsync();
        model.Put(3, "afterwards", 1);
        Assert.Equal(380, (await model.EndAndCommitAsync())!.TotalRows);
        await model.CheckAsync();
        await model.ReopenAsync();
        await model.CheckAsync();
        Assert.InRange(Deletes(model).Count, 1, 3);
    }

    [Fact]
    public async Task Complete_result_replaces_rows_and_deletes_and_sums_what_it_withdraws()
    {
        await using var model = await FilledAsync(Settings with { MemoryBudgetBytes = 1 });
        model.Remove(1);
        await model.EndAndCommitAsync();
        Assert.Single(Deletes(model));
        model.StartOver();
        for (var id = 0; id < 50; id++)
        {
            model.Put(id, "first", 1);
        }

        await model.PushAsync();
        await model.PutBeforeRemovingAsync(7, "second", 2);
        await model.PushAsync();
        model.Remove(8);
        Assert.Equal(49, (await model.EndAndCommitAsync())!.TotalRows);
        Assert.DoesNotContain(Deletes(model), d => d.Content == FileContent.EqualityDeletes);
        await model.CheckAsync();
    }

    [Fact]
    public async Task Sink_that_knows_where_rows_lie_goes_on_from_deletes_by_key()
    {
        await using (var model = await FilledAsync(Settings))
        {
            model.Put(5, "replaced", 1);
            model.Remove(6);
            await model.EndAndCommitAsync();
        }

        await using var next = new SinkModel(_store, new IcebergSinkSettings { DeleteMode = IcebergDeleteMode.Position });
        await next.ReopenAsync(await SinkModel.ReadAsync(_store));
        next.Put(5, "by position", 2);
        next.Put(7, "by position", 2);
        await next.EndAndCommitAsync();
        await next.CheckAsync();
        await next.ReopenAsync();
        await next.CheckAsync();
    }

    [Fact]
    public async Task Foreign_compaction_between_preparation_and_publication_is_no_conflict()
    {
        await using var model = await FilledAsync(Settings);
        model.Put(5, "prepared", 1);
        model.Remove(6);
        await model.EndEpochAsync();
        await using (var prepared = (await model.Sink.PrepareAsync(CancellationToken.None))!)
        {
            await ForeignCompaction.RunAsync(_store);
            Assert.NotNull(Assert.Single(await prepared.Group.PublishAsync([prepared], CancellationToken.None)));
        }

        await model.CheckAsync();
        await model.ReopenAsync(model.Rows);
        await model.CheckAsync();
    }

    /// <summary>Four commits of a hundred rows.</summary>
    private async Task<SinkModel> FilledAsync(IcebergSinkSettings settings)
    {
        var model = new SinkModel(_store, settings);
        await model.OpenAsync();
        for (var commit = 0; commit < 4; commit++)
        {
            for (var id = commit * 100; id < (commit * 100) + 100; id++)
            {
                model.Put(id, $"row {id}", id);
            }

            await model.EndAndCommitAsync();
        }

        return model;
    }

    private static List<DataFile> Deletes(SinkModel model) => [.. model.Sink.Version!.Files.Entries(ManifestContent.Deletes).Select(e => e.File)];
}
