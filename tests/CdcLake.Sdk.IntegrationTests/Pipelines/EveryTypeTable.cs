using System.Globalization;
using System.Text.Json;

namespace CdcLake.IntegrationTests.Pipelines;

/// <summary>
/// A table with a column of each captured MySQL type: its definition, random values with the edges of each type, and one text form for a value, whether MySQL or
/// a reader of the lake gave it.
/// </summary>
internal static class EveryTypeTable
{
    private static readonly string[] Texts = ["", " ", "a", "zażółć gęślą", "日本語 ☕ 👩‍👩‍👧", "tab\there", "line\nfeed", "back\\slash 'quoted' \"twice\"", "trailing  ", new string('x', 900)];

    private const string Ewkb =
        "LOWER(IF(ST_SRID(g) = 0, SUBSTR(HEX(g), 9), CONCAT('01', SUBSTR(HEX(g), 11, 6), '20', SUBSTR(HEX(g), 1, 8), SUBSTR(HEX(g), 19))))";

    private static readonly ColumnOfType[] Columns =
    [
        new("i8", "TINYINT", r => Pick(r, "-128", "127", Between(r, -128, 127))),
        new("u8", "TINYINT UNSIGNED", r => Pick(r, "0", "255", Between(r, 0, 255))),
        new("flag", "TINYINT(1) NOT NULL DEFAULT 0", r => Between(r, 0, 1)),
        new("i16", "SMALLINT", r => Pick(r, "-32768", "32767", Between(r, -32768, 32767))),
        new("u16", "SMALLINT UNSIGNED", r => Pick(r, "0", "65535", Between(r, 0, 65535))),
        new("i24", "MEDIUMINT", r => Pick(r, "-8388608", "8388607", Between(r, -8388608, 8388607))),
        new("u24", "MEDIUMINT UNSIGNED", r => Pick(r, "0", "16777215", Between(r, 0, 16777215))),
        new("i32", "INT", r => Pick(r, "-2147483648", "2147483647", Between(r, int.MinValue, int.MaxValue))),
        new("u32", "INT UNSIGNED NOT NULL", r => Pick(r, "0", "4294967295", Between(r, 0, uint.MaxValue))),
        new("i64", "BIGINT", r => Pick(r, "-9223372036854775808", "9223372036854775807", Between(r, long.MinValue, long.MaxValue))),
        new("u64", "BIGINT UNSIGNED", r => Pick(r, "0", "18446744073709551615", Between(r, 0, long.MaxValue))),
        new("d9", "DECIMAL(9,4)", r => Pick(r, "-99999.9999", "99999.9999", "0.0001", $"{Between(r, -99999, 99999)}.{Between(r, 0, 9999)}")),
        new("d38", "DECIMAL(38,10)", r => Pick(r, "-9999999999999999999999999999.9999999999", "0", $"{Between(r, long.MinValue, long.MaxValue)}.{Between(r, 0, 999999)}")),
        new("d65", "DECIMAL(65,30)", r => Pick(r, "-99999999999999999999999999999999999.999999999999999999999999999999", "1", $"{Between(r, long.MinValue, long.MaxValue)}.5")),
        new("f32", "FLOAT", r => Pick(r, "0.1", "-3.402823e38", "1.17549e-38", Number(r)), Sql: "CAST(f32 AS DOUBLE)", Form: Double),
        new("f64", "DOUBLE NOT NULL", r => Pick(r, "0.1", "-1.7976931348623157e308", "2.2250738585072014e-308", Number(r)), Form: Double),
        new("c", "CHAR(12)", r => Quote(r.GetItems(["", "a", "żółw", "☕☕"], 1)[0])),
        new("v", "VARCHAR(1000) NOT NULL", r => Quote(r.GetItems(Texts, 1)[0])),
        new("latin", "VARCHAR(40) CHARACTER SET latin1", r => Quote(r.GetItems(["", "café", "naïve ß €"], 1)[0])),
        new("t", "MEDIUMTEXT", r => Quote(string.Concat(Enumerable.Repeat(r.GetItems(Texts, 1)[0], r.Next(1, 30))))),
        new("b", "BINARY(6)", Bytes, Sql: "LOWER(HEX(b))"),
        new("vb", "VARBINARY(40)", Bytes, Sql: "LOWER(HEX(vb))"),
        new("bl", "LONGBLOB", Bytes, Sql: "LOWER(HEX(bl))"),
        new("d", "DATE", r => Pick(r, "'1000-01-01'", "'9999-12-31'", "'1969-12-31'", $"'{Date(r)}'")),
        new("tm", "TIME(3)", r => Pick(r, "'-838:59:59.000'", "'838:59:59'", "'-00:00:00.5'", $"'{r.Next(24)}:{r.Next(60)}:{r.Next(60)}.{r.Next(999)}'"),
            Sql: "TIME_TO_SEC(tm) * 1000000 + IF(LEFT(tm, 1) = '-', -1, 1) * MICROSECOND(tm)"),
        new("dt", "DATETIME(6) NOT NULL", r => Pick(r, "'1000-01-01'", "'9999-12-31 23:59:59.999999'", "'1969-12-31 23:59:59.999999'", $"'{Date(r)} {Clock(r)}'"), Form: Time),
        new("ts", "TIMESTAMP(6) NULL", r => Pick(r, "'1970-01-01 00:00:01'", "'2038-01-19 03:14:07.499999'", $"'{Date(r)} {Clock(r)}'"), Form: Time),
        new("ts0", "TIMESTAMP NULL", r => $"'{Date(r)} {Clock(r)}'", Form: Time),
        new("y", "YEAR", r => Pick(r, "1901", "2155", "0", "2026"), Sql: "y + 0"),
        new("e", "ENUM('new','sent','späť','it''s, quoted')", r => Between(r, 1, 4)),
        new("s", "SET('fragile','cold','gift')", r => Between(r, 0, 7)),
        new("b1", "BIT(1)", r => Between(r, 0, 1), Sql: "CASE b1 WHEN 1 THEN 'true' WHEN 0 THEN 'false' END"),
        new("b33", "BIT(33)", r => Between(r, 0, 0x1FFFFFFFF), Sql: "b33 + 0"),
        new("cn", "VARCHAR(40) CHARACTER SET gbk", r => Quote(r.GetItems(["", "中文 abc", "誤\\"], 1)[0])),
        new("tu", "TEXT CHARACTER SET utf16", r => Quote(r.GetItems(Texts, 1)[0])),
        new("j", "JSON", r => Pick(r, "'{\"a\": [1, 2.5, null, \"ü\"], \"b\": {}}'", "'[]'", $"JSON_ARRAY({Number(r)}, NOW(6), CAST(1.50 AS DECIMAL(5,2)))")),
        new("g", "GEOMETRY", r => Pick(r, $"ST_GeomFromText('POINT({Between(r, -9, 9)} 2)', 4326)", "ST_GeomFromText('LINESTRING(0 0,1 2)')"), Sql: Ewkb),
        new("ve", "VECTOR(3)", r => $"TO_VECTOR('[{Number(r)},0,-1]')", Sql: "LOWER(HEX(ve))"),
        new("b64", "BIT(64)", r => Pick(r, "18446744073709551615", Between(r, 0, long.MaxValue)), Sql: "b64 + 0"),
    ];

