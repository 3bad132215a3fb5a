using static CdcLake.IntegrationTests.Queries.Written;

namespace CdcLake.IntegrationTests.Queries;

/// <content>Rows with what belongs to them.</content>
internal sealed partial class MarketQueries
{
    private IEnumerable<ShownQuery> Joins() =>
    [
        Query(
            "purchases with who made them",
            Purchases.LeftJoin(Customers, p => p.CustomerId, c => c.Id, (p, c) => new { p.Id, Who = c!.Name ?? "guest", Known = c != null, p.Status }),
            "SELECT p.id, COALESCE(c.name, 'guest'), c.id IS NOT NULL, p.status FROM purchases p LEFT JOIN customers c ON c.id = p.customer_id"),
        Query(
            "three tables by two enums",
            Sold.Aggregate(r => new { r.Status, r.Category }, g => new { g.Key.Status, g.Key.Category, Net = g.Sum(r => r.Net) }),
            """
            SELECT p.status, a.category, SUM(l.qty * l.price) FROM `lines` l JOIN articles a ON a.id = l.article_id JOIN purchases p ON p.id = l.purchase_id GROUP BY p.status, a.category
            """),
        Query(
            "customers of one mailbox, whatever its case",
            Customers.Join(Customers, a => a.Email, b => b.Email, (a, b) => new { a.Id, Other = b.Id }).Where(r => r.Id < r.Other),
            "SELECT a.id, b.id FROM customers a JOIN customers b ON a.email = b.email WHERE a.id < b.id"),
        Query(
            "customers who bought nothing",
            Customers.NotExists(Purchases, c => c.Id, p => p.CustomerId).Select(c => new { c.Id, c.Vip }),
            "SELECT id, vip <> 0 FROM customers c WHERE NOT EXISTS (SELECT 1 FROM purchases p WHERE p.customer_id = c.id)"),
        Query(
            "customers with something on its way",
            Customers.Exists(Purchases.Where(p => p.Status == PurchaseStatus.Paid || p.Status == PurchaseStatus.Sent), c => c.Id, p => p.CustomerId).Select(c => new { c.Id }),
            "SELECT id FROM customers c WHERE EXISTS (SELECT 1 FROM purchases p WHERE p.customer_id = c.id AND p.status IN ('paid', 'sent'))"),
        Query(
            "purchases of nobody known",
            Purchases.NotExists(Customers, p => p.CustomerId, c => c.Id).Select(p => new { p.Id }),
            "SELECT id FROM purchases p WHERE NOT EXISTS (SELECT 1 FROM customers c WHERE c.id = p.customer_id)"),
        Query(
            "what is due and what is paid",
            Lines.Aggregate(l => l.PurchaseId, g => new { Id = g.Key, Due = g.Sum(l => l.Qty * l.Price) })
                .FullJoin(
                    Payments.Where(p => p.PurchaseId != null).Aggregate(p => p.PurchaseId, g => new { Id = g.Key, Paid = g.Sum(p => p.Amount) }), a => a.Id, b => b.Id,
                    (a, b) => new { Id = a == null ? b!.Id : (ulong?)a.Id, Due = a == null ? 0m : a.Due, Paid = b == null ? 0m : b.Paid }),
            """
            WITH a AS (SELECT purchase_id AS id, SUM(qty * price) AS due FROM `lines` GROUP BY purchase_id),
                 b AS (SELECT purchase_id AS id, SUM(amount) AS paid FROM payments WHERE purchase_id IS NOT NULL GROUP BY purchase_id)
            SELECT a.id, a.due, COALESCE(b.paid, 0) FROM a LEFT JOIN b ON a.id = b.id UNION ALL SELECT b.id, 0, b.paid FROM b LEFT JOIN a ON a.id = b.id WHERE a.id IS NULL
            """),
        Query(
            "suppliers with what they deliver",
            Articles.RightJoin(Suppliers, a => a.SupplierId, s => s.Id, (a, s) => new { s.Id, Sku = a!.Sku, s.Name }),
            "SELECT s.id, a.sku, s.name FROM articles a RIGHT JOIN suppliers s ON a.supplier_id = s.id"),
        Query(
            "unpaid purchases",
            Purchases.LeftJoin(Payments, p => p.Id, y => y.PurchaseId, (p, y) => new { p.Id, Amount = y == null ? (decimal?)null : y.Amount }).Where(r => r.Amount == null).Select(r => new { r.Id }),
            "SELECT p.id FROM purchases p LEFT JOIN payments y ON y.purchase_id = p.id WHERE y.id IS NULL"),
        Query(
            "lines with what is known of their article",
            Lines.LeftJoin(Articles, l => l.ArticleId, a => a.Id, (l, a) => new { l.PurchaseId, l.Number, Sku = a!.Sku, SupplierId = a!.SupplierId })
                .LeftJoin(Suppliers, r => r.SupplierId, s => s.Id, (r, s) => new { r.PurchaseId, r.Number, r.Sku, Supplier = s!.Name ?? "-" }),
            """
            SELECT l.purchase_id, l.number, a.sku, COALESCE(s.name, '-') FROM `lines` l LEFT JOIN articles a ON a.id = l.article_id LEFT JOIN suppliers s ON s.id = a.supplier_id
            """),
        Query(
            "those with the most credit of their country, ties too",
            Customers.Join(
                Customers.Aggregate(c => c.Country, g => new { Country = g.Key, Most = g.Max(c => c.Credit) }), c => new { c.Country, c.Credit }, m => new { m.Country, Credit = m.Most }, (c, m) => new { c.Id, m.Most }),
            "SELECT c.id, m.most FROM customers c JOIN (SELECT country, MAX(credit) AS most FROM customers GROUP BY country) m ON m.country = c.country AND m.most = c.credit"),
        Query(
            "credit that is left",
            Customers.LeftJoin(
                Purchases.Join(Lines, p => p.Id, l => l.PurchaseId, (p, l) => new { p.CustomerId, Due = l.Qty * l.Price }).Aggregate(r => r.CustomerId, g => new { CustomerId = g.Key, Due = g.Sum(r => r.Due) }),
                c => c.Id, o => o.CustomerId, (c, o) => new { c.Id, Remains = (c.Credit ?? 0m) - (o == null ? 0m : o.Due) }),
            """
            SELECT c.id, COALESCE(c.credit, 0) - COALESCE(o.due, 0) FROM customers c
            LEFT JOIN (SELECT p.customer_id, SUM(l.qty * l.price) AS due FROM purchases p JOIN `lines` l ON l.purchase_id = p.id GROUP BY p.customer_id) o ON o.customer_id = c.id
            """),
        Query(
            "identifiers in bytes and as text",
            Purchases.Join(Customers, p => p.Token, c => c.Uid, (p, c) => new { Purchase = p.Id, c.Id, Token = p.Token!.Value.ToString() }),
            "SELECT p.id, c.id, BIN_TO_UUID(p.token) FROM purchases p JOIN customers c ON c.uid = BIN_TO_UUID(p.token)"),
        Query(
            "share of each status",
            Purchases.Aggregate(p => p.Status, g => new { Status = g.Key, N = g.Count() })
                .Join(Purchases.Aggregate(g => new { Everything = g.Count() }), r => 1, t => 1, (r, t) => new { r.Status, Share = r.N * 100m / t.Everything }),
            "SELECT status, COUNT(*) * 100 / (SELECT COUNT(*) FROM purchases) FROM purchases GROUP BY status"),
    ];

    private ChangeStream<SoldLine> Sold => Lines.Join(Articles, l => l.ArticleId, a => a.Id, (l, a) => new { l, a })
        .Join(Purchases, x => x.l.PurchaseId, p => p.Id, (x, p) => new SoldLine(p.Status, x.a.Category, p.CustomerId, x.l.Number, x.a.Sku, p.Id, x.l.Qty * x.l.Price));

    private sealed record SoldLine(PurchaseStatus Status, Category? Category, int? CustomerId, short Number, string Sku, ulong PurchaseId, decimal Net);
}
