using System.Collections.Immutable;
using System.Globalization;
using CdcLake.Iceberg;
using CdcLake.Iceberg.Catalogs.FileSystem;
using CdcLake.Iceberg.Manifests;
using CdcLake.Iceberg.Spec;
using CdcLake.Iceberg.Tables;
using CdcLake.Iceberg.Transactions;
using CdcLake.Iceberg.Writing;
using CdcLake.Storage;

namespace CdcLake.Tests.Iceberg;

/// <summary>Snapshots expire as they go, with the files that nobody refers to any more, and nothing else goes.</summary>
public sealed class SnapshotExpiryTests : IDisposable
{
    private static readonly IcebergSinkSettings Settings = new()
    {
        SmallFileBytes = 4_000,
        TargetFileSizeBytes = 8_000,
        FoldAt = 4,
        TableProperties = new Dictionary<string, string> { ["cdclake.expire.keep-files-ms"] = "0" },
    };

    private static readonly IcebergSinkSettings Few = Settings with
    {
        TableProperties = new Dictionary<string, string>(Settings.TableProperties)
        {
            ["history.expire.min-snapshots-to-keep"] = "5",
            ["history.expire.max-snapshot-age-ms"] = "1",
        },
    };

    private readonly TemporaryFolder _folder = new(inMemory: true);
    private readonly LocalObjectStore _store;
    private readonly Dictionary<long, string> _rowsAt = [];

    public SnapshotExpiryTests() => _store = new LocalObjectStore(_folder.Path, TimeProvider.System);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Many_commits_leave_about_a_hundred_snapshots_and_only_files_that_they_refer_to()
    {
        await using var model = new SinkModel(_store, Settings, new SecondsClock());
        await model.OpenAsync();
        await CommitAsync(model, 250);
        Assert.InRange((await _store.MetadataAsync()).Snapshots.Length, 100, 110);
        await CheckFilesAsync();
        await CheckRowsAsync();
        await model.CheckAsync();
    }

    [Fact]
    public async Task Tags_and_branches_keep_their_snapshots_until_their_own_age()
    {
        await using var model = new SinkModel(_store, Few, new SecondsClock());
        await model.OpenAsync();
        await CommitAsync(model, 3);
        var tagged = (await _store.MetadataAsync()).CurrentSnapshotId!.Value;
        await _store.EditAsync(new SnapshotUpdates.SetRef(new SnapshotRef("kept", tagged, [new("type", "\"tag\"")])));
        await CommitAsync(model, 3);
        var aged = (await _store.MetadataAsync()).CurrentSnapshotId!.Value;
        await _store.EditAsync(
            new SnapshotUpdates.SetRef(new SnapshotRef("aged", aged, [new("type", "\"tag\""), new("max-ref-age-ms", "200000")])),
            new SnapshotUpdates.SetRef(new SnapshotRef("side", aged, [new("type", "\"branch\""), new("min-snapshots-to-keep", "2")])));
        await CommitAsync(model, 60);
        var table = await _store.MetadataAsync();
        Assert.NotNull(table.FindSnapshot(tagged));
        Assert.NotNull(table.FindSnapshot(aged));
        await CheckFilesAsync();
        await CheckRowsAsync();

        await CommitAsync(model, 60);
        table = await _store.MetadataAsync();
        Assert.Equal(["kept", "main", "side"], table.Refs.Select(r => r.Name).Order(StringComparer.Ordinal));
        await _store.EditAsync(new SnapshotUpdates.RemoveRef("kept"), new SnapshotUpdates.RemoveRef("side"));
        await CommitAsync(model, 20);
        Assert.Null((await _store.MetadataAsync()).FindSnapshot(tagged));
        await CheckFilesAsync();
        await CheckRowsAsync();
    }

    [Fact]
    public async Task Table_whose_files_may_not_be_collected_keeps_all()
    {
        var settings = Few with { TableProperties = new Dictionary<string, string>(Few.TableProperties) { ["gc.enabled"] = "false" } };
        await using var model = new SinkModel(_store, settings, new SecondsClock());
        await model.OpenAsync();
        await CommitAsync(model, 40);
        Assert.Equal(40, (await _store.MetadataAsync()).Snapshots.Length);
        await CheckRowsAsync();
    }

