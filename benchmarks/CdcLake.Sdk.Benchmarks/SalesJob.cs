namespace CdcLake.Benchmarks;

/// <summary>The job of the quickstart sample, and the plain copy of its sales table.</summary>
internal static class SalesJob
{
    public static ChangeStream<SalesByProduct> Stream(MySqlSource mysql) =>
        Pipeline.FromMySqlBinlog(mysql.Table<Sale>("appdb.sales"))
            .Join(
                mysql.Table<Product>("appdb.products"),
                s => s.ProductId,
                p => p.Id,
                (s, p) => new { p.Id, p.Sku, p.Name, s.Qty, Amount = s.Qty * s.Price, s.SaleTs })
            .Aggregate(
                l => new { l.Id, l.Sku, l.Name },
                g => new SalesByProduct(
                    g.Key.Id, g.Key.Sku, g.Key.Name, g.Sum(l => l.Qty), g.Sum(l => l.Amount), g.Count(), g.Max(l => l.SaleTs)));

    public static Pipeline ToIceberg(MySqlSource mysql, string folder, Action<PipelineOptions>? configure = null) =>
        Stream(mysql).ToIceberg(IcebergCatalog.FileSystem(folder).Table("demo.sales_by_product"), key: r => r.ProductId).Build("sales-by-product", Options(folder, configure));

    public static Pipeline Replica(MySqlSource mysql, string folder, Action<PipelineOptions>? configure = null) =>
        Pipeline.FromMySqlBinlog(mysql.Table("appdb.sales")).ToIceberg(IcebergCatalog.FileSystem(folder).Table("demo.sales")).Build("sales", Options(folder, configure));

    private static Action<PipelineOptions> Options(string folder, Action<PipelineOptions>? configure) => options =>
    {
        options.CheckpointFolder = Path.Combine(folder, ".checkpoints");
        configure?.Invoke(options);
    };
}

/// <summary>A row of sales.</summary>
public sealed record Sale(long Id, int ProductId, int Qty, decimal Price, DateTime SaleTs);

/// <summary>A row of products.</summary>
public sealed record Product(int Id, string Sku, string Name);

/// <summary>A row of the result.</summary>
public sealed record SalesByProduct(
    int ProductId, string ProductSku, string ProductName, long TotalQty, decimal TotalRevenue, long SaleCount, DateTime? LastSaleTs);
