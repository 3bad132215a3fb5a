namespace CdcLake.Tests.Snippets;

// What the README shows, so that it compiles.

// snippet: rows
public sealed record Sale(long Id, int ProductId, int Qty, decimal Price, DateTime SaleTs);

public sealed record Product(int Id, string Sku, string Name);

public sealed record SalesByProduct(
    int ProductId, string Sku, string Name, long TotalQty, decimal TotalRevenue, long SaleCount, DateTime LastSaleTs);
// end-snippet

/// <summary>The pipelines of the README.</summary>
public sealed class ReadmePipelinesTests
{
    [Fact]
    public async Task Pipelines_of_the_readme_are_valid()
    {
        using var stopped = new CancellationTokenSource();
        await stopped.CancelAsync();
        await RunAsync(stopped.Token);
    }

    [Fact]
    public async Task Check_of_the_readme_is_valid()
    {
        using var stopped = new CancellationTokenSource();
        await stopped.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => CheckAsync(new MySqlSource("Server=localhost;User ID=cdc;Password=secret"), stopped.Token));
    }

    private static async Task CheckAsync(MySqlSource mysql, CancellationToken cancellationToken)
    {
        // snippet: check
        foreach (var finding in await mysql.CheckAsync(["appdb.sales", "appdb.products"], cancellationToken))
        {
            Console.WriteLine(finding); // Error: db:3306: binlog_row_image is MINIMAL but must be FULL (…). Run: SET PERSIST binlog_row_image=FULL;
        }
        // end-snippet
    }

    [Fact]
    public async Task Operating_of_the_guide_is_valid()
    {
        using var stopped = new CancellationTokenSource();
        await stopped.CancelAsync();
        await using var pipeline = Pipeline
            .FromMySqlBinlog(new MySqlSource("Server=localhost;User ID=cdc").Table("testdb.users"))
            .ToIceberg(IcebergCatalog.FileSystem("warehouse").Table("lakehouse.users"))
            .Build("operated");
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => OperateAsync(pipeline, stopped.Token));
    }

    private static async Task OperateAsync(Pipeline pipeline, CancellationToken cancellationToken)
    {
        // snippet: operating
        var status = pipeline.Status;
        if (status.Source?.Retention is { IsExpiring: true } log)
        {
            Console.WriteLine($"{log.File} goes at {log.PurgedAt}; after that a restart needs a new snapshot");
        }

        var report = await pipeline.VerifyAsync(cancellationToken); // each replica against its table, at one GTID set, without locks
        foreach (var sink in report.Sinks)
        {
            Console.WriteLine(sink);
        }
        // end-snippet
    }

    private static async Task RunAsync(CancellationToken cancellationToken)
    {
        // snippet: pipeline
        var mysql = new MySqlSource("Server=localhost;User ID=cdc;Password=secret");
        var lake = IcebergCatalog.FileSystem("warehouse");

        var pipeline = Pipeline
            .FromMySqlBinlog(mysql.Table<Sale>("appdb.sales"))
            .Join(mysql.Table<Product>("appdb.products"), s => s.ProductId, p => p.Id,
                (s, p) => new { p.Id, p.Sku, p.Name, s.Qty, Amount = s.Qty * s.Price, s.SaleTs })
            .Aggregate(l => new { l.Id, l.Sku, l.Name },
                g => new SalesByProduct(g.Key.Id, g.Key.Sku, g.Key.Name,
                    g.Sum(l => l.Qty), g.Sum(l => l.Amount), g.Count(), g.Max(l => l.SaleTs)))
            .ToIceberg(lake.Table("demo.sales_by_product"), key: r => r.ProductId)
            .Build("sales-by-product");

        await pipeline.RunAsync(cancellationToken);
        // end-snippet

        // snippet: replica
        var replica = Pipeline
            .FromMySqlBinlog(mysql.Table("testdb.users"))
            .ToIceberg(lake.Table("lakehouse.users"))
            .Build("users");
        // end-snippet
        Assert.Equal("users", replica.Name);

        // snippet: database
        var shopReplica = Pipeline
            .FromMySqlBinlog(mysql.Database("shop").Exclude("tmp_*", "_*_gho", "_*_del"))
            .ToIceberg(lake.Namespace("raw"), o =>
            {
                o.OnDrop = DroppedTables.Keep;
                o.EachTable(t => t.CompressionLevel = 3);
                o.Table("orders", t => t.PartitionBy("day(created_at)"));
            })
            .Build("shop-replica");
        // end-snippet
        Assert.Equal("shop-replica", shopReplica.Name);
        Assert.Contains("database shop.* without tmp_*, _*_gho, _*_del", shopReplica.Explain(), StringComparison.Ordinal);

        // snippet: from-lake
        var fromLake = new MySqlSource("Server=localhost;User ID=cdc;Password=secret", o => o.StartAt = MySqlStart.FromIceberg(lake.Namespace("raw")));
        var derived = Pipeline
            .FromMySqlBinlog(fromLake.Table("shop.orders"))
            .Join(fromLake.Table("shop.customers"), o => o.Get<int>("customer_id"), c => c.Get<int>("id"),
                (o, c) => new { Country = c.Get<string>("country"), Total = o.Get<decimal>("total") })
            .Aggregate(r => r.Country, g => new { Country = g.Key, Orders = g.Count(), Revenue = g.Sum(r => r.Total) })
            .ToIceberg(lake.Table("demo.revenue_by_country"))
            .Build("revenue-by-country");
        // end-snippet
        Assert.Equal("revenue-by-country", derived.Name);

        // snippet: operators
        var sales = Pipeline.FromMySqlBinlog(mysql.Table<Sale>("appdb.sales"));
        var products = mysql.Table<Product>("appdb.products");
        sales
            .MaxBy(s => s.ProductId, s => new { s.SaleTs, s.Id })
            .LeftJoin(products, s => s.ProductId, p => p.Id, (s, p) => new { s.ProductId, Known = p != null, p!.Name, s.SaleTs, s.Price })
            .ToIceberg(lake.Table("demo.latest_sales"), key: r => r.ProductId);
        var shop = sales
            .Exists(products, s => s.ProductId, p => p.Id)
            .Aggregate(s => s.SaleTs.Date, g => new { Day = g.Key, Sales = g.Count(), Products = g.CountDistinct(s => s.ProductId) })
            .TopN(10, r => r.Sales)
            .ToIceberg(lake.Table("demo.best_days"))
            .Build("shop");
        // end-snippet
        Assert.Equal("shop", shop.Name);
    }

    [Fact]
    public void Rows_that_age_and_functions_of_the_readme_are_valid()
    {
        var mysql = new MySqlSource("Server=localhost;User ID=cdc;Password=secret");
        var lake = IcebergCatalog.FileSystem("warehouse");
        var sales = Pipeline.FromMySqlBinlog(mysql.Table<Sale>("appdb.sales"));
        // snippet: recent
        sales
            .KeepRecent(s => s.SaleTs, TimeSpan.FromDays(30))
            .Aggregate(s => s.ProductId, g => new { ProductId = g.Key, Revenue = g.Sum(s => s.Qty * s.Price), Median = g.Median(s => s.Price) })
            .ToIceberg(lake.Table("demo.last_30_days"), key: r => r.ProductId);
        // end-snippet
        Assert.Contains("the last 30.00:00:00 by SaleTs", sales.Build("recent").Explain(), StringComparison.Ordinal);

        var orders = Pipeline.FromMySqlBinlog(mysql.Table<Order>("appdb.orders"));
        // snippet: functions
        orders
            .SelectRow(o => new { o.Id, Zone = Zones.Of(o.PostCode) }, version: "zones/3")
            .ToIceberg(lake.Table("demo.order_zones"), key: r => r.Id);
        // end-snippet
        Assert.Contains("\"zones/3\"", orders.Build("zones").Explain(), StringComparison.Ordinal);
    }

    private sealed record Order(int Id, string PostCode);

    [Fact]
    public void Pipeline_in_s3_of_the_readme_is_valid()
    {
        var mysql = new MySqlSource("Server=localhost;User ID=cdc;Password=secret");
        // snippet: s3
        var storage = S3Options.FromProperties(new Dictionary<string, string>
        {
            ["s3.endpoint"] = "http://localhost:9000",
            ["s3.path-style-access"] = "true",
            ["s3.access-key-id"] = "key",
            ["s3.secret-access-key"] = "secret",
        });
        var lake = IcebergCatalog.FileSystem("s3://lake/warehouse", o => o.S3 = storage);

        var pipeline = Pipeline
            .FromMySqlBinlog(mysql.Table("testdb.users"))
            .ToIceberg(lake.Table("lakehouse.users"))
            .Build("users", o => (o.CheckpointFolder, o.CheckpointS3) = ("s3://lake/checkpoints", storage));
        // end-snippet
        Assert.Equal("filesystem(s3://lake/warehouse)", lake.ToString());
        Assert.Equal("users", pipeline.Name);
    }
}
