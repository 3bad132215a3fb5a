using System.Text;

namespace CdcLake.MySql.Tables;

// MySQL's latin1 is Windows code page 1252; its five unassigned bytes 81, 8D, 8F, 90, 9D are the control characters of the same number.
// Source: MySQL reference manual, "West European Character Sets".

/// <summary>Text in the character sets that can be read.</summary>
internal static class MySqlText
{
    private static ReadOnlySpan<ushort> Latin1High =>
    [
        0x20AC, 0x81, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0x8D, 0x017D, 0x8F,
        0x90, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0x9D, 0x017E, 0x0178,
    ];

    /// <summary>The text of a label; bytes of a character set that is not converted come out as U+FFFD where they are not ASCII.</summary>
    public static string Decode(ReadOnlySpan<byte> bytes, string charset)
    {
        if (MySqlCharsets.IsUtf8(charset))
        {
            return Encoding.UTF8.GetString(bytes);
        }

        var text = new StringBuilder(bytes.Length);
        foreach (var b in bytes)
        {
            text.Append(b < 0x80 ? (char)b : charset == MySqlCharsets.Latin1 ? Latin1ToUnicode(b) : '\uFFFD');
        }

        return text.ToString();
    }

    /// <summary>Bytes that <paramref name="latin1"/> takes as UTF-8.</summary>
    public static int Latin1ToUtf8Length(ReadOnlySpan<byte> latin1)
    {
        var length = latin1.Length;
        foreach (var b in latin1)
        {
            if (b >= 0x80)
            {
                length += Latin1ToUnicode(b) < 0x800 ? 1 : 2;
            }
        }

        return length;
    }

    /// <summary>Writes <paramref name="latin1"/> as UTF-8; <paramref name="utf8"/> has exactly the length of the result.</summary>
    public static void Latin1ToUtf8(ReadOnlySpan<byte> latin1, Span<byte> utf8)
    {
        var at = 0;
        foreach (var b in latin1)
        {
            int c = b < 0x80 ? b : Latin1ToUnicode(b);
            if (c < 0x80)
            {
                utf8[at++] = (byte)c;
            }
            else if (c < 0x800)
            {
                utf8[at++] = (byte)(0xC0 | (c >> 6));
                utf8[at++] = (byte)(0x80 | (c & 0x3F));
            }
            else
            {
                utf8[at++] = (byte)(0xE0 | (c >> 12));
                utf8[at++] = (byte)(0x80 | ((c >> 6) & 0x3F));
                utf8[at++] = (byte)(0x80 | (c & 0x3F));
            }
        }
    }

    private static char Latin1ToUnicode(byte b) => b is >= 0x80 and < 0xA0 ? (char)Latin1High[b - 0x80] : (char)b;
}
