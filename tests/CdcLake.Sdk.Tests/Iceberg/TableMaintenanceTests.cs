using CdcLake.Iceberg.Catalogs.FileSystem;
using CdcLake.Iceberg.Manifests;
using CdcLake.Iceberg.Operations;
using CdcLake.Iceberg.Spec;
using CdcLake.Iceberg.Tables;
using CdcLake.Iceberg.Transactions;
using CdcLake.Iceberg.Writing;
using CdcLake.Storage;

namespace CdcLake.Tests.Iceberg;

/// <summary>Looking after tables by name: compaction, manifests, expiry, orphans.</summary>
public sealed class TableMaintenanceTests : IDisposable
{
    private readonly TemporaryFolder _folder = new(inMemory: true);
    private readonly LocalObjectStore _store;
    private readonly NamedTable _table;

    public TableMaintenanceTests()
    {
        _store = new LocalObjectStore(_folder.Path, TimeProvider.System);
        _table = new NamedTable(new FileSystemCatalog(_store), SinkModel.Table, TimeProvider.System);
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Compaction_by_name_leaves_the_rows_and_a_sink_that_goes_on()
    {
        await using var model = await FragmentedAsync();
        var (files, rows) = await new TableCompaction(_table).RunAsync(CancellationToken.None);
        Assert.Equal((12, model.Rows.Count), (files, (int)rows));
        await model.CheckAsync();
        var version = await TableVersion.ReadAsync(await _table.LoadAsync(CancellationToken.None), CancellationToken.None);
        Assert.Single(version.Files.Entries(ManifestContent.Data));
        Assert.Empty(version.Files.Entries(ManifestContent.Deletes));
        Assert.Equal((0, 0L), await new TableCompaction(_table).RunAsync(CancellationToken.None));

        model.Put(1, "afterwards", 1);
        await model.EndAndCommitAsync();
        await model.CheckAsync();
    }

    [Fact]
    public async Task What_others_add_while_it_compacts_stays()
    {
        await using var model = await FragmentedAsync();
        var commits = 0;
        var hooked = new HookedStore(_store);
        hooked.BeforeCreation = async name =>
        {
            if (name.EndsWith(".metadata.json", StringComparison.Ordinal) && commits++ == 0)
            {
                model.Put(100_000, "meanwhile", 1);
                await model.EndAndCommitAsync();
            }
        };
        var (files, _) = await new TableCompaction(_table with { Catalog = new FileSystemCatalog(hooked) }).RunAsync(CancellationToken.None);
        Assert.Equal(1, commits);
        Assert.True(files >= 12);
        await model.CheckAsync();
    }

    [Fact]
    public async Task Rows_that_others_delete_while_it_compacts_stay_deleted()
    {
        await using var model = await FragmentedAsync();
        var commits = 0;
        var hooked = new HookedStore(_store);
        hooked.BeforeCreation = async name =>
        {
            if (name.EndsWith(".metadata.json", StringComparison.Ordinal) && commits++ == 0)
            {
                model.Remove(5);
                await model.EndAndCommitAsync();
            }
        };
        await new TableCompaction(_table with { Catalog = new FileSystemCatalog(hooked) }).RunAsync(CancellationToken.None);
        Assert.Equal(1, commits);
        await model.CheckAsync();
        Assert.DoesNotContain(5, model.Rows.Keys);
    }

    [Fact]
    public async Task Manifests_become_one_of_each_kind()
    {
        await using var model = await FragmentedAsync();
        var before = model.Sink.Version!.Files.Manifests.Count;
        Assert.True(before > 2);
        Assert.Equal(before - 2, await new ManifestRewriting(_table).RunAsync(CancellationToken.None));
        await model.CheckAsync();
        Assert.Equal(0, await new ManifestRewriting(_table).RunAsync(CancellationToken.None));
        model.Put(1, "afterwards", 1);
        await model.EndAndCommitAsync();
        await model.CheckAsync();
    }

    [Fact]
    public async Task Expiry_removes_snapshots_and_their_files_but_not_what_was_current_lately()
    {
        await using var model = await FragmentedAsync();
        await _store.EditAsync(new TableWideUpdates.SetProperties(Properties((TableProperties.MinSnapshotsToKeep, "2"), (TableProperties.MaxSnapshotAge, "0"))));
        Assert.Equal((0, 0), await new SnapshotExpiration(_table).RunAsync(null, CancellationToken.None));

        await _store.EditAsync(new TableWideUpdates.SetProperties(Properties((TableProperties.KeepExpiredFiles, "0"))));
        var (snapshots, files) = await new SnapshotExpiration(_table).RunAsync(null, CancellationToken.None);
        Assert.Equal(10, snapshots);
        Assert.True(files >= 10); // at least their manifest lists
        Assert.Equal(2, (await _store.MetadataAsync()).Snapshots.Length);
        await model.CheckAsync();
        Assert.Empty(await OrphansAsync(dryRun: true));
    }

    [Fact]
    public async Task Orphans_are_found_first_and_removed_on_request()
    {
        await using var model = await FragmentedAsync();
        Assert.Empty(await OrphansAsync(dryRun: true));
        var folder = Path.GetDirectoryName(new Uri(model.Sink.Version!.Files.Entries(ManifestContent.Data).First().File.Path).LocalPath)!;
        var orphan = Path.Combine(folder, "00000-0-left-behind.parquet");
        await File.WriteAllTextAsync(orphan, "x");
        Assert.Empty(await new OrphanRemoval(_table).RunAsync(TimeSpan.FromDays(1), dryRun: false, CancellationToken.None));
        Assert.Equal("00000-0-left-behind.parquet", Path.GetFileName(Assert.Single(await OrphansAsync(dryRun: true))));
        Assert.True(File.Exists(orphan));
        Assert.Single(await OrphansAsync(dryRun: false));
        Assert.False(File.Exists(orphan));
        await model.CheckAsync();
        await model.ReopenAsync();
    }

    [Fact]
    public async Task Orphans_need_a_safe_age_and_a_table_that_allows_it()
    {
        await using var model = await FragmentedAsync();
        var table = IcebergCatalog.FileSystem(_folder.Path).Table(SinkModel.Table.ToString());
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => table.RemoveOrphanFilesAsync(TimeSpan.FromHours(1)));
        Assert.Empty(await table.RemoveOrphanFilesAsync());
        var done = await table.MaintainAsync();
        Assert.Equal(12, done.FilesCompacted);
        await model.CheckAsync();
        await _store.EditAsync(new TableWideUpdates.SetProperties(Properties((TableProperties.GcEnabled, "false"))));
        await Assert.ThrowsAsync<CatalogException>(() => table.ExpireSnapshotsAsync());
        await Assert.ThrowsAsync<CatalogException>(() => table.RemoveOrphanFilesAsync());
    }

    /// <summary>Everything that is older than a moment in the future.</summary>
    private Task<IReadOnlyList<string>> OrphansAsync(bool dryRun) => new OrphanRemoval(_table).RunAsync(TimeSpan.FromHours(-1), dryRun, CancellationToken.None);

    private static System.Collections.Immutable.ImmutableSortedDictionary<string, string> Properties(params (string Name, string Value)[] properties) =>
        System.Collections.Immutable.ImmutableSortedDictionary.CreateRange(StringComparer.Ordinal, properties.Select(p => KeyValuePair.Create(p.Name, p.Value)));

    /// <summary>Twelve files, most of them with a dead row.</summary>
    private async Task<SinkModel> FragmentedAsync()
    {
        var model = new SinkModel(_store, new IcebergSinkSettings { DeleteMode = IcebergDeleteMode.Position });
        await model.OpenAsync();
        for (var file = 0; file < 12; file++)
        {
            for (var i = 0; i < 20; i++)
            {
                model.Put((file * 19) + i, $"row {i} of {file}", i);
            }

            await model.EndAndCommitAsync();
        }

        return model;
    }
}
