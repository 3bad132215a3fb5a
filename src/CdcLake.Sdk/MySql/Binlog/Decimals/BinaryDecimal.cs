using System.Text;

namespace CdcLake.MySql.Binlog.Decimals;

/// <summary>Reads DECIMAL values, which the binary protocol sends as text with all declared fractional digits.</summary>
internal static class BinaryDecimal
{
    private const int MaxLongText = 20; // 18 digits, the point, and a zero before it
    private const int MaxText = 40; // 38 digits, likewise

    /// <summary>All digits as one integer, for columns of at most 18 digits.</summary>
    /// <exception cref="MySqlProtocolException">Not a number, or more digits than the column has.</exception>
    public static long ReadInt64(ReadOnlySpan<byte> text, int scale)
    {
        var digits = Split(text, scale, out var negative, out var point);
        long value = 0;
        for (var i = 0; i < digits.Length; i++)
        {
            if (i == point)
            {
                continue;
            }

            value = (value * 10) + Digit(text, digits[i]);
        }

        return digits.Length <= (scale == 0 ? MaxLongText - 2 : MaxLongText) ? (negative ? -value : value) : throw Wrong(text);
    }

    /// <summary>All digits as one integer, for columns of at most 38 digits.</summary>
    /// <exception cref="MySqlProtocolException">Not a number, or more digits than the column has.</exception>
    public static Int128 ReadInt128(ReadOnlySpan<byte> text, int scale)
    {
        var digits = Split(text, scale, out var negative, out var point);
        Int128 value = 0;
        for (var i = 0; i < digits.Length; i++)
        {
            if (i != point)
            {
                value = (value * 10) + Digit(text, digits[i]);
            }
        }

        return negative ? -value : value;
    }

    /// <summary>The text without the zeros that ZEROFILL puts in front.</summary>
    public static ReadOnlySpan<byte> Trim(ReadOnlySpan<byte> text)
    {
        while (text.Length > 1 && text[0] == '0' && text[1] != '.')
        {
            text = text[1..];
        }

        return text;
    }

    // The digits with the point among them; the point's index, or −1.
    private static ReadOnlySpan<byte> Split(ReadOnlySpan<byte> text, int scale, out bool negative, out int point)
    {
        negative = text.Length > 0 && text[0] == '-';
        var digits = Trim(negative ? text[1..] : text);
        point = scale == 0 ? -1 : digits.Length - scale - 1;
        if (digits.Length == 0 || digits.Length > (scale == 0 ? MaxText - 2 : MaxText) || (scale > 0 && (point < 0 || digits[point] != '.')))
        {
            throw Wrong(text);
        }

        return digits;
    }

    private static int Digit(ReadOnlySpan<byte> text, byte character)
    {
        var digit = character - '0';
        return (uint)digit <= 9 ? digit : throw Wrong(text);
    }

    private static MySqlProtocolException Wrong(ReadOnlySpan<byte> text) =>
        MySqlProtocolException.Malformed("Decimal value", 0, $"\"{Encoding.ASCII.GetString(text.Length > 80 ? text[..80] : text)}\" does not fit its column");
}
