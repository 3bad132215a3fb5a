using CdcLake.Columnar;
using CdcLake.Iceberg.Catalogs.FileSystem;
using CdcLake.Iceberg.Operations;
using CdcLake.Iceberg.Partitioning;
using CdcLake.Iceberg.Scanning;
using CdcLake.Iceberg.Spec;
using CdcLake.Iceberg.Tables;
using CdcLake.Iceberg.Writing;
using CdcLake.Storage;
using CdcLake.Tests.Parquet.Variants;

namespace CdcLake.Tests.Iceberg;

/// <summary>Tables in which JSON is a variant: every delete mode, compaction, and what is refused. Their files in other hands: VariantTableTests of the integration tests.</summary>
public sealed class VariantTableTests : IDisposable
{
    private static readonly IcebergSinkSettings Settings = new() { JsonAs = IcebergJsonType.Variant, FileReadCost = 20, LeastFiles = 4, SmallFileBytes = 0, TargetFileSizeBytes = 20_000 };

    private readonly TemporaryFolder _folder = new(inMemory: true);
    private readonly LocalObjectStore _store;

    public VariantTableTests() => _store = new LocalObjectStore(_folder.Path, TimeProvider.System);

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(null)]
    [InlineData(IcebergDeleteMode.Position)]
    [InlineData(IcebergDeleteMode.CopyOnWrite)]
    [InlineData(IcebergDeleteMode.DeletionVector)]
    [InlineData(IcebergDeleteMode.Equality)]
    public async Task Documents_come_back_in_every_delete_mode(IcebergDeleteMode? mode)
    {
        await using (var model = new SinkModel(_store, Settings with { DeleteMode = mode }) { IsJson = true })
        {
            await model.OpenAsync();
            await ChangeAsync(model, new Random(61), 8);
            var metadata = model.Sink.Version!.Table.Metadata;
            Assert.Equal((3, "variant"), (metadata.FormatVersion, metadata.Schema.Fields[1].Type.Text));
        }

        // Nothing is asked for any more: the column stays what it is, also when the sink is another one.
        await using (var again = new SinkModel(_store, new IcebergSinkSettings { DeleteMode = mode }) { IsJson = true })
        {
            await again.OpenAsync();
            await again.Sink.MaintainNowAsync(CancellationToken.None);
        }

        var compaction = new TableCompaction(new NamedTable(new FileSystemCatalog(_store), SinkModel.Table, TimeProvider.System));
        var before = SinkModel.Print(await SinkModel.ReadAsync(_store));
        await compaction.RunAsync(CancellationToken.None);
        Assert.Equal(before, SinkModel.Print(await SinkModel.ReadAsync(_store)));
    }

    [Fact]
    public async Task Conditions_see_the_text_and_pass_over_no_row_that_they_hold_for()
    {
        await using var model = new SinkModel(_store, Settings) { IsJson = true };
        await model.OpenAsync();
        for (var id = 0; id < 20; id++)
        {
            model.Put(id, id % 4 == 0 ? null : $"{{\"a\": {id % 4}}}", id);
        }

        await model.EndAndCommitAsync();
        var scan = IcebergCatalog.FileSystem(_folder.Path).Table("demo.items").Scan<Item>();
        Assert.Equal(20, (await scan.ReadAsync().ToListAsync()).Count);
        Assert.Equal(5, (await scan.Where(i => i.Name == "{\"a\": 2}").ReadAsync().ToListAsync()).Count);
        Assert.Equal(15, (await scan.Where(i => i.Name != null).ReadAsync().ToListAsync()).Count);
        Assert.Equal(5, (await scan.Where(i => i.Name == null).ReadAsync().ToListAsync()).Count);
        Assert.Equal([3L, 7L, 11L, 15L, 19L], (await scan.Where(i => SqlFunctions.JsonValue(i.Name!, "$.a") == "3").ReadAsync().ToListAsync()).Select(i => i.Id).Order());
    }

    [Fact]
    public async Task Metrics_of_a_variant_are_counts()
    {
        await using var model = new SinkModel(_store, Settings) { IsJson = true };
        await model.OpenAsync();
        model.Put(1, "{\"a\": 1}", 1);
        model.Put(2, null, 2);
        await model.EndAndCommitAsync();
        var column = model.Sink.Version!.Files.Entries(CdcLake.Iceberg.Manifests.ManifestContent.Data).Single().File.Columns.Single(c => c.FieldId == 2);
        Assert.Equal((2, 1, null, null), (column.ValueCount, column.NullCount, column.Lower, column.Upper));
        Assert.True(column.Size > 0);
    }

    [Fact]
    public void Bounds_that_others_give_a_variant_pass_over_nothing()
    {
        var schema = new IcebergSchema(0, [new IcebergField(2, "doc", false, IcebergType.Variant)], []);
        var file = new CdcLake.Iceberg.Manifests.DataFile
        {
            Path = "f", RecordCount = 2, FileSize = 10,
            Columns = [new CdcLake.Iceberg.Manifests.ColumnMetrics(2) { ValueCount = 2, NullCount = 0, Lower = [1, 0], Upper = [1, 0] }],
        };
        var range = new FileRanges(schema).Of(file, [], 2);
        Assert.Null(range.Min);
        Assert.Null(range.Max);
    }

    [Fact]
    public async Task Column_that_is_text_is_not_made_a_variant_and_the_other_way_round()
    {
        foreach (var (was, now) in new[] { (IcebergJsonType.Text, IcebergJsonType.Variant), (IcebergJsonType.Variant, IcebergJsonType.Text) })
        {
            using var folder = new TemporaryFolder(inMemory: true);
            var store = new LocalObjectStore(folder.Path, TimeProvider.System);
            await using (var model = new SinkModel(store, Settings with { JsonAs = was, FormatVersion = 3 }) { IsJson = true })
            {
                await model.OpenAsync();
                model.Put(1, "{}", 1);
                await model.EndAndCommitAsync();
            }

            await using var other = new SinkModel(store, Settings with { JsonAs = now }) { IsJson = true };
            var error = await Assert.ThrowsAsync<CatalogException>(other.OpenAsync);
            Assert.Contains("\"name\"", error.Message, StringComparison.Ordinal);
            Assert.Contains("JsonAs", error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Texts_that_are_no_JSON_column_stay_text()
    {
        await using var model = new SinkModel(_store, Settings);
        await model.OpenAsync();
        model.Put(1, "no document", 1);
        await model.EndAndCommitAsync();
        Assert.Equal("string", model.Sink.Version!.Table.Metadata.Schema.Fields[1].Type.Text);
        await model.CheckAsync();
    }

    [Fact]
    public async Task Table_of_format_2_is_refused_until_it_is_raised()
    {
        await using (var without = new SinkModel(_store, new IcebergSinkSettings()))
        {
            await without.Sink.OpenAsync(Of(SinkModel.Columns[0]), CancellationToken.None);
        }

        await using var sink = new SinkModel(_store, Settings).Sink;
        var error = await Assert.ThrowsAsync<CatalogException>(() => sink.OpenAsync(Of(SinkModel.Columns[0], Document), CancellationToken.None));
        Assert.Contains("columns", error.Message, StringComparison.Ordinal);

        var schema = new IcebergSchema(0, [new IcebergField(1, "doc", false, IcebergType.Variant)], []);
        var refused = Assert.Throws<CatalogException>(() => VariantColumns.Require(schema, SinkModel.Table, 2));
        Assert.Contains("format-version = 3", refused.Message, StringComparison.Ordinal);
        VariantColumns.Require(schema, SinkModel.Table, 3);
        var options = new IcebergSinkOptions { JsonAs = IcebergJsonType.Variant };
        options.TableProperties["format-version"] = "2";
        Assert.Contains("variants", Assert.Throws<ArgumentException>(() => options.Freeze()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Column_that_is_added_in_place_becomes_what_was_asked_for()
    {
        await using var sink = new SinkModel(_store, Settings with { DeleteMode = IcebergDeleteMode.Position }).Sink;
        await sink.OpenAsync(Of(SinkModel.Columns[0]), CancellationToken.None);
        var columns = new TableColumns(sink.Version!.Table.Metadata, new TableLayout(new Schema([SinkModel.Columns[0]]), [0], sink.Version.Table.Metadata.Schema));
        var added = new Schema([SinkModel.Columns[0], Document]);
        var none = System.Collections.Immutable.ImmutableSortedDictionary<string, string>.Empty;
        Assert.Equal("string", columns.Altered(sink.Version.Table, added, [0], [0, -1], none, null).Layout.Schema.Fields[1].Type.Text);
        var variant = columns.Altered(sink.Version.Table, added, [0], [0, -1], none, IcebergJsonType.Variant);
        Assert.Equal("variant", variant.Layout.Schema.Fields[1].Type.Text);
        Assert.Equal("variant", variant.Altered(sink.Version.Table, added, [0], [0, 1], none, null).Layout.Schema.Fields[1].Type.Text);
        Assert.Throws<UnsupportedTypeException>(() => variant.Altered(sink.Version.Table, added, [0], [0, 1], none, IcebergJsonType.Text));
    }

    [Fact]
    public void Variant_is_no_key_and_nothing_to_partition_or_sort_by()
    {
        var columns = new Schema([SinkModel.Columns[0], Document]);
        Assert.Contains("\"doc\"", Assert.Throws<UnsupportedTypeException>(() => IcebergSchema.Of(columns, [1], i => i == 1)).Message, StringComparison.Ordinal);
        var schema = IcebergSchema.Of(columns, [0], i => i == 1);
        Assert.Contains("\"doc\"", Assert.Throws<CatalogException>(() => PartitionTerm.SpecOf([PartitionTerm.Parse("bucket(4, doc)")], schema, columns)).Message, StringComparison.Ordinal);
        Assert.Contains("\"doc\"", Assert.Throws<CatalogException>(() => SortTerm.OrderOf([SortTerm.Parse("doc")], schema, columns)).Message, StringComparison.Ordinal);
    }

    private sealed record Item(long Id, string? Name, int? Qty);

    private static Field Document => new("doc", DataType.String, Nullable: true) { IsJson = true };

    private static CdcLake.Connectors.SinkOpening Of(params Field[] fields) => SinkModel.Opening with { Schema = new Schema(fields) };

    private static async Task ChangeAsync(SinkModel model, Random random, int commits)
    {
        for (var commit = 0; commit < commits; commit++)
        {
            for (var n = commit == 0 ? 150 : 60; n > 0; n--)
            {
                var id = random.Next(200);
                if (random.Next(4) == 0)
                {
                    model.Remove(id);
                }
                else
                {
                    model.Put(id, random.Next(9) == 0 ? null : RandomDocuments.Next(random), commit);
                }
            }

            await model.EndAndCommitAsync();
            await model.CheckAsync();
        }

        await model.Sink.MaintainNowAsync(CancellationToken.None);
        await model.CheckAsync();
    }
}
