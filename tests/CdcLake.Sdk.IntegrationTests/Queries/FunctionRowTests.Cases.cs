using System.Globalization;
using System.Text.RegularExpressions;

#pragma warning disable CA1847, CA1865, CA1866 // what is translated here are the overloads over texts

namespace CdcLake.IntegrationTests.Queries;

/// <content>The cases.</content>
public sealed partial class FunctionRowTests
{
    private const string Bytes = "COLLATE utf8mb4_bin";

    private static readonly TimeZoneInfo Berlin = TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin");

    private static Case[] Cases() => [.. Numbers(), .. Logic(), .. Texts(), .. Dates()];

    private static Case[] Numbers()
    {
        var limit = 5;
        return
        [
            Of("constants", v => v.N + limit, "n + 5"), Of("constants", v => v.T > new DateTime(2021, 1, 1), "t > '2021-01-01'"),
            Of("integer arithmetic", v => v.N + v.M, "n + m"), Of("integer arithmetic", v => v.N * v.M, "n * m"), Of("integer arithmetic", v => v.N / v.M, "n DIV m"), Of("integer arithmetic", v => v.N % v.M, "n % m"),
            Of("integer arithmetic", v => -v.N, "-n"), Of("integer arithmetic", v => v.N & v.M, "CAST(n & m AS SIGNED)"), Of("integer arithmetic", v => v.M | v.N, "CAST(m | n AS SIGNED)"),
            Of("integer arithmetic", v => v.N ^ v.M, "CAST(n ^ m AS SIGNED)"), Of("integer arithmetic", v => ~v.B, "CAST(~b AS SIGNED)"),
            Of("decimal arithmetic", v => v.X * v.Y, "x * y"), Of("decimal arithmetic", v => v.X - v.Y, "x - y"), Of("decimal arithmetic", v => v.X / 3, "x / 3"), Of("decimal arithmetic", v => v.Y / v.X, "y / x"),
            Of("decimal arithmetic", v => v.Y % 7m, "y % 7"), Of("decimal arithmetic", v => v.B * v.X, "b * x"),
            Of("floating point", v => (double)v.N!.Value * 0.1, "n * 1e-1"), Of("division by zero", v => v.N / (v.M - 5L), "n DIV (m - 5)"), Of("division by zero", v => v.X / (v.X - 2), "x / (x - 2)"),
            Of("conversion", v => (long)v.N!.Value, "n"), Of("conversion", v => (long)v.X!.Value, "TRUNCATE(x, 0)"), Of("conversion", v => (decimal)v.B!.Value / 7, "CAST(b AS DECIMAL(19)) / 7"),
            Of("rounding", v => Math.Round(v.X!.Value, 2, MidpointRounding.AwayFromZero), "ROUND(x, 2)"), Of("rounding", v => Math.Floor(v.X!.Value), "FLOOR(x)"), Of("rounding", v => Math.Ceiling(v.X!.Value), "CEILING(x)"),
            Of("rounding", v => Math.Truncate(v.Y!.Value), "TRUNCATE(y, 0)"), Of("rounding", v => Math.Abs(v.X!.Value), "ABS(x)"),
            Of("mathematics", v => Math.Sign(v.Y!.Value), "SIGN(y)"), Of("mathematics", v => Math.Sqrt((double)v.N!.Value) > 3, "SQRT(n) > 3"), Of("mathematics", v => Math.Log((double)v.N!.Value) > 1, "LN(n) > 1"),
            Of("texts of numbers", v => SqlFunctions.Format(v.Y, 1), "FORMAT(y, 1)"), Of("texts of numbers", v => SqlFunctions.Format(v.B, 0), "FORMAT(b, 0)"), Of("texts of numbers", v => SqlFunctions.Format(v.X, 7), "FORMAT(x, 7)"),
        ];
    }

