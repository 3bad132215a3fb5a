using CdcLake.Testing;

namespace CdcLake.Tests.Snippets;

/// <summary>The tests of the README.</summary>
public sealed class ReadmeTestingTests
{
    [Fact]
    public async Task Harness_of_the_readme_works()
    {
        var mysql = new MySqlSource("Server=localhost;User ID=cdc;Password=secret");
        var lake = IcebergCatalog.FileSystem("warehouse");
        var pipeline = Pipeline
            .FromMySqlBinlog(mysql.Table<Sale>("appdb.sales"))
            .Join(mysql.Table<Product>("appdb.products"), s => s.ProductId, p => p.Id,
                (s, p) => new { p.Id, p.Sku, p.Name, s.Qty, Amount = s.Qty * s.Price, s.SaleTs })
            .Aggregate(l => new { l.Id, l.Sku, l.Name },
                g => new SalesByProduct(g.Key.Id, g.Key.Sku, g.Key.Name, g.Sum(l => l.Qty), g.Sum(l => l.Amount), g.Count(), g.Max(l => l.SaleTs)))
            .ToIceberg(lake.Table("demo.sales_by_product"), key: r => r.ProductId)
            .Build("sales-by-product");
        var noon = new DateTime(2026, 1, 1, 12, 0, 0);

        // snippet: harness
        await using var harness = await PipelineHarness.StartAsync(pipeline);           // the object that the application builds
        await harness.Table<Product>("appdb.products").InsertAsync(new(1, "KET-1", "Kettle"));
        await harness.TransactionAsync(t =>
        {
            t.Table<Sale>("appdb.sales").Insert(new(1, 1, 2, 9.90m, noon));
            t.Table<Product>("appdb.products").Update(new(1, "KET-1", "Electric kettle"));
        });
        Assert.Equal(
            [new SalesByProduct(1, "KET-1", "Electric kettle", 2, 19.80m, 1, noon)],
            await harness.RowsAsync<SalesByProduct>("demo.sales_by_product"));

        harness.CrashAt(CrashPoint.AfterPublish);                                       // kill -9 between the table's commit and the news of it
        await harness.Table<Sale>("appdb.sales").InsertAsync(new(2, 1, 1, 9.90m, noon));
        await harness.AssertMatchesBatchAsync();                                        // the same as the query over the tables, from nothing
        // end-snippet
        Assert.Equal(1, harness.Crashes);
    }

    [Fact]
    public async Task Options_of_the_readme_work()
    {
        var mysql = new MySqlSource("Server=localhost;User ID=cdc;Password=secret");
        var pipeline = Pipeline
            .FromMySqlBinlog(mysql.Table("testdb.users"))
            .ToIceberg(IcebergCatalog.FileSystem("warehouse").Table("lakehouse.users"))
            .Build("users");

        // snippet: harness-options
        await using var harness = await PipelineHarness.StartAsync(pipeline, o =>
        {
            o.CreateTable("""
                CREATE TABLE testdb.users (
                  id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
                  mail VARCHAR(100) NOT NULL,
                  credit DECIMAL(10,2) DEFAULT 0)
                """);
            o.Rows("testdb.users", new { Mail = "ada@example.org" });                   // there before the pipeline: its initial snapshot
            o.Seed = 7;                                                                 // decides all chance; every failure prints it
            o.CrashRate = 0.1;                                                          // killed and restarted all the time
        });
        await harness.Table("testdb.users").InsertAsync(new Dictionary<string, object?> { ["mail"] = "bob@example.org", ["credit"] = 9.995m });
        // end-snippet
        Assert.Equal([0m, 10.00m], (await harness.RowsAsync<User>("lakehouse.users")).Select(u => u.Credit));
    }

    [Fact]
    public async Task Description_of_the_readme_works()
    {
        await using var harness = await PipelineHarness.StartAsync(Testing.SalesPipeline.Build());

        // snippet: harness-description
        var plan = harness.Describe();
        Assert.Equal(["product_id"], plan.Sinks.Single().Key);
        var join = plan.OfKind(OperatorKind.Join).Single();
        Assert.Equal(["product_id", "qty", "price", "sale_ts"], join.Inputs[0].Columns.Select(c => c.Name));        // no other column of appdb.sales is kept
        Assert.True(join.IsBelow(plan.OfKind(OperatorKind.Aggregate).Single()));
        // end-snippet
        Assert.Equal(2, plan.Tables.Count);
    }

    [Fact]
    public async Task State_of_the_readme_works()
    {
        await using var harness = await PipelineHarness.StartAsync(Testing.SalesPipeline.Build());

        // snippet: harness-state
        await harness.Table<Product>("appdb.products").InsertManyAsync([new(1, "KET-1", "Kettle"), new(2, "MUG-1", "Mug")]);
        var stores = await harness.StateAsync("join(appdb.sales,appdb.products)");
        Assert.Equal([("left", 0L), ("right", 2L)], stores.Select(s => (s.Name, s.Rows)));
        var kept = await harness.StateRowsAsync<Product>("join(appdb.sales,appdb.products)", "right");
        Assert.Equal(["Kettle", "Mug"], kept.Select(p => p.Name));
        // end-snippet
        Assert.True(stores[1].Bytes > stores[0].Bytes);
    }

    public sealed record User(uint Id, string Mail, decimal? Credit);
}
