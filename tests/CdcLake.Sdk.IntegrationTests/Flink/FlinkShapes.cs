using System.Linq.Expressions;
using System.Text.RegularExpressions;

#pragma warning disable CA1866 // what is translated here are the overloads over texts
namespace CdcLake.IntegrationTests.Flink;

/// <summary>Pipelines of every operator and of expressions of every kind.</summary>
internal static class FlinkShapes
{
    /// <summary>Those of the usual run.</summary>
    public static readonly string[] Usual = ["seed_sales", InRest, InJdbc];

    /// <summary>The one whose table Flink writes into a REST catalog.</summary>
    public const string InRest = "texts";

    /// <summary>The one whose table Flink writes into a JDBC catalog of PostgreSQL.</summary>
    public const string InJdbc = "one_group";

    public static IReadOnlyList<FlinkShape> All => [.. Rows, .. Expressions, .. KeyedShapes.All];

    private static readonly int[] Codes = [1, 2, 5, 7];
    private static readonly TimeZoneInfo Japan = TimeZoneInfo.FindSystemTimeZoneById("Asia/Tokyo");

    private static readonly FlinkShape[] Rows =
    [
        new("seed_users", (t, to, name) => Built(t.ProductRows.ToIceberg(to, t.Sink), t, name), "SELECT id, sku, name, price, active, kind, parent FROM products"),
        new("replica", (t, to, name) => Built(t.SalesRows.ToIceberg(to, t.Sink), t, name), "SELECT id, product_id, qty, price, discount, note, sale_ts, at, day, TIME_TO_SEC(took) * 1000000 + IF(LEFT(took, 1) = '-', -1, 1) * MICROSECOND(took) AS took, code, region FROM sales"),
        Shape("filter", t => t.Sales.Where(s => s.Qty > 3 && (s.Discount == null || s.Discount < 50) && !(s.Region == "east")).Select(s => new { s.Id, s.Qty }), r => r.Id,
            "SELECT id, qty FROM sales WHERE qty > 3 AND (discount IS NULL OR discount < 50) AND region <> 'east'"),
        Shape("membership", t => t.Sales.Where(s => Codes.Contains(s.Qty)).Select(s => new { s.Id, Odd = s.Qty % 2 != 0 }), r => r.Id, "SELECT id, qty % 2 <> 0 AS odd FROM sales WHERE qty IN (1, 2, 5, 7)"),
        Shape("union_all", t => t.Sales.Where(s => s.Region == "north").Select(s => new Tagged(s.Id, "n", s.Qty)).UnionAll(t.Sales.Where(s => s.Region != "north").Select(s => new Tagged(s.Id, "o", s.Qty))), r => r.Id,
            "SELECT id, IF(region = 'north', 'n', 'o') AS tag, qty AS value FROM sales"),
        Shape("union", t => t.Sales.Where(s => s.Note != null).Select(s => new { Text = s.Note ?? "" }).Union(t.Products.Select(p => new { Text = p.Name })), r => r.Text,
            "SELECT note AS text FROM sales WHERE note IS NOT NULL UNION SELECT name FROM products"),
        Shape("distinct", t => t.Sales.Select(s => new { s.Region, s.Qty }).Distinct(), r => new { r.Region, r.Qty }, "SELECT DISTINCT region, qty FROM sales"),
    ];