    private static Case[] Logic()
    {
        int?[] few = [1, 12, null];
        var many = Enumerable.Range(0, 1200).ToHashSet();
        var texts = Enumerable.Range(0, 1200).Select(i => $"t{i}").Append("50% off").Append("").ToHashSet();
        var ids = new[] { Guid.Parse("00112233-4455-6677-8899-aabbccddeeff"), Guid.Empty };
        return
        [
            Of("comparison", v => v.N > v.M, "n > m"), Of("comparison", v => v.X <= v.N, "x <= n"), Of("comparison", v => string.Compare(v.S, v.P) < 0, "s < p"), Of("comparison", v => v.S!.Equals(v.P), "s = p"),
            Of("comparison", v => v.D < DateOnly.FromDateTime(v.T!.Value), "d < DATE(t)"), Of("comparison", v => v.N.Equals(v.M), "n = m"), Of("comparison", v => v.X!.Value.CompareTo(v.Y!.Value), "SIGN(x - y)"),
            Of("null tests", v => v.N == null, "n IS NULL"), Of("null tests", v => v.S != null, "s IS NOT NULL"), Of("null tests", v => v.T.HasValue, "t IS NOT NULL"),
            Of("null handling", v => v.N ?? v.Id, "COALESCE(n, id)"), Of("null handling", v => v.X.GetValueOrDefault(), "COALESCE(x, 0)"), Of("null handling", v => v.S ?? "none", "COALESCE(s, 'none')"),
            Of("logic", v => v.N > 0 && v.M > 0, "n > 0 AND m > 0"), Of("logic", v => !(v.N > 0) || v.Ok!.Value, "NOT (n > 0) OR ok <> 0"), Of("logic", v => v.Ok!.Value ^ v.N > 0, "(ok <> 0) <> (n > 0)"),
            Of("choice", v => v.N > v.M ? v.N : v.M, "IF(n > m, n, m)"), Of("choice", v => Math.Max(v.N!.Value, v.M!.Value), "GREATEST(n, m)"), Of("choice", v => Math.Min(v.X!.Value, v.Y!.Value), "LEAST(x, y)"),
            Of("membership", v => few.Contains(v.N), "n IN (1, 12) OR n IS NULL"), Of("membership", v => many.Contains(v.N!.Value), "n BETWEEN 0 AND 1199"), Of("membership", v => texts.Contains(v.S!), "s IN ('50% off', '')"),
            Of("membership", v => ids.Contains(v.Raw!.Value), "raw IN (0x00112233445566778899AABBCCDDEEFF, 0x00000000000000000000000000000000)"),
            Of("truth values", v => v.Ok, "ok <> 0"), Of("truth values", v => v.Ok!.Value ? "yes" : "no", "IF(ok, 'yes', 'no')"),
            Of("enums", v => v.Kind == Color.Green, "kind = 'Green'"), Of("enums", v => (int)v.Kind!.Value, "kind + 0"), Of("enums", v => $"{v.Kind}!", "CONCAT(kind, '!')"),
            Of("identifiers", v => v.Uid == v.Raw, "uid = BIN_TO_UUID(raw)"), Of("identifiers", v => v.Raw!.Value.ToString(), "BIN_TO_UUID(raw)"), Of("identifiers", v => v.Uid!.Value.ToString(), "LOWER(uid)"),
            Of("identifiers", v => v.Uid == Guid.Parse("ffeeddcc-bbaa-9988-7766-554433221100"), "uid = 'ffeeddcc-bbaa-9988-7766-554433221100'"), Of("identifiers", v => v.Raw != Guid.Empty, "raw <> 0x00000000000000000000000000000000"),
        ];
    }

