using System.Globalization;
using static CdcLake.IntegrationTests.Queries.Written;

namespace CdcLake.IntegrationTests.Queries;

/// <content>Groups, first rows, distinct rows.</content>
internal sealed partial class MarketQueries
{
    private IEnumerable<ShownQuery> Groups() =>
    [
        Query(
            "net of each purchase",
            Lines.Aggregate(l => l.PurchaseId, g => new { Purchase = g.Key, Net = g.Sum(l => l.Qty * l.Price * (1 - (l.Discount ?? 0m))), Most = g.Max(l => l.Price), N = g.Count() }),
            "SELECT purchase_id, SUM(qty * price * (1 - COALESCE(discount, 0))), MAX(price), COUNT(*) FROM `lines` GROUP BY purchase_id"),
        Query(
            "articles that are dear on average",
            Lines.Aggregate(l => l.ArticleId, g => new { Article = g.Key, Mean = g.Average(l => l.Price), N = g.Count(), IsDear = g.Average(l => l.Price) > 7.5m }).Where(r => r.IsDear && r.N > 1),
            "SELECT article_id, AVG(price), COUNT(*), 1 FROM `lines` GROUP BY article_id HAVING AVG(price) > 7.5 AND COUNT(*) > 1"),
        Query(
            "histogram of lines",
            Lines.Aggregate(l => l.PurchaseId, g => new { Id = g.Key, N = g.Count() }).Aggregate(r => r.N, g => new { N = g.Key, Times = g.Count() }),
            "SELECT n, COUNT(*) FROM (SELECT COUNT(*) AS n FROM `lines` GROUP BY purchase_id) t GROUP BY n"),
        Query(
            "newest purchase of each customer",
            Purchases.Where(p => p.CustomerId != null).MaxBy(p => p.CustomerId, p => new { p.Placed, p.Id }).Select(p => new { p.CustomerId, p.Id, p.Status }),
            """
            SELECT customer_id, id, status FROM (SELECT p.*, ROW_NUMBER() OVER (PARTITION BY customer_id ORDER BY placed DESC, id DESC) AS n FROM purchases p WHERE customer_id IS NOT NULL) t WHERE n = 1
            """),
        Query(
            "three dearest articles of each category",
            Articles.TopN(3, a => a.Category, a => new { a.Price, a.Id }).Select(a => new { a.Id, a.Category, a.Price }),
            "SELECT id, category, price FROM (SELECT a.*, ROW_NUMBER() OVER (PARTITION BY category ORDER BY price DESC, id DESC) AS n FROM articles a) t WHERE n <= 3"),
        Query(
            "countries of anybody", Customers.Select(c => new { c.Country }).Union(Suppliers.Select(s => new { s.Country })),
            "SELECT country FROM customers UNION SELECT country FROM suppliers", ("Country", "utf8mb4_0900_as_ci")),
        Query(
            "customers of one name, whatever its case and accents",
            Customers.Aggregate(c => c.Name, g => new { Name = g.Key, N = g.Count(), Vips = g.Count(c => c.Vip), Credit = g.Sum(c => c.Credit), Countries = g.CountDistinct(c => c.Country) }),
            "SELECT name, COUNT(*), COUNT(IF(vip <> 0, 1, NULL)), SUM(credit), COUNT(DISTINCT country) FROM customers GROUP BY name", ("Name", "utf8mb4_0900_ai_ci")),
        Query(
            "statuses of each day",
            Purchases.Aggregate(p => p.Placed.Date, g => new { Day = g.Key, Paid = g.Count(p => p.Status == PurchaseStatus.Paid), Open = g.Count(p => p.Shipped == null) }),
            "SELECT DATE(placed) AS d, COUNT(IF(status = 'paid', 1, NULL)), COUNT(IF(shipped IS NULL, 1, NULL)) FROM purchases GROUP BY d"),
        Query(
            "months",
            Purchases.Aggregate(p => new DateTime(p.Placed.Year, p.Placed.Month, 1), g => new { Month = g.Key, N = g.Count(), Customers = g.CountDistinct(p => p.CustomerId) }),
            "SELECT CAST(DATE_FORMAT(placed, '%Y-%m-01') AS DATETIME) AS m, COUNT(*), COUNT(DISTINCT customer_id) FROM purchases GROUP BY m"),
        Query(
            "weeks of the ISO year",
            Purchases.Aggregate(p => new { Year = ISOWeek.GetYear(p.Placed), Week = ISOWeek.GetWeekOfYear(p.Placed) }, g => new { g.Key.Year, g.Key.Week, N = g.Count() }),
            "SELECT YEARWEEK(placed, 3) DIV 100 AS y, WEEK(placed, 3) AS w, COUNT(*) FROM purchases GROUP BY y, w"),
        Query(
            "visits of local days, with daylight saving",
            Visits.Aggregate(v => TimeZoneInfo.ConvertTimeFromUtc(v.At.UtcDateTime, Berlin).Date, g => new { Day = g.Key, N = g.Count() }),
            "SELECT DATE(at + INTERVAL IF(at >= '2024-03-31 01:00:00' AND at < '2024-10-27 01:00:00', 2, 1) HOUR) AS d, COUNT(*) FROM visits GROUP BY d"),
        Query(
            "visits of each quarter of an hour",
            Visits.Aggregate(v => SqlFunctions.WindowStart(v.At, TimeSpan.FromMinutes(15)), g => new { Start = g.Key, N = g.Count() }),
            "SELECT TIMESTAMPADD(SECOND, FLOOR(TIMESTAMPDIFF(SECOND, '1970-01-01', at) / 900) * 900, '1970-01-01') AS s, COUNT(*) FROM visits GROUP BY s"),
        Query(
            "sums over seven sliding days",
            Purchases.SlidingWindows(p => p.Placed, TimeSpan.FromDays(7), TimeSpan.FromDays(1), (p, start) => new { Start = start, p.Id }).Aggregate(r => r.Start, g => new { Start = g.Key, N = g.Count() }),
            """
            SELECT s, COUNT(*) FROM (SELECT CAST(DATE(placed) AS DATETIME) - INTERVAL k.n DAY AS s FROM purchases
              JOIN (SELECT 0 AS n UNION SELECT 1 UNION SELECT 2 UNION SELECT 3 UNION SELECT 4 UNION SELECT 5 UNION SELECT 6) k) t GROUP BY s
            """),
        Query(
            "articles by what their tags say",
            Articles.Aggregate(a => SqlFunctions.JsonValue(a.Tags, "$.color"), g => new { Color = g.Key, N = g.Count(), Price = g.Min(a => a.Price) }),
            "SELECT JSON_VALUE(tags, '$.color') AS c, COUNT(*), MIN(price) FROM articles GROUP BY c"),
        Query(
            "buyers of each article",
            Lines.Join(Purchases, l => l.PurchaseId, p => p.Id, (l, p) => new { l.ArticleId, p.CustomerId }).Aggregate(r => r.ArticleId, g => new { Article = g.Key, Buyers = g.CountDistinct(r => r.CustomerId) }),
            "SELECT l.article_id, COUNT(DISTINCT p.customer_id) FROM `lines` l JOIN purchases p ON p.id = l.purchase_id GROUP BY l.article_id"),
        Query(
            "what is in each purchase",
            Sold.Aggregate(r => r.PurchaseId, g => new { Purchase = g.Key, Skus = g.Concat(r => r.Sku, ", ", r => r.Number), Last = g.ConcatDescending(r => r.Sku, ";", r => r.Number) }),
            """
            SELECT p.id, GROUP_CONCAT(a.sku ORDER BY l.number, a.sku SEPARATOR ', '), GROUP_CONCAT(a.sku ORDER BY l.number DESC, a.sku SEPARATOR ';')
            FROM `lines` l JOIN articles a ON a.id = l.article_id JOIN purchases p ON p.id = l.purchase_id GROUP BY p.id
            """),
        Query(
            "purchases of each customer, of nobody too",
            Purchases.Aggregate(p => p.CustomerId, g => new { Customer = g.Key, N = g.Count(), First = g.Min(p => p.Placed), Shipped = g.Max(p => p.Shipped), Returned = g.Count(p => p.Status == PurchaseStatus.Back) > 0 }),
            "SELECT customer_id, COUNT(*), MIN(placed), MAX(shipped), COUNT(IF(status = 'back', 1, NULL)) > 0 FROM purchases GROUP BY customer_id"),
        Query("of no rows", Lines.Where(l => l.Qty > 100).Aggregate(g => new { N = g.Count(), Sum = g.Sum(l => (int?)l.Qty), Most = g.Max(l => (decimal?)l.Price) }), "SELECT COUNT(*), SUM(qty), MAX(price) FROM `lines` WHERE qty > 100"),
        Query(
            "first and last name", Customers.Aggregate(c => c.Vip, g => new { Vip = g.Key, First = g.Min(c => c.Name), Last = g.Max(c => c.Name) }),
            "SELECT v, MIN(name), MAX(name) FROM (SELECT vip <> 0 AS v, name FROM customers) t GROUP BY v", ("First", "utf8mb4_0900_ai_ci"), ("Last", "utf8mb4_0900_ai_ci")),
        Query(
            "three best-selling articles",
            Lines.Aggregate(l => l.ArticleId, g => new { Article = g.Key, Sold = g.Sum(l => l.Qty) }).TopN(3, r => new { r.Sold, r.Article }),
            "SELECT * FROM (SELECT article_id, SUM(qty) AS sold FROM `lines` GROUP BY article_id) t ORDER BY sold DESC, article_id DESC LIMIT 3"),
        Query(
            "price weighted by quantity",
            Lines.Aggregate(l => l.ArticleId, g => new { Article = g.Key, Price = g.Sum(l => l.Price * l.Qty) / g.Sum(l => l.Qty), Spread = g.Max(l => l.Price) - g.Min(l => l.Price) }),
            "SELECT article_id, SUM(price * qty) / SUM(qty), MAX(price) - MIN(price) FROM `lines` GROUP BY article_id"),
        Query(
            "weights", Articles.Aggregate(a => a.SupplierId, g => new { Supplier = g.Key, Sum = g.Sum(a => a.Weight), Mean = g.Average(a => a.Weight), N = g.Count(a => a.Weight) }),
            "SELECT supplier_id, SUM(weight), AVG(weight), COUNT(weight) FROM articles GROUP BY supplier_id"),
        Query(
            "percentiles of prices",
            Articles.Aggregate(
                a => a.Category,
                g => new { Category = g.Key, Middle = g.Median(a => a.Price), High = g.PercentileCont(a => a.Price, 0.9), Least = g.PercentileDisc(a => a.Price, 0), Upper = g.PercentileDisc(a => a.Price, 0.75), Id = g.PercentileCont(a => a.Id, 0.35) }),
            $"""
            WITH r AS (SELECT category, price, id, ROW_NUMBER() OVER (PARTITION BY category ORDER BY price) - 1 AS n, ROW_NUMBER() OVER (PARTITION BY category ORDER BY id) - 1 AS i, COUNT(*) OVER (PARTITION BY category) AS c FROM articles)
            SELECT category, {Between("price", "n", "0.5", 6)}, {Between("price", "n", "0.9", 6)}, MIN(price), MAX(IF(n = CEILING(0.75 * c) - 1, price, NULL)), {Between("id", "i", "0.35", 4)} FROM r GROUP BY category
            """),
        Query(
            "median weight", Articles.Where(a => a.Weight != null).Aggregate(g => new { N = g.Count(), Middle = g.Median(a => a.Weight) }),
            """
            WITH r AS (SELECT weight, ROW_NUMBER() OVER (ORDER BY weight) - 1 AS n, COUNT(*) OVER () AS c FROM articles WHERE weight IS NOT NULL)
            SELECT (SELECT COUNT(*) FROM r), (SELECT AVG(weight) FROM r WHERE n IN (FLOOR(0.5 * (c - 1)), CEILING(0.5 * (c - 1))))
            """),
    ];

    /// <summary>PERCENTILE_CONT, which MySQL has not.</summary>
    private static string Between(string value, string place, string fraction, int digits)
    {
        string At(string round) => $"MAX(IF({place} = {round}({fraction} * (c - 1)), {value}, NULL))";
        return $"ROUND({At("FLOOR")} + ({At("CEILING")} - {At("FLOOR")}) * MAX({fraction} * (c - 1) - FLOOR({fraction} * (c - 1))), {digits})";
    }
}