    public static string Create => $"CREATE TABLE t (shop SMALLINT NOT NULL, {string.Join(", ", Columns.Select(c => $"{c.Name} {c.Definition}"))}, code VARCHAR(20) NOT NULL, PRIMARY KEY (shop, code))";

    /// <summary>Columns in the order of <see cref="Query"/>.</summary>
    public static IReadOnlyList<string> Names => [.. Columns.Select(c => c.Name).Prepend("shop").Append("code")];

    /// <summary>All rows in the one text form, by key.</summary>
    public static string Query => $"SELECT shop, {string.Join(", ", Columns.Select(c => c.Sql ?? c.Name))}, code FROM t ORDER BY shop, BINARY code";

    public static string Insert(Random random, int shop, int code) =>
        $"REPLACE INTO t (shop, code, {string.Join(", ", Columns.Select(c => c.Name))}) VALUES ({shop}, '{Code(code)}', {string.Join(", ", Columns.Select(c => Value(random, c)))})";

    /// <summary>Assignments to a few columns.</summary>
    public static string Assign(Random random) =>
        string.Join(", ", random.GetItems(Columns, random.Next(1, 5)).DistinctBy(c => c.Name).Select(c => $"{c.Name} = {Value(random, c)}"));

    public static string Code(int code) => $"ü-{code}";

