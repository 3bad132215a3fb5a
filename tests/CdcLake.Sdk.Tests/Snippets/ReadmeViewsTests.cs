using CdcLake.Tests.MySql.Binlog;

namespace CdcLake.Tests.Snippets;

/// <summary>The view of the README, over a small log.</summary>
public sealed class ReadmeViewsTests
{
    private static readonly BinlogTable SalesTable = new(
        "appdb", "sales", [0], BinlogColumn.BigInt("id"), BinlogColumn.Int("product_id"), BinlogColumn.Int("qty"), BinlogColumn.Decimal("price", 10, 2), BinlogColumn.DateTime("sale_ts", 0));

    private static readonly BinlogTable ProductsTable = new("appdb", "products", [0], BinlogColumn.Int("id"), BinlogColumn.VarChar("sku", 40), BinlogColumn.VarChar("name", 40));

    [Fact]
    public async Task View_of_the_readme_works()
    {
        using var folder = new TemporaryFolder();
        var log = new BinlogBuilder();
        log.Transaction(t => t.Insert(ProductsTable, [7, "KET-1", "Kettle"]));
        log.Transaction(t => t.Insert(SalesTable, [1L, 7, 2, 9.90m, new DateTime(2026, 1, 1, 12, 0, 0)]));
        await File.WriteAllBytesAsync(Path.Combine(folder.Path, "binlog.000001"), log.ToArray());
        var mysql = MySqlSource.FromFiles(Path.Combine(folder.Path, "binlog.000001"));
        var sales = Pipeline.FromMySqlBinlog(mysql.Table<Sale>("appdb.sales"));
        var products = mysql.Table<Product>("appdb.products");
        var lake = IcebergCatalog.FileSystem(folder.Path);

        // snippet: view
        var totals = new View<int, SalesByProduct>("sales-by-product");
        sales
            .Join(products, s => s.ProductId, p => p.Id, (s, p) => new { p.Id, p.Sku, p.Name, s.Qty, Amount = s.Qty * s.Price, s.SaleTs })
            .Aggregate(l => new { l.Id, l.Sku, l.Name },
                g => new SalesByProduct(g.Key.Id, g.Key.Sku, g.Key.Name,
                    g.Sum(l => l.Qty), g.Sum(l => l.Amount), g.Count(), g.Max(l => l.SaleTs)))
            .ToView(totals, key: r => r.ProductId)
            .ToIceberg(lake.Table("demo.sales_by_product"), key: r => r.ProductId);
        // end-snippet
        await using var pipeline = sales.Build("views", o => o.CheckpointFolder = folder.Path);
        await pipeline.RunAsync();
        using var enough = new CancellationTokenSource();
        var reading = ReadAsync(totals, totals.Current.Position!, enough.Token);
        Assert.Equal("Kettle", totals[7].Name);
        await enough.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading);
    }

    private static async Task ReadAsync(View<int, SalesByProduct> totals, string gtid, CancellationToken cancellationToken)
    {
        // snippet: view-reads
        if (totals.TryGet(7, out var kettle))
        {
            Console.WriteLine(kettle.TotalRevenue);
        }

        ViewSnapshot<int, SalesByProduct> state = totals.Current; // one GTID set: state.Position
        var best = state.OrderByDescending(r => r.TotalRevenue).Take(10);

        await totals.WaitForGtidAsync(gtid, cancellationToken);       // what the application has just written is in it
        await foreach (var epoch in totals.ChangesAsync(cancellationToken))
        {
            foreach (var change in epoch.Changes)
            {
                Console.WriteLine($"{change.Kind} {change.Key}: {change.Before?.TotalQty} → {change.After?.TotalQty}");
            }
        }
        // end-snippet
        Assert.Single(best);
    }
}