    private static Case[] Texts() =>
    [
        Of("text building", v => v.S + "-" + v.N, "CONCAT(s, '-', n)"), Of("text building", v => $"{v.X}/{v.Y}", "CONCAT(x, '/', y)"), Of("text building", v => v.B.ToString(), "CAST(b AS CHAR)"),
        Of("text functions", v => v.S!.ToUpper(), "UPPER(s)"), Of("text functions", v => v.S!.ToLower(), "LOWER(s)"), Of("text functions", v => v.S!.Replace("a", "<>"), "REPLACE(s, 'a', '<>')"),
        Of("parts of text", v => v.S!.Substring(1), "SUBSTRING(s, 2)"), Of("parts of text", v => v.S!.Substring(2, 3), "SUBSTRING(s, 3, 3)"), Of("parts of text", v => v.S!.Length, "CHAR_LENGTH(s)"),
        Of("parts of text", v => v.S!.PadLeft(8, '№'), "IF(CHAR_LENGTH(s) >= 8, s, LPAD(s, 8, '№'))"), Of("parts of text", v => v.S!.PadRight(7, '-'), "IF(CHAR_LENGTH(s) >= 7, s, RPAD(s, 7, '-'))"),
        Of("parts of text", v => v.S!.Split(',', StringSplitOptions.None)[1], "IF(LOCATE(',', s) = 0, NULL, SUBSTRING_INDEX(SUBSTRING_INDEX(s, ',', 2), ',', -1))"),
        Of("search in text", v => v.S!.Contains("a"), "s LIKE '%a%'"), Of("search in text", v => v.S!.StartsWith("50"), "s LIKE '50%'"), Of("search in text", v => v.S!.IndexOf("b"), "LOCATE('b', s) - 1"),
        Of("search in text", v => v.S!.EndsWith("x", StringComparison.Ordinal), $"s LIKE '%x' {Bytes}"), Of("search in text", v => string.IsNullOrEmpty(v.S), "s IS NULL OR s = ''"),
        Of("patterns", v => SqlFunctions.Like(v.S, v.P!), "s LIKE p"), Of("patterns", v => Regex.IsMatch(v.S!, "^[a-z]+,"), "REGEXP_LIKE(s, '^[a-z]+,', 'c')"), Of("patterns", v => Regex.Replace(v.S!, "([a-z])([a-z])", "$2$1"), "REGEXP_REPLACE(s, '([a-z])([a-z])', '$2$1', 1, 0, 'c')"),
        Of("JSON", v => SqlFunctions.JsonValue(v.Json, "$"), "JSON_VALUE(json, '$' RETURNING CHAR(200))"), Of("JSON", v => SqlFunctions.JsonValue(v.Json, "$.a.\"b c\"[1]"), "JSON_VALUE(json, '$.a.\"b c\"[1]')"),
        Of("JSON", v => SqlFunctions.JsonValue(v.Json, "$.n"), "JSON_VALUE(json, '$.n')"), Of("JSON", v => SqlFunctions.JsonValue(v.Json, "$[1][1].a"), "JSON_VALUE(json, '$[1][1].a')"), Of("JSON", v => SqlFunctions.JsonValue(v.Json, "$.a"), "JSON_VALUE(json, '$.a')"),
        Of("JSON", v => SqlFunctions.JsonValue(v.Json, "$.a.\"b c\"[3]"), "JSON_VALUE(json, '$.a.\"b c\"[3]')"), Of("JSON", v => SqlFunctions.JsonValue(v.Json, "$[0][0]"), "JSON_VALUE(json, '$[0][0]')"), Of("JSON", v => SqlFunctions.JsonValue(v.Json, "$.b.c.d"), "JSON_VALUE(json, '$.b.c.d')"),
    ];

