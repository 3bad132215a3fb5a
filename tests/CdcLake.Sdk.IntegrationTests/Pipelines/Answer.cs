using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace CdcLake.IntegrationTests.Pipelines;

/// <summary>
/// A query's result as lines: values separated by tabs in MySQL's text form (times in UTC, NULL as "NULL"), ordered by the key column.
/// Every reader brings its rows into this form, so that results can be compared, hashed and shown.
/// </summary>
internal static class Answer
{
    public const string Query = """
        SELECT p.id AS product_id, p.sku AS product_sku, p.name AS product_name, SUM(s.qty) AS total_qty, SUM(s.qty * s.price) AS total_revenue,
               COUNT(*) AS sale_count, MAX(s.sale_ts) AS last_sale_ts
        FROM sales s JOIN products p ON s.product_id = p.id GROUP BY p.id, p.sku, p.name ORDER BY product_id
        """;

    /// <summary>As tests/lab/answers-per-gtid.sh computes it.</summary>
    public static string Hash(IEnumerable<string> lines) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', lines))))[..32];

    public static string Line(IEnumerable<string?> values) => string.Join('\t', values.Select(v => v ?? "NULL"));

    /// <summary>A time with or without zone and fraction, as TIMESTAMP(3) prints in time zone UTC.</summary>
    public static string Milliseconds(string time) =>
        DateTimeOffset.Parse(time, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal).UtcDateTime
            .ToString("yyyy-MM-dd HH:mm:ss.fff", CultureInfo.InvariantCulture);

    /// <summary>Null when equal, else the first lines that differ.</summary>
    public static string? Difference(IReadOnlyList<string> expected, IReadOnlyList<string> actual)
    {
        var missing = expected.Except(actual).Take(5).Select(l => "  MySQL: " + l);
        var extra = actual.Except(expected).Take(5).Select(l => "  table: " + l);
        return expected.SequenceEqual(actual, StringComparer.Ordinal)
            ? null
            : string.Create(CultureInfo.InvariantCulture, $"{expected.Count} rows in MySQL, {actual.Count} in the table\n{string.Join('\n', [.. missing, .. extra])}");
    }
}