    private static readonly FlinkShape[] Expressions =
    [
        Shape("decimals", t => t.Sales.Select(s => new { s.Id, Product = s.Qty * s.Price, Sum = s.Price + s.Qty, Difference = s.Price - 0.125m, Quotient = s.Price / s.Qty, Third = s.Price / 3, Rest = s.Price % 7, Negative = -s.Price }), r => r.Id,
            "SELECT id, qty * price AS product, price + qty AS sum, price - 0.125 AS difference, price / NULLIF(qty, 0) AS quotient, price / 3 AS third, price % 7 AS rest, -price AS negative FROM sales"),
        Shape("integers", t => t.Sales.Select(s => new { s.Id, Half = s.Qty / 2, Rest = s.Qty % 4, By = 100 / s.Qty, Square = s.Qty * s.Qty, Code = s.Code + 1L, Big = (long)s.Qty * 3_000_000_000L }), r => r.Id,
            "SELECT id, qty DIV 2 AS half, qty % 4 AS rest, 100 DIV NULLIF(qty, 0) AS `by`, qty * qty AS square, code + 1 AS code, qty * 3000000000 AS big FROM sales"),
        Shape("doubles", t => t.Sales.Select(s => new { s.Id, Twice = s.Discount * 2, Plus = s.Discount + 0.5, Root = Math.Sqrt((double)s.Qty), Up = Math.Ceiling(s.Discount ?? 0), Down = Math.Floor(s.Discount ?? 0), Size = Math.Abs(s.Discount ?? 0), Sign = Math.Sign(s.Qty) }), r => r.Id,
            "SELECT id, discount * 2 AS twice, discount + 0.5 AS plus, IF(qty < 0, NULL, SQRT(qty)) AS root, CEIL(COALESCE(discount, 0)) AS up, FLOOR(COALESCE(discount, 0)) AS down, ABS(COALESCE(discount, 0)) AS size, SIGN(qty) AS sign FROM sales"),
        Shape("rounding", t => t.Sales.Select(s => new { s.Id, Away = Math.Round(s.Price, 1, MidpointRounding.AwayFromZero), Whole = Math.Truncate(s.Price), Floor = Math.Floor(-s.Price), Ceiling = Math.Ceiling(s.Price), Int = (int)s.Price }), r => r.Id,
            "SELECT id, ROUND(price, 1) AS away, TRUNCATE(price, 0) AS whole, FLOOR(-price) AS floor, CEIL(price) AS ceiling, CAST(TRUNCATE(price, 0) AS SIGNED) AS `int` FROM sales"),
        Shape("half_even", t => t.Sales.Select(s => new { s.Id, Even = Math.Round(s.Price, 1), Units = Math.Round(s.Price) }), r => r.Id,
            "SELECT id, IF(price * 100 % 10 = 5 AND FLOOR(price * 10) % 2 = 0, TRUNCATE(price, 1), ROUND(price, 1)) AS even, IF(price * 100 % 100 = 50 AND FLOOR(price) % 2 = 0, TRUNCATE(price, 0), ROUND(price, 0)) AS units FROM sales"),
        Shape("texts", t => t.Sales.Select(s => new { s.Id, Both = s.Region + "/" + s.Qty.ToString(), Upper = s.Region.ToUpper(), Length = s.Note!.Length, Part = s.Note.Substring(1, 3), Tail = s.Note.Substring(2), Other = s.Note.Replace("a", "ab"), Trimmed = s.Note.Trim(), Price = s.Price.ToString() }), r => r.Id,
            "SELECT id, CONCAT(region, '/', qty) AS `both`, UPPER(region) AS upper, CHAR_LENGTH(note) AS length, SUBSTRING(note, 2, 3) AS part, SUBSTRING(note, 3) AS tail, REPLACE(note, 'a', 'ab') AS other, REGEXP_REPLACE(note, '^[ \\\\t]+|[ \\\\t]+$', '') AS trimmed, CAST(price AS CHAR) AS price FROM sales"),
        Shape("searches", t => t.Sales.Select(s => new { s.Id, Starts = s.Note!.StartsWith("G"), Ends = s.Note.EndsWith("x"), Has = s.Note.Contains("ift"), Like = SqlFunctions.Like(s.Note, "%\\_sure%!"), At = s.Note.IndexOf("a"), Last = s.Note.LastIndexOf(","), Empty = string.IsNullOrEmpty(s.Note) }), r => r.Id,
            "SELECT id, note LIKE 'G%' AS starts, note LIKE '%x' AS ends, note LIKE '%ift%' AS has, note LIKE '%\\\\_sure%!' AS `like`, LOCATE('a', note) - 1 AS at, IF(LOCATE(',', note) = 0, -1, CHAR_LENGTH(note) - LOCATE(',', REVERSE(note))) AS last, note IS NULL OR note = '' AS `empty` FROM sales"),
        Shape("pieces", t => t.Sales.Select(s => new { s.Id, Left = s.Region.PadLeft(7, '*'), Right = s.Region.PadRight(3), First = s.Note!.Split(',', StringSplitOptions.None)[0], Third = s.Note.Split(',', StringSplitOptions.None)[2] }), r => r.Id,
            "SELECT id, IF(CHAR_LENGTH(region) >= 7, region, LPAD(region, 7, '*')) AS `left`, region AS `right`, SUBSTRING_INDEX(note, ',', 1) AS first, IF(CHAR_LENGTH(note) - CHAR_LENGTH(REPLACE(note, ',', '')) < 2, NULL, SUBSTRING_INDEX(SUBSTRING_INDEX(note, ',', 3), ',', -1)) AS third FROM sales"),
        Shape("patterns", t => t.Sales.Select(s => new { s.Id, Is = Regex.IsMatch(s.Note!, "^[a-z]+,"), Digits = Regex.IsMatch(s.Note!, @"\d+%"), Swapped = Regex.Replace(s.Note!, "[ab]", "-") }), r => r.Id,
            "SELECT id, REGEXP_LIKE(note, '^[a-z]+,') AS `is`, REGEXP_LIKE(note, '[0-9]+%') AS digits, REGEXP_REPLACE(note, '[ab]', '-') AS swapped FROM sales"),
        Shape("choices", t => t.Sales.Select(s => new { s.Id, Size = s.Qty > 10 ? "big" : s.Qty > 0 ? "small" : "none", Note = s.Note ?? "?", Cheap = Math.Min(s.Price, 100m), Value = s.Discount.HasValue ? s.Qty : -1, Order = string.CompareOrdinal(s.Region, "north") }), r => r.Id,
            "SELECT id, IF(qty > 10, 'big', IF(qty > 0, 'small', 'none')) AS size, COALESCE(note, '?') AS note, LEAST(price, 100) AS cheap, IF(discount IS NOT NULL, qty, -1) AS value, CASE WHEN region < 'north' THEN -1 WHEN region = 'north' THEN 0 ELSE 1 END AS `order` FROM sales"),
        Shape("date_parts", t => t.Sales.Select(s => new { s.Id, s.At.Year, s.At.Month, Md = s.At.Day, s.At.Hour, s.At.Minute, s.At.Second, Ms = s.At.Millisecond, s.At.DayOfYear, Weekday = (int)s.At.DayOfWeek, TsYear = s.SaleTs.Year, DayMonth = s.Day.Month, Date = s.At.Date, Ts = DateOnly.FromDateTime(s.SaleTs) }), r => r.Id,
            "SELECT id, YEAR(at) AS year, MONTH(at) AS month, DAY(at) AS md, HOUR(at) AS hour, MINUTE(at) AS minute, SECOND(at) AS second, MICROSECOND(at) DIV 1000 AS ms, DAYOFYEAR(at) AS day_of_year, DAYOFWEEK(at) - 1 AS weekday, YEAR(sale_ts) AS ts_year, MONTH(day) AS day_month, DATE(at) AS date, DATE(sale_ts) AS ts FROM sales"),
        Shape("date_moves", t => t.Sales.Select(s => new { s.Id, Tomorrow = s.At.AddDays(1), Later = s.At.AddHours(30), Months = s.At.AddMonths(s.Qty), Years = s.SaleTs.AddYears(1), Back = s.Day.AddDays(-400), Seconds = s.SaleTs.AddSeconds(s.Qty), First = new DateTime(s.At.Year, s.At.Month, 1) }), r => r.Id,
            "SELECT id, at + INTERVAL 1 DAY AS tomorrow, at + INTERVAL 30 HOUR AS later, at + INTERVAL qty MONTH AS months, sale_ts + INTERVAL 1 YEAR AS years, day - INTERVAL 400 DAY AS back, sale_ts + INTERVAL qty SECOND AS seconds, CAST(DATE_FORMAT(at, '%Y-%m-01') AS DATETIME) AS first FROM sales"),
        Shape("date_texts", t => t.Sales.Select(s => new { s.Id, Iso = s.At.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff"), Short = s.Day.ToString("yy/MM/dd") }), r => r.Id,
            "SELECT id, DATE_FORMAT(at, '%Y-%m-%dT%H:%i:%s.%f') AS iso, DATE_FORMAT(day, '%y/%m/%d') AS short FROM sales"),
        Shape("spans", t => t.Sales.Select(s => new { s.Id, Days = (s.SaleTs - s.SaleTs.AddDays(-3)).TotalDays, Hours = s.Took!.Value.Hours, Total = s.Took.Value.TotalMilliseconds, Gap = (s.At - s.At.AddSeconds(-90)).TotalSeconds }), r => r.Id,
            "SELECT id, 3 AS days, IF(LEFT(took, 1) = '-', -1, 1) * (HOUR(took) % 24) AS hours, (TIME_TO_SEC(took) * 1000000 + IF(LEFT(took, 1) = '-', -1, 1) * MICROSECOND(took)) / 1000.0 AS total, 90 AS gap FROM sales"),
        Shape("zones", t => t.Sales.Select(s => new { s.Id, Local = TimeZoneInfo.ConvertTimeFromUtc(s.SaleTs, Japan) }), r => r.Id, "SELECT id, sale_ts + INTERVAL 9 HOUR AS local FROM sales"),
        Shape("enums", t => t.Products.Where(p => p.Kind != Kind.Food).Select(p => new { p.Id, p.Kind, Number = (int)p.Kind, p.Active }), r => r.Id, "SELECT id, kind, kind - 1 AS number, active FROM products WHERE kind <> 'Food'"),
    ];

    /// <summary>A pipeline whose result has a key of its own.</summary>
    public static FlinkShape Shape<T, TKey>(string name, Func<ShopTables, ChangeStream<T>> stream, Expression<Func<T, TKey>> key, string sql) =>
        new(name, (tables, table, pipeline) => Built(stream(tables).ToIceberg(table, key, tables.Sink), tables, pipeline), sql);

    /// <summary>The pipeline of a stream.</summary>
    public static Pipeline Built<T>(ChangeStream<T> stream, ShopTables tables, string name) => stream.Build(name, o => o.CheckpointFolder = tables.Checkpoints);
}

internal sealed record Tagged(long Id, string Tag, int Value);
