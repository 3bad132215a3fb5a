using CdcLake.Iceberg.Catalogs.FileSystem;
using CdcLake.Iceberg.Spec;
using CdcLake.Iceberg.Writing;
using CdcLake.Storage;

namespace CdcLake.Tests.Iceberg.Scanning;

public sealed class IcebergScanTests : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private readonly SecondsClock _clock = new();
    private readonly LocalObjectStore _store;
    private readonly SinkModel _model;

    public IcebergScanTests()
    {
        _store = new LocalObjectStore(_folder.Path, TimeProvider.System);
        _model = new SinkModel(_store, new IcebergSinkSettings { SmallFileBytes = 0 }, _clock);
    }

    private IcebergTable Table => IcebergCatalog.FileSystem(_folder.Path).Table("demo.items");

    public async Task InitializeAsync()
    {
        await _model.OpenAsync();
        await PutAsync(1, 100); // one data file each
        await PutAsync(101, 200);
        _model.Put(50, null, null);
        _model.Remove(60);
        await _model.EndAndCommitAsync();
    }

    public async Task DisposeAsync()
    {
        await _model.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Typed_rows_have_the_properties_of_their_type_and_fulfil_all_conditions()
    {
        var limit = 53;
        var items = await AllAsync(Table.Scan<Item>().Where(i => i.Id >= 49 && i.Id <= limit).Where(i => i.Name != "item 52"));
        Assert.Equal([new Item(49, "item 49"), new Item(51, "item 51"), new Item(53, "item 53")], items.OrderBy(i => i.Id));
        Assert.Equal([new Item(50, null)], await AllAsync(Table.Scan<Item>().Where(i => i.Name == null)));
        Assert.Equal(199, (await AllAsync(Table.Scan<Item>())).Count);
        var settable = await AllAsync(Table.Scan<Settable>().Where(s => s.Qty == 3));
        Assert.All(settable, s => Assert.Equal(3, s.Id % 10));
        Assert.Equal(20, settable.Count);
    }

    [Fact]
    public async Task Untyped_rows_have_the_columns_that_were_asked_for()
    {
        var rows = await AllAsync(Table.Scan().Select("QTY", "id").Where(r => r.Get<string>("name") == "item 7"));
        Assert.Equal(["qty", "id"], Assert.Single(rows).Columns);
        Assert.Equal((7, 7L), (rows[0].Get<int>("qty"), rows[0].Get<long>("id")));
        Assert.Contains("name", (await Assert.ThrowsAsync<SchemaMismatchException>(() => AllAsync(Table.Scan().Select("nme")))).Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<SchemaMismatchException>(() => AllAsync(Table.Scan().Where(r => r.Get<int>("nothing") == 1)));
        Assert.Throws<InvalidOperationException>(() => Table.Scan<Item>().Select("id"));
    }

    [Fact]
    public async Task Property_that_does_not_hold_its_column_is_named()
    {
        var error = await Assert.ThrowsAsync<SchemaMismatchException>(() => AllAsync(Table.Scan<Narrow>()));
        Assert.Contains("Narrow.Id", error.Message, StringComparison.Ordinal);
        Assert.Contains("Narrow.Qty", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Files_whose_bounds_refute_the_condition_are_not_opened()
    {
        var files = await (await Table.InspectAsync()).ListFilesAsync();
        var second = files.Where(f => f.Content == "data").OrderBy(f => f.SequenceNumber).ElementAt(1);
        File.Delete(new Uri(second.Path).LocalPath);
        Assert.Equal(99, (await AllAsync(Table.Scan<Item>().Where(i => i.Id <= 100))).Count);
        Assert.Single(await AllAsync(Table.Scan<Item>().Where(i => i.Id == 5 || i.Id == 4000)));
        await Assert.ThrowsAsync<ObjectStoreException>(() => AllAsync(Table.Scan<Item>().Where(i => i.Id <= 101)));
    }

    [Fact]
    public async Task Versions_are_told_by_snapshot_time_and_reference()
    {
        var info = await Table.InspectAsync();
        var bySnapshot = await Task.WhenAll(info.Snapshots.Select(s => CountAsync(Table.Scan().AtSnapshot(s.Id))));
        var byTime = await Task.WhenAll(info.Snapshots.Select(s => CountAsync(Table.Scan().AtTime(s.CommittedAt))));
        Assert.Equal([100, 200, 199], bySnapshot);
        Assert.Equal([100, 200, 199], byTime);
        Assert.Equal(0, await CountAsync(Table.Scan().AtTime(info.Snapshots[0].CommittedAt.AddSeconds(-1))));
        await _store.EditAsync(new SnapshotUpdates.SetRef(new SnapshotRef("before", info.Snapshots[1].Id, [new("type", "\"tag\"")])));
        Assert.Equal(200, await CountAsync(Table.Scan().AtRef("before")));
        Assert.Equal(199, await CountAsync(Table.Scan().AtRef("main")));
        var refs = (await Table.InspectAsync()).Refs;
        Assert.Equal([("main", true), ("before", false)], refs.Select(r => (r.Name, r.IsBranch)));
        await Assert.ThrowsAsync<CatalogException>(() => CountAsync(Table.Scan().AtRef("nothing")));
        await Assert.ThrowsAsync<CatalogException>(() => CountAsync(Table.Scan().AtSnapshot(17)));
        Assert.Throws<ArgumentException>(() => Table.Scan().AtGtid("no set"));
    }

    [Fact]
    public async Task Changes_between_snapshots_are_deletes_updates_and_inserts()
    {
        var info = await Table.InspectAsync();
        var changes = await AllAsync(Table.Scan<Item>().ReadChangesAsync(info.Snapshots[1].Id));
        Assert.Equal(
        [
            new(IcebergChangeKind.Delete, new Item(60, "item 60")),
            new(IcebergChangeKind.UpdateBefore, new Item(50, "item 50")),
            new IcebergChange<Item>(IcebergChangeKind.UpdateAfter, new Item(50, null)),
        ],
        changes);
        var back = await AllAsync(Table.Scan<Item>().AtSnapshot(info.Snapshots[1].Id).ReadChangesAsync(info.Snapshots[2].Id));
        Assert.Equal(["Insert 60", "UpdateBefore 50", "UpdateAfter 50"], back.Select(c => $"{c.Kind} {c.Row.Id}").OrderByDescending(t => t[0] == 'I'));
        Assert.Equal(199, (await AllAsync(Table.Scan<Item>().ReadChangesAsync(null))).Count(c => c.Kind == IcebergChangeKind.Insert));
        Assert.Empty(await AllAsync(Table.Scan<Item>().ReadChangesAsync(info.Snapshots[2].Id)));
    }

    [Fact]
    public async Task Rows_that_compaction_moved_are_no_changes()
    {
        var before = (await Table.InspectAsync()).CurrentSnapshotId;
        await ForeignCompaction.RunAsync(_store);
        Assert.NotEqual(before, (await Table.InspectAsync()).CurrentSnapshotId);
        Assert.Empty(await AllAsync(Table.Scan().ReadChangesAsync(before)));
    }

    [Fact]
    public async Task Inspection_lists_what_the_table_consists_of()
    {
        var info = await Table.InspectAsync();
        Assert.Equal((2, 3, 3), (info.FormatVersion, info.Snapshots.Count, info.History.Count));
        Assert.Equal(["id", "name", "qty"], info.Columns.Select(c => c.Name));
        Assert.Equal(info.CurrentSnapshotId, info.History[^1].SnapshotId);
        Assert.Equal(["append", "append", "overwrite"], info.Snapshots.Select(s => s.Operation));
        var files = await info.ListFilesAsync();
        Assert.Equal((3, 1), (files.Count(f => f.Content == "data"), files.Count(f => f.Content == "position deletes")));
        var partition = Assert.Single(await info.ListPartitionsAsync());
        Assert.Equal((3, 201L, 1), (partition.DataFiles, partition.Records, partition.DeleteFiles));
        Assert.Empty(partition.Values);
        var manifests = await info.ListManifestsAsync();
        Assert.Equal(4, manifests.Sum(m => m.AddedFiles + m.ExistingFiles));
        Assert.Single(await info.ListFilesAsync(info.Snapshots[0].Id));
        await Assert.ThrowsAsync<CatalogException>(() => info.ListFilesAsync(17));
    }

    [Fact]
    public async Task Conditions_on_random_data_find_what_LINQ_finds()
    {
        var random = new Random(81);
        for (var round = 0; round < 6; round++)
        {
            for (var n = 0; n < 60; n++)
            {
                _model.Put(random.Next(400), random.Next(5) == 0 ? null : $"n{random.Next(40)}", random.Next(5) == 0 ? null : random.Next(-20, 20));
            }

            await _model.EndAndCommitAsync();
            var (low, high, name) = ((long)random.Next(400), random.Next(-20, 20), $"n{random.Next(40)}");
            var rows = _model.Rows.Select(r => new Stored(r.Key, r.Value.Name, r.Value.Qty)).ToList();
            await SameAsync(rows.Where(r => r.Id > low && r.Qty < high), Table.Scan<Stored>().Where(r => r.Id > low && r.Qty < high));
            await SameAsync(rows.Where(r => r.Qty == high || r.Name == name), Table.Scan<Stored>().Where(r => r.Qty == high || r.Name == name));
            await SameAsync(rows.Where(r => r.Qty is not null && r.Qty * 2 >= high), Table.Scan<Stored>().Where(r => r.Qty * 2 >= high));
            await SameAsync(rows.Where(r => r.Name is not null && r.Name.StartsWith("n1", StringComparison.Ordinal)), Table.Scan<Stored>().Where(r => r.Name!.StartsWith("n1")));
            await SameAsync(rows.Where(r => r.Name is null && r.Id <= low), Table.Scan<Stored>().Where(r => r.Name == null && r.Id <= low));
        }
    }

    private static async Task SameAsync(IEnumerable<Stored> expected, IcebergScan<Stored> scan) =>
        Assert.Equal(expected.OrderBy(r => r.Id), (await AllAsync(scan)).OrderBy(r => r.Id));

    private async Task PutAsync(int first, int last)
    {
        for (var id = first; id <= last; id++)
        {
            _model.Put(id, $"item {id}", id % 10);
        }

        await _model.EndAndCommitAsync();
    }

    private static async Task<int> CountAsync(IcebergScan<Row> scan) => (await AllAsync(scan)).Count;

    private static Task<List<T>> AllAsync<T>(IcebergScan<T> scan) => AllAsync(scan.ReadAsync());

    private static async Task<List<T>> AllAsync<T>(IAsyncEnumerable<T> rows)
    {
        var list = new List<T>();
        await foreach (var row in rows)
        {
            list.Add(row);
        }

        return list;
    }

    private sealed record Item(long Id, string? Name);

    private sealed record Stored(long Id, string? Name, int? Qty);

    private sealed record Narrow(int Id, short? Qty);

    private sealed class Settable
    {
        public decimal Id { get; set; }

        public int? Qty { get; init; }
    }
}
