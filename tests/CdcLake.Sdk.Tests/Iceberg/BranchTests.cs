using CdcLake.Iceberg.Catalogs;
using CdcLake.Iceberg.Catalogs.FileSystem;
using CdcLake.Iceberg.Spec;
using CdcLake.Iceberg.Tables;
using CdcLake.Iceberg.Transactions;
using CdcLake.Iceberg.Writing;
using CdcLake.Storage;

namespace CdcLake.Tests.Iceberg;

/// <summary>A branch is written like a table of its own, whatever happens to the table's other branches.</summary>
public sealed class BranchTests : IDisposable
{
    private static readonly TableIdentifier Audit = SinkModel.Table.At("audit");

    private readonly TemporaryFolder _folder = new(inMemory: true);
    private readonly LocalObjectStore _store;

    public BranchTests() => _store = new LocalObjectStore(_folder.Path, TimeProvider.System);

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Table_and_branch_each_equal_their_dictionary_through_commits_compactions_expiries_and_crashes(int seed)
    {
        var random = new Random(seed);
        var settings = new IcebergSinkSettings
        {
            SmallFileBytes = 20_000,
            TargetFileSizeBytes = 8_000,
            FormatVersion = seed == 3 ? 3 : null,
            TableProperties = new Dictionary<string, string>
            {
                [TableProperties.MinSnapshotsToKeep] = "2", [TableProperties.MaxSnapshotAge] = "0", [TableProperties.KeepExpiredFiles] = "0",
            },
        };
        await using var table = new SinkModel(Catalog, settings);
        await using var branch = new SinkModel(Catalog, settings, table: Audit);
        await table.OpenAsync();
        await branch.OpenAsync();
        SinkModel[] models = [table, branch];
        for (var step = 0; step < 20; step++)
        {
            var at = models[step < 2 ? step : random.Next(2)];
            for (var n = random.Next(1, 200); n > 0; n--)
            {
                var id = random.Next(300);
                if (random.Next(4) == 0)
                {
                    at.Remove(id);
                }
                else
                {
                    at.Put(id, $"{step}", random.Next());
                }
            }

            await at.EndAndCommitAsync();
            if (random.Next(4) == 0)
            {
                await at.Sink.MaintainNowAsync(CancellationToken.None);
            }

            if (random.Next(5) == 0)
            {
                var position = at.Position;
                await at.ReopenAsync();
                Assert.Equal(position, at.Position);
            }

            await table.CheckCommittedAsync();
            await branch.CheckCommittedAsync();
        }

        var metadata = await _store.MetadataAsync();
        Assert.Equal(["audit", "main"], metadata.Refs.Select(r => r.Name).Order());
        Assert.NotEqual(metadata.SnapshotOf("main"), metadata.SnapshotOf("audit"));
        Assert.True(metadata.Snapshots.Length < 20, $"{metadata.Snapshots.Length} snapshots of 20 and more are left");
    }

    [Fact]
    public async Task Complete_result_in_parts_shows_on_the_branch_when_it_is_whole_and_never_on_the_table()
    {
        await using var table = new SinkModel(Catalog);
        await table.OpenAsync();
        table.Put(1, "of the table", 1);
        await table.EndAndCommitAsync();
        await using var branch = new SinkModel(Catalog, table: Audit);
        await branch.OpenAsync();
        branch.StartOver();
        branch.Put(7, "seven", 7);
        await branch.EndAndCommitAsync(1);
        Assert.Empty(await SinkModel.ReadAsync(Catalog(), table: Audit));
        Assert.Contains("cdclake-initial-snapshot-audit", (await _store.MetadataAsync()).Refs.Select(r => r.Name));
        branch.Put(8, "eight", 8);
        await branch.EndAndCommitAsync();
        await branch.CheckAsync();
        await table.CheckAsync();
        Assert.Equal(["audit", "main"], (await _store.MetadataAsync()).Refs.Select(r => r.Name).Order());
    }

    [Fact]
    public async Task Reference_and_branch_read_the_same_and_the_table_says_nothing_of_it()
    {
        await using (var branch = new SinkModel(Catalog, table: Audit))
        {
            await branch.OpenAsync();
            branch.Put(1, "one", 1);
            await branch.EndAndCommitAsync();
        }

        var table = IcebergCatalog.FileSystem(_folder.Path).Table("demo.items");
        Assert.Equal("demo.items.branch_audit", table.Branch("audit").Name);
        Assert.Equal("demo.items", table.Branch("main").Name);
        Assert.Empty(await RowsAsync(table.ReadAsync()));
        Assert.Equal(["1"], await RowsAsync(table.Branch("audit").ReadAsync()));
        Assert.Equal(["1"], await RowsAsync(table.Scan().AtRef("audit").ReadAsync()));
        Assert.Empty(await RowsAsync(table.Branch("other").ReadAsync()));
        var metadata = await _store.MetadataAsync();
        Assert.Null(metadata.CurrentSnapshotId);
        Assert.Null(CommitMarker.OwnerOf(metadata));
        Assert.All(metadata.Properties.Keys.Where(k => k.StartsWith("cdclake.", StringComparison.Ordinal)), k => Assert.StartsWith("cdclake.branch.audit.", k, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Tag_is_no_branch()
    {
        await using var table = new SinkModel(Catalog);
        await table.OpenAsync();
        table.Put(1, "one", 1);
        await table.EndAndCommitAsync();
        await _store.EditAsync(new SnapshotUpdates.SetRef(SnapshotRef.Tag("audit", (await _store.MetadataAsync()).CurrentSnapshotId!.Value, long.MaxValue)));
        var error = await Assert.ThrowsAsync<CatalogException>(() => Catalog().LoadAsync(Audit, CancellationToken.None));
        Assert.Equal("\"audit\" is a tag of table demo.items, which stands for one snapshot for good. Name a branch.", error.Message);
        Assert.Throws<CatalogException>(() => SinkModel.Table.At("a/b"));
    }

    private static async Task<IReadOnlyList<string>> RowsAsync(IAsyncEnumerable<Row> rows)
    {
        var ids = new List<string>();
        await foreach (var row in rows)
        {
            ids.Add($"{row.Get<long>("id")}");
        }

        return ids;
    }

    private BranchCatalog Catalog() => new BranchCatalog(new FileSystemCatalog(_store, TimeProvider.System));
}