    [Fact]
    public async Task Reading_at_an_expired_position_is_an_error_and_not_an_empty_table()
    {
        await using var model = new SinkModel(_store, Few, new SecondsClock());
        await model.OpenAsync();
        await CommitAsync(model, 3);
        var table = IcebergCatalog.FileSystem(_folder.Path).Table("demo.items");
        Assert.NotEmpty(await table.ReadAtGtidAsync(new TestPosition(1).ToString()).ToListAsync());
        Assert.Empty(await table.ReadAtGtidAsync("4e11fa47-71ca-11e1-9e33-c80aa9429562:1-9").ToListAsync());
        await CommitAsync(model, 40);
        Assert.NotEmpty(await table.ReadAtGtidAsync(new TestPosition(42).ToString()).ToListAsync());
        var error = await Assert.ThrowsAsync<CatalogException>(async () => await table.ReadAtGtidAsync(new TestPosition(1).ToString()).ToListAsync());
        Assert.Contains("history.expire", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Table_that_was_never_looked_after_is_caught_up_with_little_by_little()
    {
        var settings = Few with { TableProperties = new Dictionary<string, string>(Settings.TableProperties) { ["gc.enabled"] = "false" } };
        await using var model = new SinkModel(_store, settings, new SecondsClock());
        await model.OpenAsync();
        await CommitAsync(model, 420);
        await _store.EditAsync(new TableWideUpdates.RemoveProperties(["gc.enabled", "history.expire.min-snapshots-to-keep", "history.expire.max-snapshot-age-ms"]));
        await CommitAsync(model, 2); // the first of them was made from the properties as they had been
        Assert.Equal(222, (await _store.MetadataAsync()).Snapshots.Length);
        await CheckFilesAsync();
        await CommitAsync(model, 11);
        Assert.InRange((await _store.MetadataAsync()).Snapshots.Length, 100, 110);
        await CheckFilesAsync();
        await model.CheckAsync();
    }

    [Fact]
    public async Task Young_snapshots_are_kept_whatever_their_number()
    {
        var settings = Few with { TableProperties = new Dictionary<string, string>(Few.TableProperties) { ["history.expire.max-snapshot-age-ms"] = "1000000000" } };
        await using var model = new SinkModel(_store, settings, new SecondsClock());
        await model.OpenAsync();
        await CommitAsync(model, 40);
        Assert.Equal(40, (await _store.MetadataAsync()).Snapshots.Length);
    }

    [Fact]
    public async Task Snapshot_with_the_position_is_kept_under_compactions()
    {
        await using var model = new SinkModel(_store, Few, new SecondsClock());
        await model.OpenAsync();
        await CommitAsync(model, 2);
        var own = (await _store.MetadataAsync()).CurrentSnapshotId!.Value;
        var catalog = new FileSystemCatalog(_store);
        var version = await TableVersion.ReadAsync((await catalog.LoadAsync(SinkModel.Table, default))!, default);
        var session = new TableSession(catalog, version, new SecondsClock());
        for (var i = 0; i < 40; i++)
        {
            await using var compaction = await session.PrepareAsync(new SnapshotChange { KeepsRows = true }, new WrittenFiles(version.Table.Files), default);
            await TablePublisher.PublishAsync(catalog, [compaction]);
        }

        Assert.NotNull((await _store.MetadataAsync()).FindSnapshot(own));
        await model.ReopenAsync();
        Assert.Equal(2, model.Position);
        await CommitAsync(model, 1);
        Assert.Null((await _store.MetadataAsync()).FindSnapshot(own));
        await model.CheckAsync();
    }

    [Fact]
    public async Task Snapshots_of_a_rollback_go_by_age_and_take_their_files_with_them()
    {
        await using var model = new SinkModel(_store, Few, new SecondsClock());
        await model.OpenAsync();
        await CommitAsync(model, 8);
        var table = await _store.MetadataAsync();
        await _store.RollBackAsync(table.Snapshots[^4].SnapshotId);
        await using var next = new SinkModel(_store, Few, new SecondsClock());
        await next.OpenAsync();
        next.StartOver();
        await CommitAsync(next, 40);
        await CheckFilesAsync();
        await CheckRowsAsync();
        await next.CheckAsync();
    }

    [Fact]
    public async Task Query_that_began_on_a_snapshot_reads_it_to_its_end_although_it_has_expired()
    {
        var settings = Few with { TableProperties = new Dictionary<string, string>(Few.TableProperties) { ["cdclake.expire.keep-files-ms"] = "100000" } };
        await using var model = new SinkModel(_store, settings, new SecondsClock());
        await model.OpenAsync();
        await CommitAsync(model, 3);
        var begun = (await _store.MetadataAsync()).CurrentSnapshot!;
        await CommitAsync(model, 40);
        Assert.Null((await _store.MetadataAsync()).FindSnapshot(begun.SnapshotId));
        Assert.Equal(_rowsAt[begun.SnapshotId], SinkModel.Print(await SinkModel.ReadAsync(_store, begun)));
        await CheckRowsAsync();

        await CommitAsync(model, 400);
        await Assert.ThrowsAsync<ObjectStoreException>(() => SinkModel.ReadAsync(_store, begun));
        await CheckRowsAsync();
        await _store.EditAsync(new TableWideUpdates.SetProperties(ImmutableSortedDictionary<string, string>.Empty.Add("cdclake.expire.keep-files-ms", "0")));
        await CommitAsync(model, 15);
        await CheckFilesAsync();
    }

    [Fact]
    public async Task Removal_that_fails_is_done_with_the_next_one()
    {
        var store = new FaultyStore(_store);
        await using var model = new SinkModel(store, Few, new SecondsClock());
        await model.OpenAsync();
        await CommitAsync(model, 14);
        store.FailDeletes = true;
        await CommitAsync(model, 15);
        store.FailDeletes = false;
        await CommitAsync(model, 15);
        await CheckFilesAsync();
        await CheckRowsAsync();
    }

    private async Task CommitAsync(SinkModel model, int commits)
    {
        var random = new Random(commits);
        for (var commit = 0; commit < commits; commit++)
        {
            for (var n = 0; n < 20; n++)
            {
                var id = random.Next(900);
                model.Put(id, $"commit {commit} row {n}", n);
                model.Remove(random.Next(900));
            }

            var id2 = (await model.EndAndCommitAsync())!.Id;
            _rowsAt[long.Parse(id2, CultureInfo.InvariantCulture)] = SinkModel.Print(model.Rows);
        }
    }

    /// <summary>Every snapshot that is kept reads as it was when it was committed.</summary>
    private async Task CheckRowsAsync()
    {
        var table = await _store.MetadataAsync();
        foreach (var snapshot in table.Snapshots)
        {
            Assert.Equal(_rowsAt[snapshot.SnapshotId], SinkModel.Print(await SinkModel.ReadAsync(_store, snapshot)));
        }
    }

    /// <summary>The folder holds what the table refers to and nothing else.</summary>
    private async Task CheckFilesAsync()
    {
        var table = await _store.MetadataAsync();
        var referenced = new HashSet<string>(table.MetadataLog.Select(e => e.MetadataFile), StringComparer.Ordinal);
        foreach (var snapshot in table.Snapshots)
        {
            referenced.Add(snapshot.ManifestList);
            referenced.UnionWith(ManifestList.Read((await _store.TryReadAsync(_store.NameOf(snapshot.ManifestList), default))!, "list").Select(m => m.Path));
            var files = await TableFiles.ReadAsync(FileIO.Over(_store, TimeProvider.System), snapshot, default);
            referenced.UnionWith(files.Entries(ManifestContent.Data).Concat(files.Entries(ManifestContent.Deletes)).Select(e => e.File.Path));
        }

        var present = _folder.Files.Select(f => _store.UriOf(Path.GetRelativePath(_folder.Path, f))).ToHashSet(StringComparer.Ordinal);
        Assert.Empty(referenced.Except(present));
        var unknown = present.Except(referenced).ToImmutableArray(); // the hint, the current metadata file, and those that have just left the log
        Assert.All(unknown, u => Assert.True(u.EndsWith(".metadata.json", StringComparison.Ordinal) || u.EndsWith("version-hint.text", StringComparison.Ordinal), u));
    }
}
