using System.Text;
using CdcLake.Columnar;
using CdcLake.Connectors;
using CdcLake.Iceberg.Catalogs;
using CdcLake.Iceberg.Operations;
using CdcLake.Iceberg.Spec;
using CdcLake.Iceberg.Tables;
using CdcLake.Iceberg.Transactions;
using CdcLake.MySql.Gtids;
using CdcLake.Tests.Pipelines;

namespace CdcLake.Tests.Iceberg;

/// <summary>Tables of a lake as the first rows of a pipeline: which GTID set they have in common, what is read of them, and which tables are refused.</summary>
public sealed class IcebergReplicasTests : IDisposable
{
    private const string Uuid = "11111111-2222-3333-4444-555555555555";
    private readonly ShopLog _shop = new();
    private readonly IcebergCatalog _lake;

    public IcebergReplicasTests()
    {
        _lake = IcebergCatalog.FileSystem(_shop.Warehouse);
        _shop.Log.Transaction(t => t.Insert(ShopLog.Items, ShopLog.NewItem(1, "cup"), ShopLog.NewItem(2, "jar")));
        _shop.Log.Transaction(t => t.Insert(ShopLog.Orders, ShopLog.NewOrder(1, 1, 2, "3.50"), ShopLog.NewOrder(2, 2, 1, "10.00")));
    }

    public void Dispose() => _shop.Dispose();

    [Fact]
    public async Task Rows_are_those_of_the_newest_GTID_set_that_all_tables_have()
    {
        await ReplicateAsync();
        var opened = await OpenAsync();
        Assert.Equal($"{Uuid}:1-2", opened.Position["gtid"]);
        Assert.Equal(["1|cup", "2|jar"], await RowsAsync(opened, 0));
        Assert.Equal(["1|1|2|3.50", "2|2|1|10.00"], await RowsAsync(opened, 1));
        Assert.Equal((2, 2), (opened.EstimatedRows(0), opened.EstimatedRows(1)));
    }

    [Fact]
    public async Task Later_commits_move_the_GTID_set_and_an_older_one_can_be_asked_for()
    {
        await ReplicateAsync();
        _shop.Log.Transaction(t => t.Delete(ShopLog.Items, ShopLog.NewItem(1, "cup")));
        await ReplicateAsync();
        var opened = await OpenAsync();
        Assert.Equal($"{Uuid}:1-3", opened.Position["gtid"]);
        Assert.Equal(["2|jar"], await RowsAsync(opened, 0));

        opened = await OpenAsync(upTo: $"{Uuid}:1-2");
        Assert.Equal($"{Uuid}:1-2", opened.Position["gtid"]);
        Assert.Equal(["1|cup", "2|jar"], await RowsAsync(opened, 0));
    }

    [Fact]
    public async Task Only_the_columns_that_are_wanted_are_read_and_rows_that_are_only_counted_have_none()
    {
        await ReplicateAsync();
        var opened = await OpenAsync(columns: [1]);
        Assert.Equal(["cup", "jar"], await RowsAsync(opened, 0));
        Assert.Equal(["1", "2"], await RowsAsync(opened, 1));

        opened = await OpenAsync(columns: []);
        Assert.Equal(["", ""], await RowsAsync(opened, 0));
    }

    [Fact]
    public async Task Replica_of_some_columns_will_do_where_these_are_all_that_is_wanted()
    {
        await using (var pipeline = Pipeline.FromMySqlBinlog(_shop.Source().Table<Named>("shop.items")).ToIceberg(_lake.Table("raw.items")).Build("some"))
        {
            await pipeline.RunAsync();
        }

        Assert.Equal(["1|cup", "2|jar"], await RowsAsync(await OpenAsync(tables: ["shop.items"]), 0));
        await using (var pipeline = Pipeline.FromMySqlBinlog(_shop.Source().Table<Priced>("shop.orders")).ToIceberg(_lake.Table("raw.orders")).Build("others"))
        {
            await pipeline.RunAsync();
        }

        Assert.Equal(["1", "2"], await RowsAsync(await OpenAsync(tables: ["shop.orders"], columns: [0]), 0));
        await RefusesAsync<SchemaMismatchException>("it has no column \"item_id\" (int in MySQL)", tables: ["shop.orders"]);
    }

