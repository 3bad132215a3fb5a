using System.Globalization;
using System.Text;

namespace CdcLake.Tests.Parquet.Variants;

/// <summary>Random JSON documents as MySQL prints them: fields by the length of their names and then their bytes, spaces behind commas and colons.</summary>
internal static class RandomDocuments
{
    private static readonly string[] Names = ["id", "name", "price", "tags", "", "ä", "a b", "a long name that is longer than others", "z", "Z", "a", "aa", "\"quoted\"", "line\nfeed", "😀"];
    private static readonly string[] Texts = ["", "text", "ünï😀", "\"\\\b\t\n\f\r\u0001\u001f/", new string('x', 63), new string('y', 64), new string('z', 300), "2026-01-31 00:00:00.000000"];

    public static string Next(Random random) => Append(random, random.Next(1, 5), new StringBuilder()).ToString();

    /// <summary>A document like most of a table: the same fields with values of the same types, now and then null or not there. In one of so many something is otherwise.</summary>
    public static string NextRecord(Random random, int others = int.MaxValue)
    {
        if (others < int.MaxValue && random.Next(others) == 0)
        {
            return Next(random);
        }

        var text = new StringBuilder("{");
        Field("a", () => text.Append(Integer(random) is { Length: < 19 } number ? number : "7"));
        Field("in", () => text.Append(CultureInfo.InvariantCulture, $"{{\"x\": {random.Next(300)}, \"to\": {{\"z\": \"{random.Next(50)}\"}}}}"));
        Field("ok", () => text.Append(random.Next(2) == 0 ? "true" : "false"));
        Field("sku", () => Quote(Texts[random.Next(Texts.Length)], text));
        Field("tags", () => Array(random, 1, text));
        Field("price", () => text.Append(CultureInfo.InvariantCulture, $"{random.Next(100_000)}.{random.Next(100):00}"));
        Field("ratio", () => text.Append(Exponent(random)));
        Field("rather", () => text.Append(CultureInfo.InvariantCulture, $"-{random.NextInt64()}.{random.NextInt64(1_000_000_000, 2_000_000_000)}"));
        return text.Append('}').ToString();

        void Field(string name, Action value)
        {
            if (random.Next(8) == 0)
            {
                return;
            }

            text.Append(text.Length == 1 ? "" : ", ").Append(CultureInfo.InvariantCulture, $"\"{name}\": ");
            if (random.Next(9) == 0)
            {
                text.Append("null");
            }
            else if (others < int.MaxValue && random.Next(others) == 0)
            {
                Append(random, 2, text);
            }
            else
            {
                value();
            }
        }
    }

    private static StringBuilder Append(Random random, int depth, StringBuilder text) => random.Next(depth > 0 ? 12 : 8) switch
    {
        0 => text.Append(random.Next(3) switch { 0 => "null", 1 => "true", _ => "false" }),
        1 or 2 => text.Append(Integer(random)),
        3 => text.Append(Fraction(random)),
        4 => text.Append(Exponent(random)),
        5 or 6 or 7 => Quote(random.Next(3) > 0 ? Texts[random.Next(Texts.Length)] : "t" + random.Next(1000).ToString(CultureInfo.InvariantCulture), text),
        8 or 9 or 10 => Object(random, depth, text),
        _ => Array(random, depth, text),
    };

    private static StringBuilder Object(Random random, int depth, StringBuilder text)
    {
        var count = random.Next(20) == 0 ? 300 : random.Next(7);
        var names = Enumerable.Range(0, count).Select(_ => count > 100 ? "n" + random.Next(5000).ToString(CultureInfo.InvariantCulture) : Names[random.Next(Names.Length)])
            .Distinct().OrderBy(Encoding.UTF8.GetByteCount).ThenBy(n => Convert.ToHexString(Encoding.UTF8.GetBytes(n)), StringComparer.Ordinal).ToList();
        text.Append('{');
        for (var i = 0; i < names.Count; i++)
        {
            Quote(names[i], text.Append(i == 0 ? "" : ", ")).Append(": ");
            Append(random, names.Count > 100 ? 0 : depth - 1, text);
        }

        return text.Append('}');
    }

    private static StringBuilder Array(Random random, int depth, StringBuilder text)
    {
        var count = random.Next(20) == 0 ? 400 : random.Next(5);
        text.Append('[');
        for (var i = 0; i < count; i++)
        {
            Append(random, count > 100 ? 0 : depth - 1, text.Append(i == 0 ? "" : ", "));
        }

        return text.Append(']');
    }

    private static string Integer(Random random)
    {
        var value = random.NextInt64() >> random.Next(64);
        return random.Next(10) switch
        {
            0 => "18446744073709551615",
            1 => "-9223372036854775808",
            2 => new string('9', 38),
            < 6 => (-value).ToString(CultureInfo.InvariantCulture),
            _ => value.ToString(CultureInfo.InvariantCulture),
        };
    }

    private static string Fraction(Random random)
    {
        var digits = random.Next(1, 38);
        var text = new StringBuilder(random.Next(2) == 0 ? "-" : "");
        var before = random.Next(0, digits);
        text.Append(before == 0 ? "0" : random.Next(1, 10).ToString(CultureInfo.InvariantCulture));
        for (var i = 1; i < before; i++)
        {
            text.Append((char)('0' + random.Next(10)));
        }

        text.Append('.');
        for (var i = before; i < digits - 1; i++)
        {
            text.Append((char)('0' + random.Next(10)));
        }

        return text.Append((char)('1' + random.Next(9))).ToString();
    }

    private static string Exponent(Random random) => random.Next(6) switch
    {
        0 => "-0.0",
        1 => "1e-16",
        2 => "5e-324",
        3 => "-1.7976931348623157e308",
        4 => "1.2345678901234568e18",
        _ => "1e15",
    };

    private static StringBuilder Quote(string value, StringBuilder text)
    {
        text.Append('"');
        foreach (var c in value)
        {
            _ = c switch
            {
                '"' or '\\' => text.Append('\\').Append(c),
                '\b' => text.Append("\\b"),
                '\t' => text.Append("\\t"),
                '\n' => text.Append("\\n"),
                '\f' => text.Append("\\f"),
                '\r' => text.Append("\\r"),
                < ' ' => text.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"),
                _ => text.Append(c),
            };
        }

        return text.Append('"');
    }
}
