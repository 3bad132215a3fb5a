using System.Globalization;
using System.Numerics;
using System.Text;
using CdcLake.MySql.Tables;

namespace CdcLake.IntegrationTests.MySql.PrintedLogs;

/// <summary>Values of a column type from all of its range, as MySQL's SQL writes them.</summary>
internal static class RandomLiterals
{
    private const string Letters = "aZ09 _%'\"\\\t\n\0äßéЖاא中日한😀𝄞\u0301";

    /// <summary>Null for types of which the samples are all.</summary>
    public static string? Of(string type, Random random)
    {
        var name = type.Split('(', ' ')[0];
        var sizes = type.Contains('(', StringComparison.Ordinal) && name is not ("ENUM" or "SET") ? [.. type.Split('(', ')')[1].Split(',').Select(s => int.Parse(s, CultureInfo.InvariantCulture))] : Array.Empty<int>();
        var isUnsigned = type.Contains("UNSIGNED", StringComparison.Ordinal) || type.Contains("ZEROFILL", StringComparison.Ordinal);
        return name switch
        {
            "TINYINT" => Integer(8, isUnsigned, random),
            "SMALLINT" => Integer(16, isUnsigned, random),
            "MEDIUMINT" => Integer(24, isUnsigned, random),
            "INT" => Integer(32, isUnsigned, random),
            "BIGINT" => Integer(64, isUnsigned, random),
            "DECIMAL" => Decimal(sizes[0], sizes[1], isUnsigned, random),
            "FLOAT" => Number((random.NextSingle() - (isUnsigned ? 0 : 0.5f)) * MathF.Pow(10, random.Next(-30, 30)), "E8"),
            "DOUBLE" => Number((random.NextDouble() - (isUnsigned ? 0 : 0.5)) * Math.Pow(10, random.Next(-300, 300)), "E17"),
            "DATE" => $"'{Day(random):yyyy-MM-dd}'",
            "DATETIME" => $"'{Moment(Day(random), random)}'",
            "TIMESTAMP" => $"'{Moment(DateTime.UnixEpoch.AddDays(random.Next(1, 24_000)), random)}'",
            "TIME" => string.Create(CultureInfo.InvariantCulture, $"'{(random.Next(2) == 0 ? "-" : "")}{random.Next(839):00}:{random.Next(60):00}:{random.Next(59):00}.{(sizes.Length > 0 ? random.Next(1_000_000) : 0):000000}'"),
            "YEAR" => random.Next(1901, 2156).ToString(CultureInfo.InvariantCulture),
            "BIT" => (random.NextInt64() & (sizes[0] >= 63 ? long.MaxValue : (1L << sizes[0]) - 1)).ToString(CultureInfo.InvariantCulture),
            "BINARY" or "VARBINARY" => Bytes(random.Next(sizes[0] + 1), random),
            "BLOB" or "LONGBLOB" or "MEDIUMBLOB" or "TINYBLOB" => Bytes(random.Next(200), random),
            "CHAR" or "VARCHAR" => Quoted(Text(random.Next(sizes[0] + 1), Repertoire(type), random)),
            "TEXT" or "TINYTEXT" or "MEDIUMTEXT" or "LONGTEXT" => Quoted(Text(random.Next(60), Repertoire(type), random)),
            _ => null,
        };
    }

    /// <summary>A document that its text tells wholly: without decimals and other values of SQL.</summary>
    public static string Document(Random random, int depth = 0) => random.Next(depth > 3 ? 6 : 9) switch
    {
        0 => "null",
        1 => random.Next(2) == 0 ? "true" : "false",
        2 => random.Next(-100_000, 100_000).ToString(CultureInfo.InvariantCulture),
        3 => random.NextInt64().ToString(CultureInfo.InvariantCulture),
        4 => (random.Next(-1000, 1000) / 8.0).ToString("0.0##", CultureInfo.InvariantCulture),
        5 => System.Text.Json.JsonSerializer.Serialize(Text(random.Next(30), Letters, random)),
        6 or 7 => $"{{{string.Join(", ", Enumerable.Range(0, random.Next(5)).Select(i => $"\"{(char)('a' + i)}\": {Document(random, depth + 1)}"))}}}",
        _ => $"[{string.Join(", ", Enumerable.Range(0, random.Next(5)).Select(_ => Document(random, depth + 1)))}]",
    };

    public static string Quoted(string text) =>
        MySqlTableName.Literal(text).Replace("\0", "\\0", StringComparison.Ordinal);

    private static string Integer(int bits, bool isUnsigned, Random random)
    {
        Span<byte> bytes = stackalloc byte[8];
        random.NextBytes(bytes);
        var magnitude = BitConverter.ToUInt64(bytes) >> (64 - bits);
        return (isUnsigned ? (Int128)magnitude : magnitude - (Int128.One << (bits - 1))).ToString(CultureInfo.InvariantCulture);
    }

    private static string Decimal(int precision, int scale, bool isUnsigned, Random random)
    {
        var digits = string.Concat(Enumerable.Range(0, random.Next(1, precision + 1)).Select(_ => (char)('0' + random.Next(10)))).PadLeft(scale + 1, '0');
        return $"{(isUnsigned || random.Next(2) == 0 ? "" : "-")}{digits[..^scale]}.{digits[^scale..]}";
    }

    private static string Number<T>(T value, string format)
        where T : INumber<T> => value.ToString(format, CultureInfo.InvariantCulture);

    private static DateTime Day(Random random) => new DateTime(1000, 1, 1).AddDays(random.Next(3_287_000));

    private static string Moment(DateTime day, Random random) => day.AddTicks(random.NextInt64(TimeSpan.TicksPerDay - (2 * TimeSpan.TicksPerSecond))).ToString("yyyy-MM-dd HH:mm:ss.ffffff", CultureInfo.InvariantCulture);

    private static string Bytes(int length, Random random)
    {
        var bytes = new byte[length];
        random.NextBytes(bytes);
        return $"X'{Convert.ToHexString(bytes)}'";
    }

    private static string Repertoire(string type) => type.Contains("CHARACTER SET latin1", StringComparison.Ordinal) ? "aZ' \\\näöü€ÿ" : type.Contains("ascii", StringComparison.Ordinal) ? "aZ' \\\n" : type.Contains("utf8mb3", StringComparison.Ordinal) ? "aŻ'ł中 " : Letters;

    private static string Text(int length, string letters, Random random)
    {
        var runes = letters.EnumerateRunes().ToArray();
        var text = new StringBuilder();
        for (var i = 0; i < length; i++)
        {
            text.Append(runes[random.Next(runes.Length)].ToString());
        }

        return text.ToString();
    }
}