    /// <summary>A row of <see cref="Query"/> as a line.</summary>
    public static string Line(string?[] row) => Answer.Line(row.Select((v, i) => Normal(i, v)));

    /// <summary>A row as Iceberg Java prints it.</summary>
    public static string Line(JsonElement row) => Line(Values(row, []));

    /// <summary>The values of such a row in the order of <see cref="Query"/>; null for columns that the table does not have.</summary>
    public static string?[] Values(JsonElement row, IReadOnlyList<string> without) => [.. Names.Select(n => without.Contains(n) ? null : Text(row.GetProperty(n)))];

    private static string? Normal(int column, string? text) => (column > 0 && column <= Columns.Length && text is not null ? Columns[column - 1].Form?.Invoke(text) ?? text : text)
        ?.Replace("\t", "\\t", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);

    private static string? Text(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null => null,
        JsonValueKind.String => value.GetString(),
        _ => value.GetRawText(),
    };

    private static string Value(Random random, ColumnOfType column) =>
        random.Next(6) == 0 && !column.Definition.Contains("NOT NULL", StringComparison.Ordinal) ? "NULL" : column.Literal(random);

    private static string Pick(Random random, params string[] of) => random.GetItems(of, 1)[0];

    private static string Between(Random random, long low, long high) =>
        (high == long.MaxValue ? random.NextInt64(low, high) : random.NextInt64(low, high + 1)).ToString(CultureInfo.InvariantCulture);

    private static string Number(Random random) => ((random.NextDouble() - 0.5) * Math.Pow(10, random.Next(-20, 20))).ToString("E6", CultureInfo.InvariantCulture);

    private static string Bytes(Random random)
    {
        var bytes = new byte[random.Next(1, 7)];
        random.NextBytes(bytes);
        return $"x'{Convert.ToHexString(bytes)}'";
    }

    private static string Date(Random random) => $"20{random.Next(10, 37)}-{random.Next(1, 13):00}-{random.Next(1, 29):00}";

    private static string Clock(Random random) => $"{random.Next(24)}:{random.Next(60):00}:{random.Next(60):00}.{random.Next(1_000_000):000000}";

    private static string Quote(string text) => $"'{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "''", StringComparison.Ordinal)}'";

    private static string Double(string text) => double.Parse(text, CultureInfo.InvariantCulture).ToString("R", CultureInfo.InvariantCulture);

    private static string Time(string text) =>
        DateTimeOffset.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal).UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss.ffffff", CultureInfo.InvariantCulture);
}

/// <summary>One column: how it is defined, a random literal for it, and its one text form.</summary>
/// <param name="Name">Column name.</param>
/// <param name="Definition">Type, charset and nullability in MySQL's words.</param>
/// <param name="Literal">Makes a literal, sometimes an extreme one.</param>
/// <param name="Sql">Expression that gives the text in MySQL; null for the column itself.</param>
/// <param name="Form">Brings the text of either side into the common form; null when it is that already.</param>
internal sealed record ColumnOfType(string Name, string Definition, Func<Random, string> Literal, string? Sql = null, Func<string, string>? Form = null);
