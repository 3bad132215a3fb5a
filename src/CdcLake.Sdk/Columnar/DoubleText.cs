using System.Globalization;

namespace CdcLake.Columnar;

// The fewest digits that give the number again. With P digits before the point (P is 0 or less for 0.1 and below): P from -14 to 15 as it is, ".0" behind integers;
// else d.ddde[-]x. Source: MySQL source, strings/dtoa.cc (my_gcvt) and sql-common/json_dom.cc (Json_wrapper::to_string).

/// <summary>Floating point numbers as MySQL prints them in JSON.</summary>
internal static class DoubleText
{
    /// <summary>Most bytes of a number.</summary>
    public const int MaxLength = 40;

    private const int MostBefore = 15;

    /// <returns>Bytes written.</returns>
    public static int Format(double value, Span<byte> target)
    {
        Span<byte> digits = stackalloc byte[MaxLength];
        var (count, point) = Shortest(Math.Abs(value), digits);
        digits = digits[..count];
        var length = 0;
        if (double.IsNegative(value))
        {
            target[length++] = (byte)'-';
        }

        return length + (point > MostBefore || point <= -MostBefore ? Scientific(digits, point, target[length..]) : Positional(digits, point, target[length..]));
    }

    /// <summary>The significant digits, without zeros at either end, and how many of them stand before the point.</summary>
    private static (int Count, int Point) Shortest(double value, Span<byte> digits)
    {
        Span<byte> text = stackalloc byte[MaxLength];
        value.TryFormat(text, out var length, "R", CultureInfo.InvariantCulture);
        text = text[..length];
        var exponent = 0;
        var e = text.IndexOf((byte)'E');
        if (e >= 0)
        {
            exponent = int.Parse(text[(e + 1)..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
            text = text[..e];
        }

        var point = text.IndexOf((byte)'.');
        var before = point < 0 ? text.Length : point;
        var count = 0;
        foreach (var c in text)
        {
            if (c == (byte)'0' && count == 0)
            {
                before--; // a leading zero, on either side of the point
            }
            else if (c != (byte)'.')
            {
                digits[count++] = c;
            }
        }

        count = digits[..count].LastIndexOfAnyExcept((byte)'0') + 1;
        return count == 0 ? (0, 1) : (count, before + exponent);
    }

    private static int Positional(ReadOnlySpan<byte> digits, int point, Span<byte> target)
    {
        if (point <= 0)
        {
            "0."u8.CopyTo(target);
            target.Slice(2, -point).Fill((byte)'0');
            digits.CopyTo(target[(2 - point)..]);
            return 2 - point + digits.Length;
        }

        var whole = Math.Min(point, digits.Length);
        digits[..whole].CopyTo(target);
        target[whole..point].Fill((byte)'0');
        target[point] = (byte)'.';
        if (whole == digits.Length)
        {
            target[point + 1] = (byte)'0';
            return point + 2;
        }

        digits[whole..].CopyTo(target[(point + 1)..]);
        return digits.Length + 1;
    }

    private static int Scientific(ReadOnlySpan<byte> digits, int point, Span<byte> target)
    {
        var length = 0;
        target[length++] = digits[0];
        if (digits.Length > 1)
        {
            target[length++] = (byte)'.';
            digits[1..].CopyTo(target[length..]);
            length += digits.Length - 1;
        }

        target[length++] = (byte)'e';
        (point - 1).TryFormat(target[length..], out var written, default, CultureInfo.InvariantCulture);
        return length + written;
    }
}
