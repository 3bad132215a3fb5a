using CdcLake.Testing;

namespace CdcLake.Tests.Testing;

/// <summary>The pipeline of the README, as an application would build it: nothing that it names exists.</summary>
internal static class SalesPipeline
{
    public static readonly DateTime Noon = new(2026, 1, 1, 12, 0, 0, DateTimeKind.Unspecified);

    public static Pipeline Build(bool hasTwoTargets = false, Action<PipelineOptions>? configure = null, IcebergCatalog? lake = null)
    {
        var mysql = new MySqlSource("Server=nowhere.invalid;User ID=cdc;Password=secret");
        lake ??= IcebergCatalog.FileSystem("/nowhere/warehouse");
        var sales = Pipeline
            .FromMySqlBinlog(mysql.Table<Sale>("appdb.sales"))
            .Join(mysql.Table<Product>("appdb.products"), s => s.ProductId, p => p.Id,
                (s, p) => new { p.Id, p.Sku, p.Name, s.Qty, Amount = s.Qty * s.Price, s.SaleTs })
            .Aggregate(l => new { l.Id, l.Sku, l.Name },
                g => new SalesByProduct(g.Key.Id, g.Key.Sku, g.Key.Name, g.Sum(l => l.Qty), g.Sum(l => l.Amount), g.Count(), g.Max(l => l.SaleTs)))
            .ToIceberg(lake.Table("demo.sales_by_product"), key: r => r.ProductId);
        return (hasTwoTargets ? sales.ToIceberg(lake.Table("demo.copy"), key: r => r.ProductId) : sales).Build("sales-by-product", configure);
    }

    public static HarnessTable<Sale> Sales(this PipelineHarness harness) => harness.Table<Sale>("appdb.sales");

    public static HarnessTable<Product> Products(this PipelineHarness harness) => harness.Table<Product>("appdb.products");

    public static Task<IReadOnlyList<SalesByProduct>> ResultAsync(this PipelineHarness harness, string table = "demo.sales_by_product") => harness.RowsAsync<SalesByProduct>(table);

    public sealed record Sale(long Id, int ProductId, int Qty, decimal Price, DateTime SaleTs);

    public sealed record Product(int Id, string Sku, string Name);

    public sealed record SalesByProduct(int ProductId, string Sku, string Name, long TotalQty, decimal TotalRevenue, long SaleCount, DateTime LastSaleTs);
}