    [Fact]
    public async Task Table_that_is_not_there_is_refused_by_name()
    {
        await ReplicateAsync();
        var error = await RefusesAsync<CatalogException>("the rows of shop.items in raw.nothing: filesystem(", _ => _lake.Table("raw.nothing"));
        Assert.Equal(CatalogError.NoSuchTable, error.Error);
    }

    [Fact]
    public async Task Table_with_other_rows_than_all_is_refused()
    {
        await using (var pipeline = Pipeline.FromMySqlBinlog(_shop.Source().Table("shop.items")).Where(i => i.Get<int>("id") > 1).ToIceberg(_lake.Table("raw.items")).Build("filtered"))
        {
            await pipeline.RunAsync();
        }

        await RefusesAsync<SchemaMismatchException>("it holds the result of another computation", tables: ["shop.items"]);
    }

    [Fact]
    public async Task Table_of_another_table_s_rows_is_refused()
    {
        await ReplicateAsync();
        await RefusesAsync<SchemaMismatchException>("column \"id\" is long there; int in MySQL becomes int", t => _lake.Table(t == "shop.items" ? "raw.orders" : "raw.items"));
        await RefusesAsync<SchemaMismatchException>("column \"item_id\" is none of shop.items", t => _lake.Table("raw.orders"), tables: ["shop.items"], columns: []);
    }

    [Fact]
    public async Task Tables_without_a_common_GTID_set_are_refused_with_those_that_they_have()
    {
        await ReplicateAloneAsync("items");
        _shop.Log.Transaction(t => t.Insert(ShopLog.Items, ShopLog.NewItem(3, "pot")));
        await ReplicateAloneAsync("orders");
        var error = await RefusesAsync<CatalogException>("there is no GTID set of which each of them has a snapshot");
        Assert.Contains($"raw.items 1 from {Uuid}:1-2 to {Uuid}:1-2; raw.orders 1 from {Uuid}:1-3 to {Uuid}:1-3", error.Message, StringComparison.Ordinal);
        await ReplicateAloneAsync("items");
        Assert.Equal($"{Uuid}:1-3", (await OpenAsync()).Position["gtid"]);
        await RefusesAsync<CatalogException>("there is no GTID set included in", upTo: $"{Uuid}:1");
    }

    [Fact]
    public async Task Table_that_others_changed_since_stands_for_no_GTID_set()
    {
        await ReplicateAsync();
        await RewriteAsync("overwrite");
        await RefusesAsync<CatalogException>("which changed rows, was made by another writer");
    }

