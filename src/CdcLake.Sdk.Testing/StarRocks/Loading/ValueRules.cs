using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.Json;
using CdcLake.Testing.StarRocks.Model;

namespace CdcLake.Testing.StarRocks.Loading;

/// <summary>
/// What a backend makes of a value: first it is converted to the column's type, where a failure is NULL or, in strict mode, an error; then it is held against the column's length,
/// precision and nullability, where a failure is an error in any mode.
/// </summary>
internal static class ValueRules
{
    private const int ShownBytes = 100;

    /// <summary>Converts the text of a value.</summary>
    /// <returns>False when the type has no such value.</returns>
    public static bool TryConvert(TableColumn column, string text, out string? value)
    {
        value = column.Type switch
        {
            "BOOLEAN" => text.ToLowerInvariant() switch { "1" or "true" => "1", "0" or "false" => "0", _ => null },
            "TINYINT" => Whole(text, sbyte.MinValue, sbyte.MaxValue),
            "SMALLINT" => Whole(text, short.MinValue, short.MaxValue),
            "INT" => Whole(text, int.MinValue, int.MaxValue),
            "BIGINT" => Whole(text, long.MinValue, long.MaxValue),
            "LARGEINT" => Whole(text, (BigInteger)Int128.MinValue, (BigInteger)Int128.MaxValue),
            "FLOAT" => float.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var f) && float.IsFinite(f) ? f.ToString("R", CultureInfo.InvariantCulture) : null,
            "DOUBLE" => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var d) && double.IsFinite(d) ? d.ToString("R", CultureInfo.InvariantCulture) : null,
            "DECIMAL" => Decimal(text, column.Scale),
            "DATE" => DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _) ? text : null,
            "DATETIME" => Moment(text),
            "JSON" => Json(text),
            _ => text,
        };
        return value is not null;
    }

    /// <summary>Why the column cannot hold the value, in the server's words; null when it can.</summary>
    public static string? Objection(TableColumn column, string? value)
    {
        if (value is null)
        {
            return column.IsNullable ? null : $"NULL value in non-nullable column '{column.Name}'";
        }

        if (column.Type is "VARCHAR" or "CHAR" && Encoding.UTF8.GetByteCount(value) is var length && length > column.Length)
        {
            var shown = value.Length > ShownBytes ? value[..ShownBytes] + "..." : value;
            return $"String '{shown}'(length={length}) is too long. The max length of '{column.Name}' is {column.Length}";
        }

        if (column.Type == "VARBINARY" && column.Length > 0 && value.Length / 2 > column.Length)
        {
            return $"Binary value (length={value.Length / 2}) is too long. The max length of '{column.Name}' is {column.Length}";
        }

        return column.Type == "DECIMAL" && value.Count(char.IsAsciiDigit) - column.Scale > column.Length - column.Scale && value.TrimStart('-', '0').Split('.')[0].Length > column.Length - column.Scale
            ? $"Decimal '{value}' is out of range. The type of '{column.Name}' is DECIMAL({column.Length},{column.Scale})"
            : null;
    }

    private static string? Whole(string text, BigInteger least, BigInteger most) =>
        BigInteger.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) && value >= least && value <= most
            ? value.ToString(CultureInfo.InvariantCulture)
            : null;

    private static string? Decimal(string text, int scale)
    {
        var parts = text.TrimStart('-').Split('.');
        if (parts.Length > 2 || parts.Any(p => p.Length == 0 || !p.All(char.IsAsciiDigit)))
        {
            return null;
        }

        var fraction = parts.Length == 2 ? parts[1] : "";
        var digits = BigInteger.Parse(parts[0] + fraction.PadRight(scale, '0')[..scale], CultureInfo.InvariantCulture);
        digits += fraction.Length > scale && fraction[scale] >= '5' ? 1 : 0;
        var plain = digits.ToString(CultureInfo.InvariantCulture).PadLeft(scale + 1, '0');
        var sign = text.StartsWith('-') && digits != 0 ? "-" : "";
        return sign + (scale == 0 ? plain : $"{plain[..^scale]}.{plain[^scale..]}");
    }

    private static string? Moment(string text)
    {
        // With a T, and without seconds that are 0, as Java prints them: StarRocks' Flink connector sends such text.
        string[] formats = ["yyyy-MM-dd HH:mm:ss", "yyyy-MM-dd HH:mm:ss.FFFFFF", "yyyy-MM-dd", "yyyy-MM-dd'T'HH:mm", "yyyy-MM-dd'T'HH:mm:ss", "yyyy-MM-dd'T'HH:mm:ss.FFFFFF"];
        return DateTime.TryParseExact(text, formats, CultureInfo.InvariantCulture, DateTimeStyles.None, out var value)
            ? value.ToString(value.Ticks % TimeSpan.TicksPerSecond == 0 ? "yyyy-MM-dd HH:mm:ss" : "yyyy-MM-dd HH:mm:ss.ffffff", CultureInfo.InvariantCulture)
            : null;
    }

    private static string? Json(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            return document.RootElement.GetRawText();
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
