using System.Globalization;

namespace CdcLake.IntegrationTests.Queries;

/// <summary>Values at the edges of their types, in both languages.</summary>
internal static class RandomValues
{
    /// <summary>Of these, texts of one letter in several spellings are equal by some collations and not by others. All are in latin1 too.</summary>
    private static readonly string[] Texts = ["", " ", "a", "A", "a ", "á", "Á", "ab", "AB", "Ab ", "ß", "ss", "SS", "b", "é", "e", "z", "Z", "_", "%", "a_b", "100%", "\\", "b'a", "aa ba", "ö", "oe"];

    private static readonly string[] Moments =
    [
        "1000-01-01 00:00:00.000000", "1969-12-31 23:59:59.999999", "1970-01-01 00:00:00.000000", "2023-12-31 00:00:00.000001", "2024-02-29 23:59:59.999999", "2024-02-29 00:00:00.000000",
        "2024-01-31 12:30:45.500000", "2024-03-31 12:30:45.123456", "9999-12-31 23:59:59.999999",
    ];

    private static readonly long[] Integers = [0, 1, -1, 2, 3, 7, -7, 10, 100, -100];

    private static readonly double[] Doubles = [0, -0.0, 0.25, -0.25, 1.5, -1.5, 3, 7.75, 1000, -1000];

    private static readonly double[] WildDoubles = [0, -0.0, 0.1, -0.1, 1e308, -1e308, 5e-324, 1.7976931348623157e308, 1.0 / 3, 123456789.123];

    private static readonly decimal[] Decimals = [0, 0.01m, -0.01m, 0.05m, 1, -1, 1.5m, 2.55m, 7, -9.99m];

    public static (object Clr, string Sql) Of(SqlType type, Random random) => type.Kind switch
    {
        SqlKind.Integer => Integer(type, random),
        SqlKind.Unsigned => Unsigned(random),
        SqlKind.Decimal => Decimal(type, random),
        SqlKind.Double => Double(double.IsFinite(type.Bound) ? Doubles : WildDoubles, random),
        SqlKind.Text when type.Collation == SqlType.Ascii => Text(["0", "-1", "2024-02-29", "7"], random),
        SqlKind.Text => Text(Texts, random),
        SqlKind.DateTime => Moment(random),
        SqlKind.Date => Day(random),
        SqlKind.Enum => Member(random),
        _ => (random.Next(2) == 0, random.Next(3).ToString(CultureInfo.InvariantCulture)),
    };

    public static string Quoted(string text) => $"'{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "''", StringComparison.Ordinal)}'";

    private static (object, string) Integer(SqlType type, Random random)
    {
        var isSmall = type.Bound < int.MaxValue || random.Next(4) > 0;
        var (min, max) = type.Clr == typeof(int) ? (int.MinValue, int.MaxValue) : (long.MinValue, long.MaxValue);
        var value = isSmall ? Integers[random.Next(Integers.Length)] : random.Next(2) == 0 ? min : max;
        return (type.Clr == typeof(int) ? (object)(int)value : value, value.ToString(CultureInfo.InvariantCulture));
    }

    private static (object, string) Unsigned(Random random)
    {
        var value = random.Next(3) == 0 ? ulong.MaxValue - (ulong)random.Next(2) : (ulong)random.Next(4);
        return (value, value.ToString(CultureInfo.InvariantCulture));
    }

    private static (object, string) Decimal(SqlType type, Random random)
    {
        var nines = (decimal)Math.Pow(10, Math.Min(type.Digits, 12)) - 1;
        var value = random.Next(5) == 0 && type.Digits > 3 ? (random.Next(2) == 0 ? nines : -nines) : Decimals[random.Next(Decimals.Length)];
        return (value, value.ToString(CultureInfo.InvariantCulture));
    }

    private static (object, string) Double(double[] values, Random random)
    {
        var value = values[random.Next(values.Length)];
        return (value, value.ToString("E16", CultureInfo.InvariantCulture));
    }

    private static (object, string) Text(string[] texts, Random random)
    {
        var value = texts[random.Next(texts.Length)];
        return (value, Quoted(value));
    }

    private static (object, string) Moment(Random random)
    {
        var text = Moments[random.Next(Moments.Length)];
        return (DateTime.Parse(text, CultureInfo.InvariantCulture), $"TIMESTAMP'{text}'");
    }

    private static (object, string) Day(Random random)
    {
        var text = Moments[random.Next(Moments.Length)][..10];
        return (DateOnly.Parse(text, CultureInfo.InvariantCulture), $"DATE'{text}'");
    }

    private static (object, string) Member(Random random)
    {
        var member = (Color)random.Next(1, 4);
        return (member, $"'{member}'");
    }
}
