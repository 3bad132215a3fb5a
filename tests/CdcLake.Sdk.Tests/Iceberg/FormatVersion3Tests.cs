using CdcLake.Iceberg.Catalogs.FileSystem;
using CdcLake.Iceberg.Manifests;
using CdcLake.Iceberg.Operations;
using CdcLake.Iceberg.Spec;
using CdcLake.Iceberg.Tables;
using CdcLake.Iceberg.Transactions;
using CdcLake.Iceberg.Writing;
using CdcLake.Storage;

namespace CdcLake.Tests.Iceberg;

/// <summary>Tables of format version 3: deletion vectors in the place of position deletes, ids of rows, and how a table of version 2 becomes one.</summary>
public sealed class FormatVersion3Tests : IDisposable
{
    private static readonly IcebergSinkSettings Settings = new() { FormatVersion = 3, DeleteMode = IcebergDeleteMode.DeletionVector, FileReadCost = 100, LeastFiles = 4 };

    private readonly TemporaryFolder _folder = new(inMemory: true);
    private readonly LocalObjectStore _store;

    public FormatVersion3Tests() => _store = new LocalObjectStore(_folder.Path, TimeProvider.System);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task All_vectors_of_a_commit_lie_in_one_file_and_replace_those_before()
    {
        await using var model = await FilledAsync(Settings);
        for (var commit = 0; commit < 3; commit++)
        {
            for (var id = commit; id < 400; id += 50)
            {
                model.Put(id, "changed", commit);
            }

            await model.EndAndCommitAsync();
            var vectors = Deletes(model);
            Assert.Equal(4, vectors.Count);
            Assert.All(vectors, v => Assert.Equal((true, vectors[0].Path, 2 + (2L * commit)), (v.IsDeletionVector, v.Path, v.RecordCount)));
            var summary = model.Sink.Version!.Table.Metadata.CurrentSnapshot!;
            Assert.Equal(("4", commit == 0 ? null : "4"), (summary["added-dvs"], summary["removed-dvs"]));
            await model.CheckAsync();
            await TableLineage.CheckAsync(_store);
        }
    }

    [Fact]
    public async Task Vector_leaves_the_table_with_its_data_file()
    {
        await using var model = await FilledAsync(Settings);
        model.Remove(1);
        await model.EndAndCommitAsync();
        Assert.Single(Deletes(model));
        for (var id = 0; id < 100; id++)
        {
            model.Remove(id);
        }

        await model.EndAndCommitAsync();
        Assert.Empty(Deletes(model));
        await model.CheckAsync();
    }