    [Fact]
    public async Task Compaction_by_others_keeps_the_GTID_set()
    {
        await ReplicateAsync();
        await RewriteAsync("replace");
        Assert.Equal(["1|cup", "2|jar"], await RowsAsync(await OpenAsync(), 0));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Files_that_are_gone_mean_that_it_begins_anew_where_their_snapshot_expired(bool isExpired)
    {
        await ReplicateAsync();
        var opened = await OpenAsync();
        _shop.Log.Transaction(t => t.Insert(ShopLog.Items, ShopLog.NewItem(3, "pot")));
        await ReplicateAsync();
        var catalog = _lake.Open();
        var table = (await catalog.LoadAsync(TableIdentifier.Parse("raw.items"), CancellationToken.None))!;
        var old = table.Metadata.Snapshots.Where(s => isExpired && s.SnapshotId != table.Metadata.CurrentSnapshotId).Select(s => s.SnapshotId);
        var tags = table.Metadata.Refs.Where(r => !r.IsBranch).Select(r => new SnapshotUpdates.RemoveRef(r.Name)); // by somebody who does not care
        Assert.IsType<CommitOutcome.Committed>(await catalog.CommitAsync([new TableCommit(table.Identifier, [], [.. tags, new SnapshotUpdates.RemoveSnapshots([.. old])])], CancellationToken.None));
        foreach (var file in Directory.GetFiles(Path.Combine(_shop.Warehouse, "raw", "items"), "*.parquet", SearchOption.AllDirectories))
        {
            File.Delete(file);
        }

        var error = await Assert.ThrowsAnyAsync<CdcLakeException>(() => RowsAsync(opened, 0));
        Assert.Equal((isExpired, isExpired), (error.IsTransient, error is CatalogException && error.Message.Contains("expired while it was read", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Snapshot_stays_through_every_expiry_while_it_is_read_and_goes_when_it_is_released(bool isHeld)
    {
        await ReplicateAsync();
        var opened = await OpenAsync();
        var read = (await RefsAsync()).Single(r => !r.IsBranch);
        Assert.Matches("^cdclake-read-[0-9a-f-]{36}$", read.Name);
        if (!isHeld)
        {
            Assert.Null(await opened.ReleaseAsync());
            Assert.DoesNotContain(await RefsAsync(), r => !r.IsBranch);
        }

        await _lake.SetTablePropertiesAsync("raw.items", new Dictionary<string, string> { ["history.expire.min-snapshots-to-keep"] = "1", ["history.expire.max-snapshot-age-ms"] = "0", [TableProperties.KeepExpiredFiles] = "0" });
        for (var i = 3; i < 16; i++)
        {
            _shop.Log.Transaction(t => t.Insert(ShopLog.Items, ShopLog.NewItem(i, "pot")));
            await ReplicateAsync(); // its commits expire others
        }

        await _lake.Table("raw.items").ExpireSnapshotsAsync();
        if (isHeld)
        {
            Assert.Equal(["1|cup", "2|jar"], await RowsAsync(opened, 0));
            Assert.Null(await opened.ReleaseAsync());
            Assert.DoesNotContain(await RefsAsync(), r => !r.IsBranch);
            Assert.True((await _lake.Table("raw.items").ExpireSnapshotsAsync()).FilesRemoved > 0);
        }

        var error = await Assert.ThrowsAsync<CatalogException>(() => RowsAsync(opened, 0));
        Assert.True(error.IsTransient);
        Assert.Contains($"Snapshot {read.SnapshotId} of raw.items", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tag_that_was_left_behind_goes_by_its_age_and_one_that_is_refused_is_done_without()
    {
        await ReplicateAsync();
        var catalog = _lake.Open();
        var table = (await catalog.LoadAsync(TableIdentifier.Parse("raw.items"), CancellationToken.None))!;
        var current = table.Metadata.CurrentSnapshot!;
        var named = new NamedTable(catalog, table.Identifier, TimeProvider.System);
        Assert.Null((await SnapshotHold.TakeAsync(named, current, CancellationToken.None)).Refusal);
        table = (await catalog.LoadAsync(table.Identifier, CancellationToken.None))!;
        var retention = SnapshotRetention.Of(table.Metadata.Properties)!;
        var tag = table.Metadata.Refs.Single(r => !r.IsBranch).Name;
        Assert.Empty(retention.Plan(table.Metadata, named.NowMs + (23 * 3_600_000)).Refs);
        Assert.Equal(tag, Assert.Single(retention.Plan(table.Metadata, named.NowMs + (25 * 3_600_000)).Refs));

        var refused = await SnapshotHold.TakeAsync(named with { Name = TableIdentifier.Parse("raw.nothing") }, current, CancellationToken.None);
        Assert.Equal(CatalogError.NoSuchTable, Assert.IsType<CatalogException>(refused.Refusal).Error);
        Assert.Null(await refused.ReleaseAsync());
    }

    [Fact]
    public void Start_is_named_for_messages_and_wants_a_server()
    {
        var start = MySqlStart.FromIceberg(_lake.Namespace("raw"));
        Assert.Equal("the Iceberg tables raw.*", start.ToString());
        var error = Assert.Throws<ArgumentException>(() => MySqlSource.FromFiles(["binlog.000001"], o => o.StartAt = start));
        Assert.Contains("StartAt = the Iceberg tables raw.* is for servers", error.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => MySqlStart.FromIceberg(_lake.Namespace("raw"), atGtid: "yesterday"));
    }

    private async Task<IReadOnlyList<SnapshotRef>> RefsAsync() => (await _lake.Open().LoadAsync(TableIdentifier.Parse("raw.items"), CancellationToken.None))!.Metadata.Refs;

    /// <summary>Both tables as they are, by one pipeline, which commits them at the same positions; and a third one, which makes it one pipeline.</summary>
    private async Task ReplicateAsync()
    {
        var source = _shop.Source();
        var items = Pipeline.FromMySqlBinlog(source.Table("shop.items")).ToIceberg(_lake.Table("raw.items"));
        await using var pipeline = Pipeline.FromMySqlBinlog(source.Table("shop.orders"))
            .ToIceberg(_lake.Table("raw.orders"))
            .Join(items, o => o.Get<int>("item_id"), i => i.Get<int>("id"), (o, i) => new { Id = o.Get<long>("id"), Name = i.Get<string>("name") })
            .ToIceberg(_lake.Table("raw.both"), key: r => r.Id)
            .Build("raw", o => o.CheckpointFolder = _shop.Checkpoints);
        await pipeline.RunAsync();
    }

    private async Task ReplicateAloneAsync(string table)
    {
        await using var pipeline = Pipeline.FromMySqlBinlog(_shop.Source().Table($"shop.{table}")).ToIceberg(_lake.Table($"raw.{table}")).Build(table);
        await pipeline.RunAsync();
    }

    // The same files, by somebody else's hand.
    private async Task RewriteAsync(string operation)
    {
        var catalog = _lake.Open();
        var table = (await catalog.LoadAsync(TableIdentifier.Parse("raw.items"), CancellationToken.None))!;
        var foreign = TableEdits.ForeignSnapshot(table.Metadata, operation);
        TableUpdate[] updates = [new SnapshotUpdates.AddSnapshot(foreign), SnapshotUpdates.SetRef.Main(table.Metadata, foreign.SnapshotId)];
        Assert.IsType<CommitOutcome.Committed>(await catalog.CommitAsync([new TableCommit(table.Identifier, [], [.. updates])], CancellationToken.None));
    }

    private async Task<IInitialTables> OpenAsync(
        Func<string, IcebergTable>? replicaOf = null, string? upTo = null, IReadOnlyList<string>? tables = null, IReadOnlyList<int>? columns = null)
    {
        await using var source = ((ISourceTarget)_shop.Source()).CreateSource("derived", TimeProvider.System);
        var described = await source.DescribeAsync(tables ?? ["shop.items", "shop.orders"], CancellationToken.None);
        var captures = described.Select(t => TableCapture.Of(t, columns ?? [.. Enumerable.Range(0, t.Schema.Count)])).ToList();
        var at = upTo is null ? null : new MySqlPosition(GtidSet.Parse(upTo));
        return await new IcebergReplicas("the tables", replicaOf ?? _lake.Namespace("raw").TableOf, at).OpenAsync(captures, CancellationToken.None);
    }

    private async Task<TError> RefusesAsync<TError>(
        string reason, Func<string, IcebergTable>? replicaOf = null, string? upTo = null, IReadOnlyList<string>? tables = null, IReadOnlyList<int>? columns = null)
        where TError : CdcLakeException
    {
        var error = await Assert.ThrowsAsync<TError>(() => OpenAsync(replicaOf, upTo, tables, columns));
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
        Assert.False(error.IsTransient);
        return error;
    }

    private static async Task<string[]> RowsAsync(IInitialTables tables, int table)
    {
        var rows = new List<string>();
        await foreach (var batch in tables.ReadAsync(table, CancellationToken.None))
        {
            using (batch)
            {
                rows.AddRange(Enumerable.Range(0, batch.Count).Select(r => string.Join('|', Enumerable.Range(0, batch.Schema.Count).Select(c => Text(batch, c, r)))));
            }
        }

        return [.. rows.Order(StringComparer.Ordinal)];
    }

    private static string Text(ChangeBatch batch, int column, int row) => batch[column] is BytesColumn text ? Encoding.UTF8.GetString(text[row]) : CellText.Of(batch[column], row);

    private sealed record Named(int Id, string Name);

    private sealed record Priced(long Id, decimal Price);
}
