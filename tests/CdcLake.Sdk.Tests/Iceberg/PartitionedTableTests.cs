using CdcLake.Iceberg.Manifests;
using CdcLake.Iceberg.Partitioning;
using CdcLake.Iceberg.Spec;
using CdcLake.Iceberg.Writing;
using CdcLake.Storage;

namespace CdcLake.Tests.Iceberg;

/// <summary>Tables that are partitioned: where files lie, what manifests say of them, and rows that move.</summary>
public sealed class PartitionedTableTests : IDisposable
{
    private readonly TemporaryFolder _folder = new(inMemory: true);
    private readonly LocalObjectStore _store;

    public PartitionedTableTests() => _store = new LocalObjectStore(_folder.Path, TimeProvider.System);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Each_partition_has_files_of_its_own_which_manifests_describe()
    {
        await using var model = await OpenAsync("name");
        model.Put(1, "north", 1);
        model.Put(2, "south", 2);
        model.Put(3, null, 3);
        model.Put(4, "north", 4);
        await model.EndAndCommitAsync();

        var version = model.Sink.Version!;
        var files = version.Files.Entries(ManifestContent.Data).Select(e => e.File).ToList();
        Assert.Equal(3, files.Count);
        Assert.Equal(["name=north", "name=null", "name=south"], files.Select(f => f.Path.Split('/')[^2]).Order(StringComparer.Ordinal));
        var manifest = Assert.Single(version.Files.Manifests).Manifest;
        var summary = Assert.Single(manifest.Partitions);
        Assert.True(summary.ContainsNull);
        Assert.Equal("north"u8.ToArray(), summary.Lower);
        Assert.Equal("south"u8.ToArray(), summary.Upper);
        Assert.Equal("3", version.Table.Metadata.CurrentSnapshot!["changed-partition-count"]);
        Assert.Equal("""[{"source-id":2,"field-id":1000,"name":"name","transform":"identity"}]""", version.Table.Metadata.DefaultSpec.FieldsJson);
        Assert.Equal(1000, version.Table.Metadata.LastPartitionId);
        await model.CheckAsync();
    }

    [Fact]
    public async Task A_row_that_moves_is_deleted_in_its_old_partition_and_added_to_the_new_one()
    {
        var settings = new IcebergSinkSettings { SmallFileBytes = 0 };
        await using var model = await OpenAsync("name", settings);
        for (var id = 0; id < 2000; id++)
        {
            model.Put(id, id % 2 == 0 ? "even" : "odd", id);
        }

        await model.EndAndCommitAsync();
        model.Put(10, "odd", 11);
        await model.EndAndCommitAsync();

        var deletes = Assert.Single(model.Sink.Version!.Files.Entries(ManifestContent.Deletes)).File;
        var target = model.Sink.Version!.Files.Entries(ManifestContent.Data).Single(e => e.File.Path == deletes.ReferencedDataFile).File;
        Assert.Equal(target.Partition, deletes.Partition);
        Assert.Equal(target.SpecId, deletes.SpecId);
        Assert.Contains("name=even", target.Path, StringComparison.Ordinal);
        Assert.Contains("name=even", deletes.Path, StringComparison.Ordinal);
        await model.CheckAsync();
        await model.ReopenAsync();
        model.Put(10, "even", 12);
        await model.EndAndCommitAsync();
        await model.CheckAsync();
    }

    [Fact]
    public async Task Files_of_an_older_spec_stay_and_get_their_deletes_under_it()
    {
        var settings = new IcebergSinkSettings { SmallFileBytes = 0 };
        await using var model = await OpenAsync("name", settings);
        for (var id = 0; id < 1000; id++)
        {
            model.Put(id, "old", id);
        }

        await model.EndAndCommitAsync();
        var evolved = new PartitionSpec(-1, PartitionField.Write([new PartitionField(1, 1001, "id_bucket", PartitionTransform.Of(TransformKind.Bucket, 2))]));
        await _store.EditAsync(new StructureUpdates.AddSpec(evolved), new StructureUpdates.SetDefaultSpec(StructureUpdates.LastAdded));
        await model.ReopenAsync();
        model.Put(1, "new", 1);
        model.Put(2, "new", 2);
        model.Put(3, "new", 3);
        await model.EndAndCommitAsync();

        var version = model.Sink.Version!;
        Assert.Equal([0, 1, 1], version.Files.Entries(ManifestContent.Data).Select(e => e.File.SpecId!.Value).Order());
        Assert.Equal(0, Assert.Single(version.Files.Entries(ManifestContent.Deletes)).File.SpecId);
        Assert.All(version.Files.Manifests, m => Assert.All(m.Live, e => Assert.Equal(m.Manifest.PartitionSpecId, e.File.SpecId)));
        await model.CheckAsync();
        await model.ReopenAsync();
        await model.CheckAsync();
    }

    [Fact]
    public async Task Few_files_are_open_however_many_partitions_there_are()
    {
        await using var model = await OpenAsync("bucket(40, id)", new IcebergSinkSettings { MaxOpenFiles = 3 });
        for (var id = 0; id < 500; id++)
        {
            model.Put(id, "x", id);
        }

        await model.EndAndCommitAsync();
        Assert.Equal(40, model.Sink.Version!.Files.Entries(ManifestContent.Data).Count());
        await model.CheckAsync();
    }

    [Fact]
    public async Task Object_storage_layout_puts_the_hash_in_front()
    {
        await using var model = await OpenAsync("name", new IcebergSinkSettings { TableProperties = new Dictionary<string, string> { ["write.object-storage.enabled"] = "true" } });
        model.Put(1, "north", 1);
        await model.EndAndCommitAsync();
        var path = Assert.Single(model.Sink.Version!.Files.Entries(ManifestContent.Data)).File.Path;
        Assert.Matches("/data/[01]{4}/[01]{4}/[01]{4}/[01]{8}/name=north/00000-0-[^/]*\\.parquet$", path);
        await model.CheckAsync();
    }

    [Fact]
    public async Task Column_that_is_not_there_is_named()
    {
        var error = await Assert.ThrowsAsync<CatalogException>(() => OpenAsync("region"));
        Assert.Contains("\"region\"", error.Message, StringComparison.Ordinal);
    }

    private async Task<SinkModel> OpenAsync(string term, IcebergSinkSettings? settings = null)
    {
        var model = new SinkModel(_store, (settings ?? new IcebergSinkSettings()) with { Partitioning = [PartitionTerm.Parse(term)] });
        await model.OpenAsync();
        return model;
    }
}
