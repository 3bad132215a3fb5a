using static CdcLake.IntegrationTests.Queries.Written;

namespace CdcLake.IntegrationTests.Queries;

/// <summary>Queries over a market of the kinds that analysts and applications have.</summary>
/// <param name="mysql">The server.</param>
/// <param name="database">Where the tables are.</param>
internal sealed partial class MarketQueries(MySqlSource mysql, string database)
{
    private static readonly TimeZoneInfo Berlin = TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin");

    private ChangeStream<Customer> Customers => Table<Customer>("customers");

    private ChangeStream<Supplier> Suppliers => Table<Supplier>("suppliers");

    private ChangeStream<Article> Articles => Table<Article>("articles");

    private ChangeStream<Purchase> Purchases => Table<Purchase>("purchases");

    private ChangeStream<Line> Lines => Table<Line>("lines");

    private ChangeStream<Payment> Payments => Table<Payment>("payments");

    private ChangeStream<Visit> Visits => Table<Visit>("visits");

    public IReadOnlyList<ShownQuery> All() => [.. Joins(), .. Groups(), .. Rows()];

    private IEnumerable<ShownQuery> Rows()
    {
        var token = Guid.Parse("00112233-4455-6677-8899-aabbccddeeff");
        Guid[] few = [token, Guid.Empty];
        var many = Enumerable.Range(1, 1500).Select(i => new Guid(i, 0, 0, new byte[8])).Append(Guid.Parse("ffeeddcc-bbaa-9988-7766-554433221100")).ToHashSet();
        var names = Enumerable.Range(1, 1500).Select(i => $"name {i}").Append("ANNA").Append("zoe").ToHashSet();
        return
        [
            Query(
                "prices in bands", Articles.Select(a => new { a.Id, Band = a.Price < 0 ? "negative" : a.Price < 10 ? "cheap" : "dear" }).Aggregate(r => r.Band, g => new { Band = g.Key, N = g.Count() }),
                "SELECT CASE WHEN price < 0 THEN 'negative' WHEN price < 10 THEN 'cheap' ELSE 'dear' END AS b, COUNT(*) FROM articles GROUP BY b"),
            Query(
                "parts of payloads", Visits.Select(v => new { v.Id, Color = SqlFunctions.JsonValue(v.Payload, "$.color"), Size = SqlFunctions.JsonValue(v.Payload, "$.size"), Deep = SqlFunctions.JsonValue(v.Payload, "$.list[1].x"), First = SqlFunctions.JsonValue(v.Payload, "$[0]") }),
                "SELECT id, JSON_VALUE(payload, '$.color'), JSON_VALUE(payload, '$.size'), JSON_VALUE(payload, '$.list[1].x'), JSON_VALUE(payload, '$[0]') FROM visits"),
            Query("unsigned numbers", Purchases.Where(p => p.Id > 3UL).Select(p => new { p.Id, Twice = (decimal)p.Id * 2, IsLarge = p.Id > long.MaxValue }), "SELECT id, CAST(id AS DECIMAL(20)) * 2, id > 9223372036854775807 FROM purchases WHERE id > 3"),
            Query(
                "notes that are searched", Purchases.Where(p => p.Note!.Contains("fast") || SqlFunctions.Like(p.Note, "%\\%")).Select(p => new { p.Id, Note = p.Note!.Trim().ToUpper(), p.Note!.Length }),
                """SELECT id, UPPER(TRIM(note)), CHAR_LENGTH(note) FROM purchases WHERE note LIKE '%fast%' OR note LIKE '%\\%'"""),
            Query(
                "how long visits took", Visits.Where(v => v.Took != null).Select(v => new { v.Id, v.Took!.Value.Days, v.Took!.Value.Hours, v.Took!.Value.Minutes, v.Took!.Value.Seconds, Whole = v.Took!.Value.TotalMinutes }),
                "SELECT id, TIME_TO_SEC(took) DIV 86400, TIME_TO_SEC(took) DIV 3600 % 24, TIME_TO_SEC(took) DIV 60 % 60, TIME_TO_SEC(took) % 60, TIMESTAMPDIFF(MICROSECOND, '2000-01-01', TIMESTAMP('2000-01-01', took)) / 6e7 FROM visits WHERE took IS NOT NULL"),
            Query("purchases with a token", Purchases.Where(p => p.Token == token).Select(p => new { p.Id }), "SELECT id FROM purchases WHERE token = 0x00112233445566778899AABBCCDDEEFF"),
            Query("customers of few identifiers", Customers.Where(c => few.Contains(c.Uid)).Select(c => new { c.Id, Uid = c.Uid.ToString() }), "SELECT id, LOWER(uid) FROM customers WHERE uid IN ('00112233-4455-6677-8899-aabbccddeeff', '00000000-0000-0000-0000-000000000000')"),
            Query("customers of many identifiers", Customers.Where(c => many.Contains(c.Uid)).Select(c => new { c.Id }), "SELECT id FROM customers WHERE uid = 'ffeeddcc-bbaa-9988-7766-554433221100'"),
            Query("tokens of many identifiers", Purchases.Where(p => !many.Contains(p.Token!.Value)).Select(p => new { p.Id }), "SELECT id FROM purchases WHERE token <> 0xFFEEDDCCBBAA99887766554433221100"),
            Query("customers of many names", Customers.Where(c => names.Contains(c.Name!)).Select(c => new { c.Id }), "SELECT id FROM customers WHERE name IN ('ANNA', 'zoe', 'name 7')"),
            Query("tokens", Purchases.Aggregate(p => p.Token, g => new { N = g.Count(), Least = g.Min(p => p.Id) }), "SELECT COUNT(*), MIN(id) FROM purchases GROUP BY token"),
            Query("halves", Lines.Select(l => new { l.PurchaseId, l.Number, Half = l.Qty / 2, Odd = l.Qty % 2, Unit = l.Price / l.Qty }), "SELECT purchase_id, number, qty DIV 2, qty % 2, price / qty FROM `lines`"),
            Query(
                "delays", Purchases.Where(p => p.Shipped != null).Select(p => new { p.Id, (p.Shipped!.Value - p.Placed).Days, Late = p.Shipped > p.Placed.AddDays(2), Due = p.Placed.AddMonths(1) }),
                "SELECT id, TIMESTAMPDIFF(MICROSECOND, placed, shipped) DIV 86400000000, shipped > placed + INTERVAL 2 DAY, placed + INTERVAL 1 MONTH FROM purchases WHERE shipped IS NOT NULL"),
            Query("decades", Customers.Select(c => new { c.Id, Decade = c.Born == null ? -1 : c.Born.Value.Year / 10 * 10, Leap = c.Born!.Value.Month == 2 && c.Born.Value.Day == 29 }), "SELECT id, IF(born IS NULL, -1, YEAR(born) DIV 10 * 10), MONTH(born) = 2 AND DAY(born) = 29 FROM customers"),
            Query(
                "one feed of two tables", Purchases.Select(p => new { Kind = "purchase", Number = (decimal)p.Id, p.CustomerId }).UnionAll(Visits.Select(v => new { Kind = v.Kind, Number = (decimal)v.Id, v.CustomerId })),
                "SELECT 'purchase', CAST(id AS DECIMAL(20)), customer_id FROM purchases UNION ALL SELECT CONVERT(kind USING utf8mb4), id, customer_id FROM visits"),
            Query("kinds of visits in latin1", Visits.Aggregate(v => v.Kind, g => new { Kind = g.Key, N = g.Count() }), "SELECT kind, COUNT(*) FROM visits GROUP BY kind", ("Kind", "latin1_swedish_ci")),
            Query(
                "by a function of its own", Purchases.Where(p => p.Note != null).SelectRow(p => new { p.Id, Backwards = new string([.. p.Note!.Reverse()]), Day = DateOnly.FromDateTime(p.Placed) }, "backwards/1"),
                "SELECT id, REVERSE(note), DATE(placed) FROM purchases WHERE note IS NOT NULL"),
            Query(
                "names of columns", Pipeline.FromMySqlBinlog(mysql.Table($"{database}.purchases")).Where(r => r.Get<string>("status") != "new").Aggregate(r => r.Get<int?>("customer_id"), g => new { Customer = g.Key, N = g.Count(), Newest = g.Max(r => r.Get<DateTime>("placed")) }),
                "SELECT customer_id, COUNT(*), MAX(placed) FROM purchases WHERE status <> 'new' GROUP BY customer_id"),
            Query("different pairs", Purchases.Select(p => new { p.CustomerId, p.Status }).Distinct(), "SELECT DISTINCT customer_id, status FROM purchases"),
            Query("cheapest of all by category", Articles.MinBy(a => a.Category, a => new { a.Price, a.Id }).Select(a => new { a.Category, a.Sku }), "SELECT category, sku FROM (SELECT a.*, ROW_NUMBER() OVER (PARTITION BY category ORDER BY price, id) AS n FROM articles a) t WHERE n = 1"),
        ];
    }

    private ChangeStream<T> Table<[System.Diagnostics.CodeAnalysis.DynamicallyAccessedMembers(Planning.Logical.RowMembers.Kept)] T>(string name) => Pipeline.FromMySqlBinlog(mysql.Table<T>($"{database}.{name}"));
}
