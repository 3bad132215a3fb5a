using CdcLake.Iceberg.Catalogs;
using CdcLake.Iceberg.Catalogs.Rest;
using CdcLake.Iceberg.Manifests;
using CdcLake.Iceberg.Partitioning;
using CdcLake.Iceberg.Spec;
using CdcLake.Iceberg.Tables;
using CdcLake.Iceberg.Writing;
using CdcLake.Storage;

namespace CdcLake.Tests.Iceberg;

/// <summary>Sort orders: who sets them, which files follow them, and that only those say so.</summary>
public sealed class SortOrderTests : IDisposable
{
    private static readonly IcebergSinkSettings Settings = new() { DeleteMode = IcebergDeleteMode.Position, Sorting = [SortTerm.Parse("qty desc"), SortTerm.Parse("name")], FileReadCost = 100, LeastFiles = 4 };

    private readonly TemporaryFolder _folder = new(inMemory: true);
    private readonly LocalObjectStore _store;

    public SortOrderTests() => _store = new LocalObjectStore(_folder.Path, TimeProvider.System);

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("region", "region", false, true)]
    [InlineData("created_at DESC", "created_at", true, false)]
    [InlineData("name asc nulls last", "name", false, false)]
    [InlineData("name desc Nulls First", "name", true, true)]
    [InlineData("a column with spaces nulls last", "a column with spaces", false, false)]
    [InlineData("desc", "desc", false, true)]
    public void Field_is_read_as_in_SQL(string text, string column, bool isDescending, bool nullsFirst) =>
        Assert.Equal(new SortTerm(column, isDescending, nullsFirst), SortTerm.Parse(text));

    [Theory]
    [InlineData("")]
    [InlineData("  ")]
    [InlineData("bucket(4, id)")]
    public void What_is_no_field_is_refused_at_once(string text) => Assert.Throws<ArgumentException>(() => new IcebergSinkOptions().SortBy(text));

    [Fact]
    public async Task Column_that_is_not_there_is_refused_with_those_that_are()
    {
        await using var model = new SinkModel(_store, Settings with { Sorting = [SortTerm.Parse("price")] });
        var error = await Assert.ThrowsAsync<CatalogException>(model.OpenAsync);
        Assert.Contains("id, name, qty", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task New_table_has_the_order_and_first_load_and_commits_follow_it()
    {
        await using var model = await FilledAsync(Settings);
        var metadata = await _store.MetadataAsync();
        Assert.Equal(1, metadata.DefaultSortOrderId);
        Assert.Equal("""[{"transform":"identity","source-id":3,"direction":"desc","null-order":"nulls-last"},{"transform":"identity","source-id":2,"direction":"asc","null-order":"nulls-first"}]""", metadata.SortOrders[^1].FieldsJson);
        Assert.Equal([0, 1], metadata.SortOrders.Select(o => o.OrderId)); // Java misses the unsorted one
        Assert.Equal([1], SortIds(model));
        await CheckSortedAsync();

        model.Put(1, "changed", 1_000_000);
        model.Put(2000, null, null);
        model.Put(2001, "lowest", -5);
        await model.EndAndCommitAsync();
        Assert.Equal([1, 1], SortIds(model)); // the commit's own rows are a file of their own
        await model.CheckAsync();
        await model.ReopenAsync();
        await model.CheckAsync();
    }

    [Fact]
    public async Task File_of_several_runs_does_not_say_that_it_is_sorted()
    {
        await using var model = await FilledAsync(Settings with { MemoryBudgetBytes = 1 });
        Assert.All(SortIds(model), id => Assert.Equal(0, id));
        await model.CheckAsync();
    }

    [Fact]
    public async Task File_that_a_commit_folds_rows_into_does_not_say_that_it_is_sorted()
    {
        await using var model = await FilledAsync(Settings with { DeleteMode = null });
        model.Put(1, "changed", 1_000_000);
        await model.EndAndCommitAsync();
        Assert.Equal([0], SortIds(model));
    }

    [Fact]
    public async Task Table_without_the_unsorted_order_has_files_that_name_none()
    {
        await using (await FilledAsync(Settings))
        {
        }

        var folder = Path.Combine(_folder.Path, "demo", "items", "metadata");
        var newest = Directory.GetFiles(folder, "v*.metadata.json").Max(f => int.Parse(Path.GetFileName(f).Split('.')[0][1..], System.Globalization.CultureInfo.InvariantCulture));
        var file = Path.Combine(folder, $"v{newest}.metadata.json");
        var table = TableMetadataJson.Read(await File.ReadAllBytesAsync(file), file);
        await File.WriteAllBytesAsync(Path.Combine(folder, $"v{newest + 1}.metadata.json"), TableMetadataJson.Write(table with { SortOrders = table.SortOrders.RemoveAt(0) })); // as Java creates it
        await using var model = new SinkModel(_store, Settings with { DeleteMode = IcebergDeleteMode.CopyOnWrite });
        await model.ReopenAsync(await SinkModel.ReadAsync(_store));
        model.Put(1, "changed", 1);
        await model.EndAndCommitAsync();
        Assert.Equal([null], SortIds(model));
        await model.CheckAsync();
    }

    [Theory]
    [InlineData(true, 1)]
    [InlineData(false, 0)]
    public async Task Compaction_sorts_what_memory_holds(bool fits, int sortId)
    {
        await using var model = await FilledAsync(Settings);
        for (var commit = 0; commit < 12; commit++)
        {
            for (var id = commit; id < 600; id += 50)
            {
                model.Put(id, $"commit {commit}", id % 7 == 0 ? null : (id * 31 % 97) - 40);
            }

            await model.EndAndCommitAsync();
        }

        await using var next = new SinkModel(_store, Settings with { SortBytes = fits ? 1 << 20 : 2_000, MemoryBudgetBytes = 1 });
        await next.ReopenAsync(model.Rows);
        Assert.NotEqual(0, await next.Sink.MaintainNowAsync(CancellationToken.None));
        Assert.Equal([sortId], SortIds(next));
        if (fits)
        {
            await CheckSortedAsync();
        }

        await next.CheckAsync();
    }

    [Fact]
    public async Task Partitions_are_sorted_each()
    {
        await using var model = await FilledAsync(Settings with { Partitioning = [PartitionTerm.Parse("bucket(3, id)")] });
        Assert.Equal([1, 1, 1], SortIds(model));
        await model.CheckAsync();
    }

    [Fact]
    public async Task Order_with_a_transform_is_kept_and_files_say_that_they_do_not_follow_it()
    {
        await using (var first = await FilledAsync(new IcebergSinkSettings { DeleteMode = IcebergDeleteMode.Position }))
        {
        }

        var order = new SortOrder(7, """[{"transform":"bucket[4]","source-id":1,"direction":"asc","null-order":"nulls-first"}]""");
        await _store.EditAsync(new StructureUpdates.AddSortOrder(order), new StructureUpdates.SetDefaultSortOrder(StructureUpdates.LastAdded));
        await using var model = new SinkModel(_store, new IcebergSinkSettings { DeleteMode = IcebergDeleteMode.Position });
        await model.ReopenAsync(await SinkModel.ReadAsync(_store));
        model.Put(5, "changed", 5);
        await model.EndAndCommitAsync();
        Assert.Equal([0, 0], SortIds(model));
        Assert.Equal(order.FieldsJson, (await _store.MetadataAsync()).SortOrders[^1].FieldsJson);
        await model.CheckAsync();
    }

    [Fact]
    public void Rest_catalog_is_asked_for_the_order()
    {
        var schema = IcebergSchema.Of(SinkModel.Columns, [0]);
        var creation = new TableCreation(schema, System.Collections.Immutable.ImmutableSortedDictionary<string, string>.Empty) { Order = SortTerm.OrderOf([SortTerm.Parse("id")], schema, SinkModel.Columns) };
        var body = System.Text.Encoding.UTF8.GetString(RestBodies.Create(SinkModel.Table, creation, new Dictionary<string, string>()));
        Assert.Contains("""
            "write-order":{"order-id":1,"fields":[{"transform":"identity","source-id":1,"direction":"asc","null-order":"nulls-first"}]}
            """, body, StringComparison.Ordinal);
    }

    [Fact]
    public void Numbers_stand_in_the_order_of_the_specification()
    {
        var table = TableMetadata.Nothing with
        {
            SortOrders = [new SortOrder(1, """[{"transform":"identity","source-id":1,"direction":"asc","null-order":"nulls-last"}]""")], DefaultSortOrderId = 1,
        };
        var order = RowOrder.Of(table, [new IcebergField(1, "d", false, new("double"))], []);
        var column = new CdcLake.Columnar.FixedColumn<double>(CdcLake.Columnar.DataType.Float64);
        foreach (var value in new[] { double.NaN, 0.0, -0.0, double.NegativeInfinity, 1.5, -1.5, double.PositiveInfinity })
        {
            column.Append(value == 0 || !double.IsNaN(value) ? value : BitConverter.Int64BitsToDouble(0x7FF8000000000000));
        }

        column.AppendNull();
        Assert.Equal([3, 5, 2, 1, 4, 6, 0, 7], order.Of([column], column.Count));
    }

    /// <summary>A first load of 600 rows.</summary>
    private async Task<SinkModel> FilledAsync(IcebergSinkSettings settings)
    {
        var model = new SinkModel(_store, settings);
        await model.OpenAsync();
        model.StartOver();
        for (var id = 0; id < 600; id++)
        {
            model.Put(id, id % 11 == 0 ? null : $"row {id * 7 % 600}", id % 13 == 0 ? null : (id * 31 % 97) - 40);
            if (id % 100 == 99)
            {
                await model.PushAsync();
            }
        }

        await model.EndAndCommitAsync();
        return model;
    }

    private async Task CheckSortedAsync()
    {
        var rows = (await SinkModel.ReadAsync(_store)).ToList();
        var sorted = rows.OrderByDescending(r => r.Value.Qty ?? int.MinValue).ThenBy(r => r.Value.Name is not null).ThenBy(r => r.Value.Name, StringComparer.Ordinal);
        Assert.Equal(sorted.Select(r => (r.Value.Qty, r.Value.Name)), rows.Select(r => (r.Value.Qty, r.Value.Name)));
    }

    private static IEnumerable<int?> SortIds(SinkModel model) => model.Sink.Version!.Files.Entries(ManifestContent.Data).Select(e => e.File.SortOrderId);
}
