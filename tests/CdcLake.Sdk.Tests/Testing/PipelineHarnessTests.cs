using CdcLake.Testing;
using static CdcLake.Tests.Testing.SalesPipeline;

namespace CdcLake.Tests.Testing;

/// <summary>What a user's test sees of a pipeline.</summary>
public sealed class PipelineHarnessTests
{
    private static readonly SalesByProduct Kettles = new(1, "KET-1", "Kettle", 2, 19.80m, 1, Noon);

    [Fact]
    public async Task Rows_that_are_inserted_arrive_in_the_result()
    {
        await using var harness = await PipelineHarness.StartAsync(Build());
        await harness.Products().InsertAsync(new(1, "KET-1", "Kettle"));
        Assert.Empty(await harness.ResultAsync());
        await harness.Sales().InsertAsync(new(1, 1, 2, 9.90m, Noon));
        Assert.Equal([Kettles], await harness.ResultAsync());
    }

    [Fact]
    public async Task Updates_and_deletes_of_both_sides_are_followed()
    {
        await using var harness = await StartWithKettlesAsync();
        await harness.Products().UpdateAsync(new(1, "KET-1", "Electric kettle"));
        Assert.Equal([Kettles with { Name = "Electric kettle" }], await harness.ResultAsync());
        await harness.Sales().UpdateKeyAsync(new(1, 1, 2, 9.90m, Noon), new(7, 1, 1, 9.90m, Noon));
        Assert.Equal([Kettles with { Name = "Electric kettle", TotalQty = 1, TotalRevenue = 9.90m }], await harness.ResultAsync());
        await harness.Sales().DeleteAsync(new(7, 0, 0, 0, default));
        Assert.Empty(await harness.ResultAsync());
        Assert.Empty(harness.Sales().Read());
    }

    [Fact]
    public async Task A_transaction_over_several_tables_is_one_gtid()
    {
        await using var harness = await PipelineHarness.StartAsync(Build());
        var gtid = await harness.TransactionAsync(t =>
        {
            t.Table<Product>("appdb.products").Insert(new(1, "KET-1", "Kettle"));
            t.Table<Sale>("appdb.sales").Insert(new(1, 1, 2, 9.90m, Noon));
        });
        await harness.Products().InsertAsync(new(2, "POT-1", "Pot"));
        Assert.EndsWith(":1", gtid, StringComparison.Ordinal);
        Assert.EndsWith(":1-2", harness.Gtid, StringComparison.Ordinal);
        var then = new List<SalesByProduct>();
        await foreach (var row in harness.IcebergTable("demo.sales_by_product").Scan<SalesByProduct>().AtGtid(gtid).ReadAsync())
        {
            then.Add(row);
        }

        Assert.Equal([Kettles], then);
    }

    [Fact]
    public async Task A_transaction_that_throws_leaves_nothing_behind()
    {
        await using var harness = await StartWithKettlesAsync();
        var before = harness.Gtid;
        await Assert.ThrowsAsync<InvalidOperationException>(() => harness.TransactionAsync(t =>
        {
            t.Table<Sale>("appdb.sales").Delete(new(1, 0, 0, 0, default));
            throw new InvalidOperationException("changed my mind");
        }));
        Assert.Equal(before, harness.Gtid);
        Assert.Equal([Kettles], await harness.ResultAsync());
    }

    [Fact]
    public async Task Rows_from_before_the_start_come_by_the_initial_snapshot()
    {
        await using var harness = await StartWithKettlesAsync();
        Assert.Equal("none", harness.Gtid);
        Assert.Equal([Kettles], await harness.ResultAsync());
    }

    [Fact]
    public async Task Result_rows_come_in_the_order_of_the_key()
    {
        await using var harness = await PipelineHarness.StartAsync(Build());
        await harness.Products().InsertManyAsync([new(10, "B", "b"), new(9, "A", "a"), new(100, "C", "c")]);
        await harness.Sales().InsertManyAsync([new(1, 100, 1, 1, Noon), new(2, 9, 1, 1, Noon), new(3, 10, 1, 1, Noon)]);
        Assert.Equal([9, 10, 100], (await harness.ResultAsync()).Select(r => r.ProductId));
    }

    [Fact]
    public async Task An_error_of_the_pipeline_is_the_cause_of_the_harness_error()
    {
        var mysql = new MySqlSource("Server=nowhere.invalid;User ID=cdc");
        var pipeline = Pipeline.FromMySqlBinlog(mysql.Table<Sale>("appdb.sales"))
            .ToIceberg(IcebergCatalog.FileSystem("/nowhere").Table("demo.latest"), key: s => s.ProductId)
            .Build("latest");
        await using var harness = await PipelineHarness.StartAsync(pipeline, o => o.Seed = 42);
        await harness.Sales().InsertAsync(new(1, 1, 2, 9.90m, Noon));
        var error = await Assert.ThrowsAsync<PipelineHarnessException>(() => harness.Sales().InsertAsync(new(2, 1, 2, 9.90m, Noon)));
        Assert.IsType<DuplicateKeyException>(error.InnerException);
        Assert.Contains("seed 42", error.Message, StringComparison.Ordinal);
        Assert.Equal(42, error.Seed);
    }

    [Fact]
    public async Task An_unknown_target_is_named_with_those_that_there_are()
    {
        await using var harness = await PipelineHarness.StartAsync(Build());
        var error = await Assert.ThrowsAsync<ArgumentException>(() => harness.ResultAsync("demo.sales_by_produkt"));
        Assert.Contains("demo.sales_by_product", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Harnesses_side_by_side_know_nothing_of_each_other()
    {
        var totals = await Task.WhenAll(Enumerable.Range(1, 8).Select(async qty =>
        {
            await using var harness = await PipelineHarness.StartAsync(Build(), o => o.Rows("appdb.products", new Product(1, "KET-1", "Kettle")));
            await harness.Sales().InsertAsync(new(1, 1, qty, 1, Noon));
            return (await harness.ResultAsync())[0].TotalQty;
        }));
        Assert.Equal([1, 2, 3, 4, 5, 6, 7, 8], totals);
    }

    private static Task<PipelineHarness> StartWithKettlesAsync() => PipelineHarness.StartAsync(Build(), o =>
    {
        o.Rows("appdb.products", new Product(1, "KET-1", "Kettle"));
        o.Rows("appdb.sales", new Sale(1, 1, 2, 9.90m, Noon));
    });
}
