using System.Collections.Immutable;
using CdcLake.Avro;
using CdcLake.Connectors;
using CdcLake.Iceberg;
using CdcLake.Iceberg.Catalogs;
using CdcLake.Iceberg.Catalogs.FileSystem;
using CdcLake.Iceberg.Manifests;
using CdcLake.Iceberg.Partitioning;
using CdcLake.Iceberg.Spec;
using CdcLake.Iceberg.Tables;
using CdcLake.Iceberg.Transactions;
using CdcLake.Iceberg.Writing;
using CdcLake.Storage;

namespace CdcLake.Tests.Iceberg;

/// <summary>A table with rows that no pipeline wrote becomes one's own, when that is asked for and its columns fit.</summary>
public sealed class TakeOverTests : IDisposable
{
    private static readonly IcebergSinkSettings TakingOver = new() { ExistingTable = ExistingTable.TakeOver, SmallFileBytes = 0 };

    private readonly TemporaryFolder _folder = new(inMemory: true);
    private readonly LocalObjectStore _store;

    public TakeOverTests() => _store = new LocalObjectStore(_folder.Path, TimeProvider.System);

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(2, IcebergDeleteMode.Position, null)]
    [InlineData(3, IcebergDeleteMode.DeletionVector, IcebergDeleteMode.Equality)]
    [InlineData(2, IcebergDeleteMode.Equality, IcebergDeleteMode.Position)]
    [InlineData(2, IcebergDeleteMode.Equality, IcebergDeleteMode.Equality)]
    [InlineData(2, IcebergDeleteMode.Position, IcebergDeleteMode.Append)]
    public async Task First_commit_replaces_rows_and_deletes_of_every_kind_in_one_act(int format, IcebergDeleteMode theirs, IcebergDeleteMode? ours)
    {
        await MakeForeignAsync(new IcebergSinkSettings { FormatVersion = format, DeleteMode = theirs, SmallFileBytes = 0 });
        var before = (await _store.MetadataAsync()).Snapshots.Length;
        await using var model = new SinkModel(_store, TakingOver with { DeleteMode = ours });
        Assert.Null(await model.OpenAsync()); // from the beginning
        model.StartOver();
        for (var id = 0; id < 50; id++)
        {
            model.Put(id, "ours", id);
        }

        await model.EndAndCommitAsync();
        await model.CheckAsync();
        var metadata = await _store.MetadataAsync();
        Assert.Equal(before + 1, metadata.Snapshots.Length);
        Assert.Equal("items", metadata.Properties[CommitMarker.OwnerProperty]);
        Assert.Empty(model.Sink.Version!.Files.Entries(ManifestContent.Deletes));
        Assert.Equal("50", metadata.CurrentSnapshot!["total-records"]);
        model.Put(1000, "next", 1);
        await model.EndAndCommitAsync();
        await model.ReopenAsync();
        Assert.Equal(2, model.Position);
        await model.CheckAsync();
    }

    [Fact]
    public async Task Nothing_is_replaced_before_the_first_commit_and_a_crash_costs_nothing()
    {
        await MakeForeignAsync(new IcebergSinkSettings());
        var rows = SinkModel.Print(await SinkModel.ReadAsync(_store));
        await using var model = new SinkModel(_store, TakingOver);
        await model.OpenAsync();
        model.StartOver();
        model.Put(1, "lost", 1);
        await model.PushAsync();
        Assert.Equal(rows, SinkModel.Print(await SinkModel.ReadAsync(_store)));
        await model.Sink.DisposeAsync();
        await using var next = new SinkModel(_store, TakingOver);
        Assert.Null(await next.OpenAsync());
        next.StartOver();
        next.Put(2, "kept", 2);
        await next.EndAndCommitAsync();
        await next.CheckAsync();
    }

    [Fact]
    public async Task Columns_in_another_order_and_without_key_fit_now_and_later()
    {
        var schema = new IcebergSchema(0, [new(4, "qty", false, new("int")), new(7, "name", false, new("string")), new(2, "id", false, new("long"))], []);
        await MakeForeignAsync(new IcebergSinkSettings { Partitioning = [PartitionTerm.Parse("truncate(3, name)")] }, schema);
        await using var model = new SinkModel(_store, TakingOver);
        await model.OpenAsync();
        model.StartOver();
        for (var id = 0; id < 50; id++)
        {
            model.Put(id, id % 5 == 0 ? null : $"{id % 7} name", id % 3 == 0 ? null : id);
        }

        await model.EndAndCommitAsync();
        model.Put(7, "changed", 1);
        model.Remove(8);
        await model.EndAndCommitAsync();
        await CheckByNameAsync(model);
        await model.ReopenAsync();
        model.Put(9, "after opening again", 1);
        await model.EndAndCommitAsync();
        await CheckByNameAsync(model);
    }

    [Fact]
    public async Task Foreign_table_is_refused_with_the_option_that_takes_it_over()
    {
        await MakeForeignAsync(new IcebergSinkSettings());
        await using var model = new SinkModel(_store);
        var error = await Assert.ThrowsAsync<CatalogException>(model.OpenAsync);
        Assert.Contains("IcebergSinkOptions.ExistingTable = TakeOver", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Columns_that_do_not_fit_are_named_one_by_one()
    {
        await MakeForeignAsync(
            new IcebergSinkSettings(), new IcebergSchema(0, [new(1, "id", true, new("int")), new(2, "name", true, new("string")), new(3, "extra", false, new("date"))], []));
        await using var model = new SinkModel(_store, TakingOver);
        var error = await Assert.ThrowsAsync<CatalogException>(model.OpenAsync);
        Assert.Contains(
            "\"id\" is int in the table and long in the result; \"name\" is required in the table and may be null in the result; the table lacks \"qty\" int; the result lacks \"extra\" date",
            error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Table_of_another_pipeline_is_not_taken_over()
    {
        await using (var first = new SinkModel(_store))
        {
            await first.OpenAsync();
            first.Put(1, "first", 1);
            await first.EndAndCommitAsync();
        }

        await using var sink = new IcebergSink(new CatalogCommitGroup(new FileSystemCatalog(_store)), SinkModel.Table, TakingOver);
        var error = await Assert.ThrowsAsync<CatalogException>(() => sink.OpenAsync(SinkModel.Opening with { Pipeline = "other" }, CancellationToken.None));
        Assert.Contains("belongs to pipeline \"items\"", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Plan_of_the_new_owner_is_kept_and_checked()
    {
        await MakeForeignAsync(new IcebergSinkSettings());
        await using (var abandoned = NewSink())
        {
            await abandoned.OpenAsync(SinkModel.Opening with { Fingerprint = "one" }, CancellationToken.None);
        }

        await using (var sink = NewSink())
        {
            Assert.Null(await sink.OpenAsync(SinkModel.Opening with { Fingerprint = "two" }, CancellationToken.None)); // nothing of the first was ever committed
            Assert.True(sink.NeedsCompleteResult);
            await sink.BeginEpochAsync(EpochKind.CompleteResult, CancellationToken.None);
            await sink.EndEpochAsync(new Epoch(new TestPosition(1), DateTimeOffset.UnixEpoch, EpochKind.CompleteResult), CancellationToken.None);
            await sink.PrepareAndPublishAsync(CancellationToken.None);
        }

        Assert.Empty(await SinkModel.ReadAsync(_store));
        Assert.Equal("two", (await _store.MetadataAsync()).Properties[CommitMarker.PlanProperty]);
        await using var third = NewSink();
        await Assert.ThrowsAsync<PlanChangedException>(() => third.OpenAsync(SinkModel.Opening with { Fingerprint = "one" }, CancellationToken.None));
    }

    private IcebergSink NewSink() => new(new CatalogCommitGroup(new FileSystemCatalog(_store)), SinkModel.Table, TakingOver);

    /// <summary>A table with rows and deletes whose snapshots and properties say nothing of a pipeline.</summary>
    private async Task MakeForeignAsync(IcebergSinkSettings settings, IcebergSchema? schema = null)
    {
        if (schema is not null)
        {
            var creation = new TableCreation(schema, ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal)) { Spec = settings.Partitioning.Count == 0 ? PartitionSpec.Unpartitioned : new PartitionSpec(0, """[{"source-id":7,"field-id":1000,"name":"name_trunc","transform":"truncate[3]"}]""") };
            await new FileSystemCatalog(_store).CreateAsync(SinkModel.Table, creation, CancellationToken.None);
            await _store.EditAsync(new SnapshotUpdates.AddSnapshot(await EmptySnapshotAsync()), new SnapshotUpdates.SetRef(SnapshotRef.Branch("main", 77)));
            return;
        }

        await using var model = new SinkModel(_store, settings);
        await model.OpenAsync();
        for (var commit = 0; commit < 3; commit++)
        {
            for (var id = commit; id < 300; id += 1 + commit)
            {
                model.Put(id, $"theirs {commit}", commit);
            }

            await model.EndAndCommitAsync();
        }

        var table = await _store.MetadataAsync();
        await _store.AddForeignSnapshotAsync("append");
        await _store.EditAsync(new SnapshotUpdates.RemoveSnapshots([.. table.Snapshots.Select(s => s.SnapshotId)]), new TableWideUpdates.RemoveProperties([.. table.Properties.Keys]));
        Assert.NotEmpty((await TableVersion.ReadAsync((await new FileSystemCatalog(_store).LoadAsync(SinkModel.Table, CancellationToken.None))!, CancellationToken.None)).Files.Manifests);
    }

    private async Task<Snapshot> EmptySnapshotAsync()
    {
        var table = await _store.MetadataAsync();
        var uri = table.Location + "/metadata/empty.avro";
        await FileIO.Over(_store, TimeProvider.System).PutAsync(uri, ManifestList.Write(2, AvroCodec.Deflate, 77, null, 1, []), CancellationToken.None);
        return new Snapshot(77, null, 1, table.LastUpdatedMs + 1, uri, new Dictionary<string, string> { ["operation"] = "append" }, table.CurrentSchemaId);
    }

    private async Task CheckByNameAsync(SinkModel model)
    {
        var rows = new Dictionary<long, (string?, int?)>();
        await foreach (var row in IcebergCatalog.FileSystem(_folder.Path).Table("demo.items").Scan().ReadAsync())
        {
            rows.Add(row.Get<long>("id"), (row.Get<string?>("name"), row.Get<int?>("qty")));
        }

        Assert.Equal(SinkModel.Print(model.Rows), SinkModel.Print(rows));
    }
}
