using static CdcLake.IntegrationTests.Flink.FlinkShapes;

namespace CdcLake.IntegrationTests.Flink;

/// <summary>Pipelines of joins, groups and the first rows of groups.</summary>
internal static class KeyedShapes
{
    private const string Amount = "s.qty * s.price";

    public static readonly FlinkShape[] All =
    [
        Shape("seed_sales", t => t.Sales.Join(t.ProductTable, s => s.ProductId, p => (int?)p.Id, (s, p) => new { p.Id, p.Sku, p.Name, s.Qty, Amount = s.Qty * s.Price, s.SaleTs })
                .Aggregate(l => new { l.Id, l.Sku, l.Name }, g => new { ProductId = g.Key.Id, g.Key.Sku, g.Key.Name, Qty = g.Sum(l => l.Qty), Revenue = g.Sum(l => l.Amount), Count = g.Count(), Last = g.Max(l => l.SaleTs) }), r => r.ProductId,
            $"SELECT p.id AS product_id, p.sku, p.name, SUM(s.qty) AS qty, SUM({Amount}) AS revenue, COUNT(*) AS count, MAX(s.sale_ts) AS last FROM sales s JOIN products p ON s.product_id = p.id GROUP BY p.id, p.sku, p.name"),
        Shape("inner_join", t => t.Sales.Join(t.ProductTable, s => s.ProductId, p => (int?)p.Id, (s, p) => new { s.Id, p.Sku, Share = s.Price / p.Price }), r => r.Id,
            "SELECT s.id, p.sku, s.price / NULLIF(p.price, 0) AS share FROM sales s JOIN products p ON s.product_id = p.id"),
        Shape("left_join", t => t.Sales.LeftJoin(t.Products.Where(p => p.Active), s => s.ProductId, p => (int?)p.Id, (s, p) => new { s.Id, Has = p != null, Name = p!.Name ?? "?", p.Price }), r => r.Id,
            "SELECT s.id, p.id IS NOT NULL AS has, COALESCE(p.name, '?') AS name, p.price FROM sales s LEFT JOIN products p ON s.product_id = p.id AND p.active"),
        Shape("right_join", t => t.Sales.Where(s => s.Qty > 5).RightJoin(t.ProductTable, s => s.ProductId, p => (int?)p.Id, (s, p) => new { p.Id, Sale = (long?)s!.Id ?? -1L, p.Name }), r => new { r.Id, r.Sale },
            "SELECT p.id, COALESCE(s.id, -1) AS sale, p.name FROM products p LEFT JOIN sales s ON s.product_id = p.id AND s.qty > 5"),
        Shape("full_join", t => t.Sales.FullJoin(t.ProductTable, s => s.ProductId, p => (int?)p.Id, (s, p) => new { Sale = (long?)s!.Id ?? -1L, Product = (int?)p!.Id ?? -1, Matched = s != null && p != null }), r => new { r.Sale, r.Product },
            "SELECT s.id AS sale, COALESCE(p.id, -1) AS product, p.id IS NOT NULL AS matched FROM sales s LEFT JOIN products p ON s.product_id = p.id UNION ALL SELECT -1, p.id, 0 FROM products p WHERE NOT EXISTS (SELECT 1 FROM sales s WHERE s.product_id = p.id)"),
        Shape("exists", t => t.Sales.Exists(t.Products.Where(p => p.Active), s => s.ProductId, p => (int?)p.Id).Select(s => new { s.Id, s.Qty }), r => r.Id,
            "SELECT id, qty FROM sales s WHERE EXISTS (SELECT 1 FROM products p WHERE p.id = s.product_id AND p.active)"),
        Shape("not_exists", t => t.Sales.NotExists(t.ProductTable, s => s.ProductId, p => (int?)p.Id).Select(s => new { s.Id, s.Qty }), r => r.Id,
            "SELECT id, qty FROM sales s WHERE NOT EXISTS (SELECT 1 FROM products p WHERE p.id = s.product_id)"),
        Shape("self_join", t => t.Products.Join(t.Products, p => p.Parent, q => q.Sku, (p, q) => new { Child = p.Id, Parent = q.Id }), r => new { r.Child, r.Parent },
            "SELECT p.id AS child, q.id AS parent FROM products p JOIN products q ON p.parent = q.sku"),
        Shape("aggregates", t => t.Sales.Aggregate(s => s.Region, g => new { Region = g.Key, Rows = g.Count(), Qty = g.Sum(s => s.Qty), Price = g.Sum(s => s.Price), Mean = g.Average(s => s.Price), MeanQty = g.Average(s => s.Qty), Least = g.Min(s => s.Price), Last = g.Max(s => s.At), First = g.Min(s => s.Note), Notes = g.Count(s => s.Note), Products = g.CountDistinct(s => s.ProductId), Big = g.Count(s => s.Qty > 10), Ratio = g.Sum(s => s.Price) / g.Count() }), r => r.Region,
            "SELECT region, COUNT(*) AS `rows`, SUM(qty) AS qty, SUM(price) AS price, AVG(price) AS mean, AVG(qty) AS mean_qty, MIN(price) AS least, MAX(at) AS last, MIN(note) AS first, COUNT(note) AS notes, COUNT(DISTINCT product_id) AS products, COUNT(IF(qty > 10, 1, NULL)) AS big, SUM(price) / COUNT(*) AS ratio FROM sales GROUP BY region"),
        Shape("null_groups", t => t.Sales.Aggregate(s => s.ProductId ?? -1, g => new { g.Key, Sum = g.Sum(s => s.Discount), Rows = g.Count() }), r => r.Key,
            "SELECT COALESCE(product_id, -1) AS `key`, SUM(discount) AS sum, COUNT(*) AS `rows` FROM sales GROUP BY 1"),
        Shape("one_group", t => t.Sales.Where(s => s.Qty > 1_000).Aggregate(g => new { Rows = g.Count(), Qty = g.Sum(s => s.Qty), Last = g.Max(s => s.SaleTs) }), r => r.Rows, "SELECT COUNT(*) AS `rows`, SUM(qty) AS qty, MAX(sale_ts) AS last FROM sales WHERE qty > 1000"),
        Shape("two_levels", t => t.Sales.Aggregate(s => new { s.Region, s.Qty }, g => new { g.Key.Region, g.Key.Qty, Rows = g.Count() }).Aggregate(r => r.Rows, g => new { Rows = g.Key, Groups = g.Count(), Most = g.Max(r => r.Qty) }), r => r.Rows,
            "SELECT n AS `rows`, COUNT(*) AS `groups`, MAX(qty) AS most FROM (SELECT region, qty, COUNT(*) AS n FROM sales GROUP BY region, qty) x GROUP BY n"),
        Shape("joined_groups", t => t.Products.LeftJoin(t.Sales.Where(s => s.ProductId != null).Aggregate(s => s.ProductId, g => new { ProductId = g.Key, Rows = g.Count() }), p => (int?)p.Id, g => g.ProductId, (p, g) => new { p.Id, Rows = (long?)g!.Rows ?? 0L }), r => r.Id,
            "SELECT p.id, COUNT(s.id) AS `rows` FROM products p LEFT JOIN sales s ON s.product_id = p.id GROUP BY p.id"),
        Shape("top_of_groups", t => t.Sales.TopN(2, s => s.Region, s => new { s.Price, s.Id }).Select(s => new { s.Id, s.Region, s.Price }), r => r.Id,
            "SELECT id, region, price FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY region ORDER BY price DESC, id DESC) AS n FROM sales) x WHERE n <= 2"),
        Shape("last_of_groups", t => t.Sales.MaxBy(s => s.Region, s => new { s.SaleTs, s.Id }).Select(s => new { s.Region, s.Id, s.SaleTs }), r => r.Region,
            "SELECT region, id, sale_ts FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY region ORDER BY sale_ts DESC, id DESC) AS n FROM sales) x WHERE n = 1"),
        Shape("top_of_all", t => t.Sales.TopN(5, s => new { s.Discount, s.Id }, ascending: true).Select(s => new { s.Id, s.Discount }), r => r.Id, "SELECT id, discount FROM sales ORDER BY discount, id LIMIT 5"),
        Shape("having", t => t.Sales.Aggregate(s => s.ProductId ?? -1, g => new { Product = g.Key, Qty = g.Sum(s => s.Qty) }).Where(r => r.Qty > 40), r => r.Product,
            "SELECT COALESCE(product_id, -1) AS product, SUM(qty) AS qty FROM sales GROUP BY 1 HAVING SUM(qty) > 40"),
        new("fan_out", FanOut,
            "SELECT region, SUM(qty) AS qty FROM sales WHERE qty > 2 GROUP BY region"),
    ];

    private static Pipeline FanOut(ShopTables tables, IcebergTable table, string name)
    {
        var groups = tables.Sales.Where(s => s.Qty > 2).Aggregate(s => s.Region, g => new { Region = g.Key, Qty = g.Sum(s => s.Qty) });
        groups.Where(r => r.Qty > 50).ToIceberg(table.Catalog.Table("demo.fan_out_big"), r => r.Region);
        return Built(groups.ToIceberg(table, r => r.Region), tables, name);
    }
}