    private static Case[] Dates() =>
    [
        Of("date parts", v => v.T!.Value.Year, "YEAR(t)"), Of("date parts", v => v.T!.Value.DayOfYear, "DAYOFYEAR(t)"), Of("date parts", v => v.Z!.Value.Hour, "HOUR(z)"), Of("date parts", v => (int)v.D!.Value.DayOfWeek, "DAYOFWEEK(d) - 1"),
        Of("date parts", v => ISOWeek.GetWeekOfYear(v.T!.Value), "WEEK(t, 3)"), Of("date parts", v => ISOWeek.GetYear(v.T!.Value), "YEARWEEK(t, 3) DIV 100"), Of("date parts", v => v.T!.Value.Millisecond, "MICROSECOND(t) DIV 1000"),
        Of("date parts", v => DateTime.DaysInMonth(v.T!.Value.Year, v.T!.Value.Month), "DAY(LAST_DAY(t))"), Of("date parts", v => DateOnly.FromDateTime(v.T!.Value), "DATE(t)"), Of("date parts", v => v.T!.Value.Date, "DATE(t)"), Of("date parts", v => (v.T!.Value.Month + 2) / 3, "QUARTER(t)"),
        Of("moving dates", v => v.T!.Value.AddDays(-366), "t - INTERVAL 366 DAY"), Of("moving dates", v => v.D!.Value.AddMonths(1), "d + INTERVAL 1 MONTH"), Of("moving dates", v => v.U!.Value.AddYears(-1), "u - INTERVAL 1 YEAR"), Of("moving dates", v => v.T!.Value.AddMonths(v.M!.Value), "t + INTERVAL m MONTH"),
        Of("moving dates", v => v.U!.Value.AddSeconds(v.N!.Value), "u + INTERVAL n SECOND"), Of("moving dates", v => v.T!.Value.AddDays(v.N!.Value), "t + INTERVAL n DAY"),
        Of("spans", v => (v.T!.Value - v.U!.Value).Days, "TIMESTAMPDIFF(MICROSECOND, u, t) DIV 86400000000"), Of("spans", v => v.Span!.Value.Hours, "TIME_TO_SEC(span) DIV 3600 % 24"), Of("spans", v => v.Span!.Value.Seconds, "TIME_TO_SEC(span) % 60"), Of("spans", v => v.Span!.Value.Days, "TIME_TO_SEC(span) DIV 86400"),
        Of("building dates", v => new DateTime(v.T!.Value.Year, v.T!.Value.Month, 1), "CAST(DATE_FORMAT(t, '%Y-%m-01') AS DATETIME)"), Of("building dates", v => new DateOnly(2023, 2, v.N!.Value + 17), "IF(n + 17 BETWEEN 1 AND 28, DATE'2023-01-31' + INTERVAL n + 17 DAY, NULL)"),
        Of("text of dates", v => v.T!.Value.ToString("yyyy/MM/dd HH:mm:ss.ffffff 'x'"), "DATE_FORMAT(t, '%Y/%m/%d %H:%i:%s.%f x')"), Of("text of dates", v => v.T!.Value.ToString("dddd, d MMMM yyyy h:mm tt"), "DATE_FORMAT(t, '%W, %e %M %Y %l:%i %p')"),
        Of("text of dates", v => v.T!.Value.ToString("ddd d/M/yy H:mm 'at' hh"), "DATE_FORMAT(t, '%a %e/%c/%y %k:%i at %h')"), Of("text of dates", v => v.D!.Value.ToString("dd.MM.yy"), "DATE_FORMAT(d, '%d.%m.%y')"),
        Of("dates of text", v => DateTime.ParseExact(v.Dated!, "yyyy-MM-dd", null), "CAST(STR_TO_DATE(dated, '%Y-%m-%d') AS DATETIME)"), Of("dates of text", v => DateTime.ParseExact(v.Dated!, "yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture), "STR_TO_DATE(dated, '%Y-%m-%d %H:%i:%s')"),
        Of("dates of text", v => DateOnly.ParseExact(v.Dated!, "dd-MM-yyyy"), "STR_TO_DATE(dated, '%d-%m-%Y')"), Of("dates of text", v => DateTime.ParseExact(v.Dated!, "yy-MM-dd HH:mm", null), "STR_TO_DATE(dated, '%y-%m-%d %H:%i')"),
        Of("windows", v => SqlFunctions.WindowStart(v.T, TimeSpan.FromMinutes(15)), "TIMESTAMPADD(MICROSECOND, -MOD(MOD(TIMESTAMPDIFF(MICROSECOND, '1970-01-01', t), 900000000) + 900000000, 900000000), t)"),
        Of("windows", v => SqlFunctions.WindowStart(v.Z, TimeSpan.FromDays(7)), "TIMESTAMPADD(MICROSECOND, -MOD(TIMESTAMPDIFF(MICROSECOND, '1970-01-01', z), 604800000000), z)"),
        Of("time zones", v => TimeZoneInfo.ConvertTimeFromUtc(v.Z!.Value.UtcDateTime, Berlin), "z + INTERVAL CASE WHEN z BETWEEN '2024-03-31 01:00:00' AND '2024-10-27 00:59:59.999' THEN 2 ELSE 1 END HOUR"),
    ];
}
