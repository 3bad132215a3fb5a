using CdcLake.Columnar;
using CdcLake.Connectors;
using CdcLake.Iceberg;
using CdcLake.Iceberg.Catalogs.FileSystem;
using CdcLake.Iceberg.Manifests;
using CdcLake.Iceberg.Scanning;
using CdcLake.Iceberg.Spec;
using CdcLake.Iceberg.Transactions;
using CdcLake.Iceberg.Writing;
using CdcLake.Storage;

namespace CdcLake.Tests.Iceberg;

public sealed class IcebergSinkTests : IDisposable
{
    private readonly TemporaryFolder _folder = new(inMemory: true);
    private readonly LocalObjectStore _store;

    public IcebergSinkTests() => _store = new LocalObjectStore(_folder.Path, TimeProvider.System);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Complete_result_without_rows_waits_for_its_commit_as_long_as_the_table_has_some()
    {
        await using var model = new SinkModel(_store);
        await model.OpenAsync();
        model.Put(1, "one", 1);
        await model.EndAndCommitAsync();
        await model.ReopenAsync();
        model.StartOver();
        await model.EndEpochAsync();
        Assert.Equal(1, model.Sink.Backlog.Rows); // readers see a row that the result does not have
        await model.CommitAsync();
        await model.CheckAsync();
        Assert.Equal(0, model.Sink.Backlog.Rows);
        model.StartOver();
        await model.EndEpochAsync();
        Assert.Equal(0, model.Sink.Backlog.Rows); // they see what they are to see
    }

    [Fact]
    public async Task New_table_has_no_position_and_the_first_commit_sets_it_even_without_rows()
    {
        await using var model = new SinkModel(_store);
        Assert.Null(await model.OpenAsync());
        Assert.Null(await model.CommitAsync());
        Assert.NotNull(await model.EndAndCommitAsync());
        await model.ReopenAsync();
        Assert.Equal(1, model.Position);
    }

    [Fact]
    public async Task Position_that_moved_without_rows_is_committed_and_one_that_stayed_is_not()
    {
        await using var model = new SinkModel(_store);
        await model.OpenAsync();
        model.Put(1, "a", 1);
        await model.EndAndCommitAsync();
        Assert.NotNull(await model.EndAndCommitAsync());
        await model.Sink.EndEpochAsync(new Epoch(new TestPosition(model.Position), DateTimeOffset.UnixEpoch), CancellationToken.None);
        Assert.Null(await model.CommitAsync());
        await model.ReopenAsync();
        Assert.Equal(2, model.Position);
        await model.CheckAsync();
    }

    [Fact]
    public async Task Commit_says_what_it_did_and_stands_in_summary_and_properties()
    {
        await using var model = new SinkModel(_store);
        await model.OpenAsync();
        model.Put(1, "a", 1);
        model.Put(2, "b", 2);
        var first = (await model.EndAndCommitAsync())!;
        Assert.Equal((2, 0, 2), (first.Upserts, first.Deletes, first.TotalRows));
        model.Put(1, "c", 3);
        model.Remove(2);
        model.Put(3, "d", 4);
        var second = (await model.EndAndCommitAsync())!;
        Assert.Equal((2, 1, 2), (second.Upserts, second.Deletes, second.TotalRows));

        var table = (await new FileSystemCatalog(_store).LoadAsync(SinkModel.Table, CancellationToken.None))!.Metadata;
        Assert.Equal(second.Id, table.CurrentSnapshotId.ToString());
        Assert.Equal("items", table.CurrentSnapshot!["cdclake.pipeline"]);
        Assert.Equal("2", table.CurrentSnapshot["cdclake.epoch"]);
        Assert.Equal("1", table.CurrentSnapshot["cdclake.format"]);
        Assert.Equal(second.Position.ToString(), table.CurrentSnapshot["cdclake.gtid"]);
        Assert.Equal(second.Position.ToString(), table.Properties["cdclake.items.gtid"]);
        Assert.Equal("overwrite", table.CurrentSnapshot["operation"]);
        Assert.Equal("append", table.Ancestors().Last()["operation"]);
        Assert.Equal(1, Assert.Single(table.Schema.IdentifierFieldIds));
    }

    [Fact]
    public async Task Snapshot_is_found_by_position_and_time()
    {
        await using var model = new SinkModel(_store);
        await model.OpenAsync();
        model.Put(1, "old", 1);
        await model.EndAndCommitAsync();
        model.Put(1, "new", 1);
        await model.EndAndCommitAsync();
        var reader = await IcebergTableReader.OpenAsync(new FileSystemCatalog(_store), SinkModel.Table, CancellationToken.None);
        var first = reader.FindSnapshot(p => TestPosition.NumberOf(p) <= 1)!;
        Assert.Equal("old", (await SinkModel.ReadAsync(_store, first))[1].Name);
        Assert.Equal(first, reader.FindSnapshot(DateTimeOffset.FromUnixTimeMilliseconds(first.TimestampMs)));
        Assert.Equal(reader.Current, reader.FindSnapshot(DateTimeOffset.MaxValue));
        Assert.Null(reader.FindSnapshot(DateTimeOffset.UnixEpoch));
    }

    [Fact]
    public async Task Small_table_stays_one_file_without_deletes()
    {
        await using var model = new SinkModel(_store);
        await model.OpenAsync();
        for (var commit = 0; commit < 30; commit++)
        {
            for (var id = 0; id < 50; id++)
            {
                model.Put((commit * 7) + id, $"row {commit}", commit);
            }

            await model.EndAndCommitAsync();
        }

        await model.CheckAsync();
        var files = model.Sink.Version!.Files;
        Assert.Single(files.Entries(ManifestContent.Data));
        Assert.Empty(files.Entries(ManifestContent.Deletes));
    }