    [Fact]
    public async Task Rows_keep_their_ids_when_a_commit_moves_them()
    {
        await using var model = await FilledAsync(new IcebergSinkSettings { FormatVersion = 3 });
        var before = await TableLineage.ReadAsync(_store);
        var next = (await _store.MetadataAsync()).NextRowId;
        model.Put(7, "changed", 1);
        await model.EndAndCommitAsync(); // so small a table is one file: all rows move
        Assert.Single(model.Sink.Version!.Files.Entries(ManifestContent.Data));
        var after = await TableLineage.ReadAsync(_store);
        Assert.Equal((next, 5), after[7]);
        Assert.All(before.Where(r => r.Key != 7), r => Assert.Equal(r.Value, after[r.Key]));
        await TableLineage.CheckAsync(_store);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Rows_keep_their_ids_when_a_compaction_moves_them(bool byName)
    {
        await using var model = await FilledAsync(Settings);
        for (var id = 0; id < 400; id += 40)
        {
            model.Put(id, "changed", 1);
            await model.EndAndCommitAsync();
        }

        var before = await TableLineage.ReadAsync(_store);
        var files = byName
            ? (await new TableCompaction(new NamedTable(new FileSystemCatalog(_store), SinkModel.Table, TimeProvider.System)).RunAsync(CancellationToken.None)).Files
            : await model.Sink.MaintainNowAsync(CancellationToken.None);
        Assert.NotEqual(0, files);
        Assert.Equal(before.OrderBy(r => r.Key), (await TableLineage.ReadAsync(_store)).OrderBy(r => r.Key));
        await TableLineage.CheckAsync(_store);
        model.Put(1, "afterwards", 1);
        await model.EndAndCommitAsync();
        await model.CheckAsync();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Raised_table_keeps_its_rows_and_turns_position_deletes_of_touched_files_into_vectors(bool bySink)
    {
        var old = new IcebergSinkSettings { DeleteMode = IcebergDeleteMode.Position, MaxOwnDeleteFiles = 1, FilesPerDeleteFile = 4 };
        await using (var model = await FilledAsync(old))
        {
            foreach (var id in new[] { 3, 103, 203, 303 })
            {
                model.Remove(id);
            }

            await model.EndAndCommitAsync();
            Assert.False(Assert.Single(Deletes(model)).IsDeletionVector); // shared by all files
        }

        if (!bySink)
        {
            var lake = IcebergCatalog.FileSystem(_folder.Path);
            await lake.SetTablePropertiesAsync("demo.items", new Dictionary<string, string> { ["format-version"] = "3", ["comment"] = "raised" });
            Assert.DoesNotContain("format-version", await lake.LoadTablePropertiesAsync("demo.items"));
        }

        await using var raised = new SinkModel(_store, bySink ? old with { FormatVersion = 3 } : old);
        await raised.ReopenAsync(await SinkModel.ReadAsync(_store));
        Assert.Equal((3, 0L), ((await _store.MetadataAsync()).FormatVersion, (await _store.MetadataAsync()).NextRowId));
        raised.Remove(5);
        await raised.EndAndCommitAsync();
        Assert.Equal([1, 2], [Deletes(raised).Count(d => d.IsDeletionVector), Deletes(raised).Count]);
        Assert.Equal(2, Deletes(raised).Single(d => d.IsDeletionVector).RecordCount);
        await raised.CheckAsync();
        await TableLineage.CheckAsync(_store);
        var lineage = await TableLineage.ReadAsync(_store);
        foreach (var id in new[] { 106, 206, 306 })
        {
            raised.Remove(id);
        }

        await raised.EndAndCommitAsync();
        Assert.All(Deletes(raised), d => Assert.True(d.IsDeletionVector)); // the shared file has no user any more
        Assert.All(await TableLineage.ReadAsync(_store), r => Assert.Equal(lineage[r.Key], r.Value));
        await raised.ReopenAsync();
        await raised.CheckAsync();
    }

    [Fact]
    public async Task Format_raised_between_two_commits_is_a_transient_conflict_and_then_gone_on_from()
    {
        await using var model = await FilledAsync(new IcebergSinkSettings { DeleteMode = IcebergDeleteMode.Position });
        model.Remove(1);
        await model.EndEpochAsync();
        await _store.EditAsync(new TableWideUpdates.UpgradeFormatVersion(3));
        var conflict = await Assert.ThrowsAsync<CommitConflictException>(() => model.CommitAsync());
        Assert.True(conflict.IsTransient);
        Assert.Contains("format version was raised", conflict.Message, StringComparison.Ordinal);
        await model.ReopenAsync();
        model.Remove(1);
        await model.EndAndCommitAsync();
        Assert.True(Assert.Single(Deletes(model)).IsDeletionVector);
        await model.CheckAsync();
    }

    [Fact]
    public async Task Vectors_in_a_table_of_version_2_are_refused_with_what_to_do()
    {
        await using (await FilledAsync(new IcebergSinkSettings()))
        {
        }

        await using var model = new SinkModel(_store, new IcebergSinkSettings { DeleteMode = IcebergDeleteMode.DeletionVector });
        var error = await Assert.ThrowsAsync<CatalogException>(model.OpenAsync);
        Assert.Contains("format-version = 3", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task New_table_for_vectors_has_version_3_without_being_asked_twice()
    {
        await using var model = new SinkModel(_store, new IcebergSinkSettings { DeleteMode = IcebergDeleteMode.DeletionVector });
        await model.OpenAsync();
        Assert.Equal(3, (await _store.MetadataAsync()).FormatVersion);
    }

    [Fact]
    public async Task Puffin_files_go_when_their_last_vector_has_expired()
    {
        var settings = Settings with
        {
            TableProperties = new Dictionary<string, string> { ["history.expire.min-snapshots-to-keep"] = "3", ["history.expire.max-snapshot-age-ms"] = "0", ["cdclake.expire.keep-files-ms"] = "0" },
        };
        await using var model = await FilledAsync(settings);
        var random = new Random(5);
        for (var commit = 0; commit < 60; commit++)
        {
            model.Put(random.Next(400), $"commit {commit}", commit); // touches one or two files: vectors of the others stay where they are
            await model.EndAndCommitAsync();
        }

        var kept = new HashSet<string>();
        foreach (var snapshot in (await _store.MetadataAsync()).Snapshots)
        {
            var files = await TableFiles.ReadAsync(FileIO.Over(_store, TimeProvider.System), snapshot, CancellationToken.None);
            kept.UnionWith(files.Entries(ManifestContent.Deletes).Select(e => Path.GetFileName(e.File.Path)));
        }

        Assert.Equal(kept.Order(), _folder.Files.Where(f => f.EndsWith(".puffin", StringComparison.Ordinal)).Select(f => Path.GetFileName(f)!).Order());
        Assert.InRange(kept.Count, 3, 40);
        await model.CheckAsync();
    }

    [Fact]
    public void Snapshot_of_version_3_says_its_row_ids_and_metadata_the_next_one()
    {
        var table = TableMetadata.Nothing with { FormatVersion = 3, TableUuid = "u", Location = "file:///t", Schemas = [new IcebergSchema(0, [], [])], PartitionSpecs = [PartitionSpec.Unpartitioned], SortOrders = [SortOrder.Unsorted], NextRowId = 7 };
        var snapshot = new Snapshot(1, null, 1, 1, "file:///t/l.avro", new Dictionary<string, string> { ["operation"] = "append" }, 0) { FirstRowId = 7, AddedRows = 5 };
        var next = table.Apply([new SnapshotUpdates.AddSnapshot(snapshot), SnapshotUpdates.SetRef.Main(table, 1)], 2);
        var read = TableMetadataJson.Read(TableMetadataJson.Write(next), "t");
        Assert.Equal((12L, 7L, 5L), (read.NextRowId, read.Snapshots[0].FirstRowId, read.Snapshots[0].AddedRows));
        Assert.Throws<UpdateRejectedException>(() => next.Apply([new SnapshotUpdates.AddSnapshot(snapshot with { SnapshotId = 2, SequenceNumber = 2 })], 3));
        Assert.Throws<UpdateRejectedException>(() => next.Apply([new SnapshotUpdates.AddSnapshot(snapshot with { SnapshotId = 2, SequenceNumber = 2, FirstRowId = null })], 3));
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

    private static List<DataFile> Deletes(SinkModel model) => [.. model.Sink.Version!.Files.Entries(ManifestContent.Deletes).OrderBy(e => e.Sequence).Select(e => e.File)];
}
