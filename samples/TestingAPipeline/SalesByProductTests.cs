using CdcLake;
using CdcLake.Testing;
using Quickstart;

namespace TestingAPipeline;

/// <summary>Five tests of the quickstart's pipeline, without a server. Copy them, and put your own pipeline in the place of this one.</summary>
public sealed class SalesByProductTests
{
    private static readonly DateTime Noon = new(2026, 1, 1, 12, 0, 0);

    [Fact]
    public async Task A_sale_counts_for_its_product()
    {
        await using var harness = await PipelineHarness.StartAsync(Build());
        await harness.Table<Product>("appdb.products").InsertAsync(new(1, "KET-1", "Kettle"));
        await harness.Table<Sale>("appdb.sales").InsertAsync(new(1, 1, 2, 9.90m, Noon));

        Assert.Equal([new SalesByProduct(1, "KET-1", "Kettle", 2, 19.80m, 1, Noon)], await ResultAsync(harness));
    }

    [Fact]
    public async Task A_product_that_is_renamed_keeps_its_sales()
    {
        await using var harness = await StartWithASaleAsync();
        await harness.Table<Product>("appdb.products").UpdateAsync(new(1, "KET-1", "Electric kettle"));

        Assert.Equal([new SalesByProduct(1, "KET-1", "Electric kettle", 2, 19.80m, 1, Noon)], await ResultAsync(harness));
    }

    [Fact]
    public async Task The_last_sale_takes_the_product_with_it()
    {
        await using var harness = await StartWithASaleAsync();
        await harness.TransactionAsync(t =>
        {
            t.Table<Sale>("appdb.sales").Insert(new(2, 1, 1, 9.90m, Noon));
            t.Table<Sale>("appdb.sales").Delete(new(1, 1, 2, 9.90m, Noon));
            t.Table<Sale>("appdb.sales").Delete(new(2, 1, 1, 9.90m, Noon));
        });

        Assert.Empty(await ResultAsync(harness));
    }

    [Theory]
    [InlineData(CrashPoint.BeforePublish)]
    [InlineData(CrashPoint.AfterPublish)]
    [InlineData(CrashPoint.BeforeCheckpoint)]
    public async Task A_kill_loses_and_doubles_nothing(CrashPoint point)
    {
        await using var harness = await StartWithASaleAsync();
        harness.CrashAt(point);
        await harness.Table<Sale>("appdb.sales").InsertAsync(new(2, 1, 3, 10m, Noon.AddHours(1)));

        Assert.Equal([new SalesByProduct(1, "KET-1", "Kettle", 5, 49.80m, 2, Noon.AddHours(1))], await ResultAsync(harness));
        await harness.CrashAndRestartAsync();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Whatever_happens_the_result_is_that_of_the_query(int seed)
    {
        await using var harness = await PipelineHarness.StartAsync(Build(), o => (o.Seed, o.CrashRate) = (seed, 0.1));
        for (var i = 1; i <= 10; i++)
        {
            await harness.TransactionAsync(t =>
            {
                t.Table<Product>("appdb.products").Insert(new(i, $"P-{i}", $"Product {i}"));
                t.Table<Sale>("appdb.sales").InsertMany([new(2 * i, i, seed, 1.25m, Noon), new((2 * i) + 1, 1 + (i / 2), 1, 2m, Noon)]);
            });
        }

        await harness.AssertMatchesBatchAsync();
    }

    // Nothing that the pipeline names has to exist: the harness reads and writes none of it.
    private static Pipeline Build() => SalesByProduct.Pipeline(
        new MySqlSource("Server=mysql.example.org;User ID=cdc"), "appdb", IcebergCatalog.FileSystem("warehouse").Table("demo.sales_by_product"), o => o.CommitInterval = TimeSpan.FromMinutes(1));

    private static Task<PipelineHarness> StartWithASaleAsync() => PipelineHarness.StartAsync(Build(), o =>
    {
        o.Rows("appdb.products", new Product(1, "KET-1", "Kettle"));
        o.Rows("appdb.sales", new Sale(1, 1, 2, 9.90m, Noon));
    });

    private static Task<IReadOnlyList<SalesByProduct>> ResultAsync(PipelineHarness harness) => harness.RowsAsync<SalesByProduct>("demo.sales_by_product");
}