    [Fact]
    public async Task Files_and_manifests_stay_bounded_over_many_commits()
    {
        await using var model = new SinkModel(_store, new IcebergSinkSettings { SmallFileBytes = 1 << 20 }, new SecondsClock());
        await model.OpenAsync();
        var most = 0;
        for (var commit = 0; commit < 300; commit++)
        {
            model.Put(1_000_000 + commit, "appended", commit); // never touched again
            await model.EndAndCommitAsync();
            var files = model.Sink.Version!.Files;
            most = Math.Max(most, Math.Max(files.Manifests.Count, files.Entries(ManifestContent.Data).Count()));
        }

        await model.CheckAsync();
        Assert.InRange(most, 1, 2 * ManifestSettings.Default.MergeAt);
        Assert.InRange(_folder.Files.Count(f => f.EndsWith(".metadata.json", StringComparison.Ordinal)), 1, 165); // the log, and those of the last minute
    }

    [Fact]
    public async Task Key_with_two_rows_is_refused_and_nothing_is_committed()
    {
        await using var model = new SinkModel(_store);
        await model.OpenAsync();
        model.Put(1, "a", 1);
        await model.EndAndCommitAsync();
        model.Rows.Clear(); // so that the model does not withdraw the row
        model.Put(1, "b", 1);
        await Assert.ThrowsAsync<DuplicateKeyException>(() => model.EndEpochAsync());
        Assert.Equal("a", (await SinkModel.ReadAsync(_store))[1].Name);
    }

    [Fact]
    public async Task Table_of_another_pipeline_is_refused_with_both_names()
    {
        await WriteOneAsync();
        var error = await RefusedAsync(SinkModel.Opening with { Pipeline = "other" });
        Assert.Contains("\"items\"", error, StringComparison.Ordinal);
        Assert.Contains("\"other\"", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Table_with_content_of_somebody_else_is_refused()
    {
        await WriteOneAsync();
        var table = await _store.MetadataAsync();
        var own = table.CurrentSnapshot!.SnapshotId;
        await _store.AddForeignSnapshotAsync("append");
        await _store.EditAsync(new SnapshotUpdates.RemoveSnapshots([own]), new TableWideUpdates.RemoveProperties([.. table.Properties.Keys]));
        Assert.Contains("no pipeline", await RefusedAsync(SinkModel.Opening), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Table_with_other_columns_or_key_is_refused_with_the_difference()
    {
        await WriteOneAsync();
        var wider = new Schema([.. SinkModel.Columns.Fields, new Field("more", DataType.Date, true)]);
        Assert.Contains("\"more\" date", await RefusedAsync(SinkModel.Opening with { Schema = wider }), StringComparison.Ordinal);
        var nullable = new Schema([SinkModel.Columns[0] with { Nullable = true }, SinkModel.Columns[1], SinkModel.Columns[2]]);
        Assert.Contains("\"id\" is required in the table and may be null in the result", await RefusedAsync(SinkModel.Opening with { Schema = nullable }), StringComparison.Ordinal);
        var narrower = new Schema([SinkModel.Columns[0], SinkModel.Columns[1] with { Type = DataType.Int64 }]);
        var error = await RefusedAsync(SinkModel.Opening with { Schema = narrower });
        Assert.Contains("\"name\" is string in the table and long in the result; the result lacks \"qty\" int", error, StringComparison.Ordinal);
        var otherKey = new Schema([.. SinkModel.Columns.Fields.Select(f => f with { Nullable = false })]);
        Assert.Contains("the table's key is (id), that of the result (name)", await RefusedAsync(SinkModel.Opening with { Schema = otherKey, Key = [1] }), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Table_of_format_4_is_not_written()
    {
        await WriteOneAsync();
        await _store.EditAsync(new TableWideUpdates.UpgradeFormatVersion(4));
        Assert.Contains("version 4", await RefusedAsync(SinkModel.Opening), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rolled_back_table_gives_the_position_it_was_rolled_back_to()
    {
        await using var model = new SinkModel(_store);
        await model.OpenAsync();
        model.Put(1, "a", 1);
        await model.EndAndCommitAsync();
        model.Put(1, "b", 1);
        await model.EndAndCommitAsync();
        await _store.RollBackAsync((await _store.MetadataAsync()).CurrentSnapshot!.ParentId!.Value);
        await model.ReopenAsync();
        Assert.Equal(1, model.Position);
    }

    [Fact]
    public async Task Position_survives_the_expiry_of_its_snapshot()
    {
        await WriteOneAsync();
        var own = (await _store.MetadataAsync()).CurrentSnapshotId!.Value;
        await _store.AddForeignSnapshotAsync("replace");
        await _store.EditAsync(new SnapshotUpdates.RemoveSnapshots([own]));
        await using var model = new SinkModel(_store);
        Assert.Equal(1, TestPosition.NumberOf(await model.OpenAsync()));
    }

    private async Task WriteOneAsync()
    {
        await using var model = new SinkModel(_store);
        await model.OpenAsync();
        model.Put(1, "a", 1);
        await model.EndAndCommitAsync();
    }

    private async Task<string> RefusedAsync(SinkOpening opening)
    {
        await using var sink = new IcebergSink(new CatalogCommitGroup(new FileSystemCatalog(_store)), SinkModel.Table, new IcebergSinkSettings());
        return (await Assert.ThrowsAsync<CatalogException>(() => sink.OpenAsync(opening, CancellationToken.None))).Message;
    }
}
