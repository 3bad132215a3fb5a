using System.Diagnostics.CodeAnalysis;
using CdcLake;

namespace Quickstart;

/// <summary>A row of <c>sales</c>: the columns the job reads; the table may have more.</summary>
public sealed record Sale(long Id, int ProductId, int Qty, decimal Price, DateTime SaleTs);

/// <summary>A row of <c>products</c>.</summary>
public sealed record Product(int Id, string Sku, string Name);

/// <summary>A row of the result, and so a row of <c>demo.sales_by_product</c>.</summary>
public sealed record SalesByProduct(
    int ProductId, string ProductSku, string ProductName, long TotalQty, decimal TotalRevenue, long SaleCount, DateTime? LastSaleTs)
{
    /// <summary>The job: sales joined with products, grouped, kept as an Iceberg table.</summary>
    [UnconditionalSuppressMessage("Trimming", "IL2026", Justification = "The lambdas read the properties of their anonymous types, which are kept for that.")]
    public static Pipeline Pipeline(MySqlSource mysql, string database, IcebergTable target, Action<PipelineOptions> configure) =>
        CdcLake.Pipeline
            .FromMySqlBinlog(mysql.Table<Sale>($"{database}.sales"))
            .Join(
                mysql.Table<Product>($"{database}.products"),
                s => s.ProductId,
                p => p.Id,
                (s, p) => new { p.Id, p.Sku, p.Name, s.Qty, Amount = s.Qty * s.Price, s.SaleTs })
            .Aggregate(
                l => new { l.Id, l.Sku, l.Name },
                g => new SalesByProduct(
                    g.Key.Id, g.Key.Sku, g.Key.Name, g.Sum(l => l.Qty), g.Sum(l => l.Amount), g.Count(), g.Max(l => l.SaleTs)))
            .ToIceberg(target, key: r => r.ProductId)
            .Build("sales-by-product", configure);
}
