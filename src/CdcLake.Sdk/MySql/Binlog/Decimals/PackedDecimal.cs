namespace CdcLake.MySql.Binlog.Decimals;

/// <summary>Decodes packed DECIMAL values of any size; see <see cref="DecimalLayout"/> for the bytes.</summary>
internal static class PackedDecimal
{
    /// <summary>Most digits: a column has at most 65, but a value in a JSON document counts whole groups.</summary>
    public const int MaxDigits = 81;

    /// <summary>Most characters of the text: sign, digits, "0." before a pure fraction.</summary>
    public const int MaxTextLength = MaxDigits + 3;

    private const int MaxSize = 40;

    /// <summary>The unscaled value; at most 38 digits. Groups with more digits than they may have give a value beyond the precision.</summary>
    public static Int128 ReadUnscaled(ReadOnlySpan<byte> packed, DecimalLayout layout)
    {
        Span<byte> bytes = stackalloc byte[MaxSize];
        var negative = Unpack(packed, bytes);
        var at = 0;
        Int128 value = ReadGroup(bytes, ref at, layout.LeadBytes);
        for (var i = 0; i < layout.IntegerGroups + layout.FractionGroups; i++)
        {
            value = unchecked((value * DecimalLayout.PowerOfTen(DecimalLayout.GroupDigits)) + ReadGroup(bytes, ref at, DecimalLayout.GroupBytes));
        }

        if (layout.TailDigits > 0)
        {
            value = unchecked((value * DecimalLayout.PowerOfTen(layout.TailDigits)) + ReadGroup(bytes, ref at, layout.TailBytes));
        }

        return negative ? -value : value;
    }

    /// <summary>The text MySQL prints: no leading zeros but one before the point, all fractional digits. Returns its length.</summary>
    public static int Format(ReadOnlySpan<byte> packed, DecimalLayout layout, Span<byte> text)
    {
        Span<byte> bytes = stackalloc byte[MaxSize];
        var negative = Unpack(packed, bytes);
        var (at, length) = (0, 0);
        if (negative)
        {
            text[length++] = (byte)'-';
        }

        var firstDigit = length;
        AppendGroup(bytes, ref at, layout.LeadBytes, layout.LeadDigits, text, ref length);
        for (var i = 0; i < layout.IntegerGroups; i++)
        {
            AppendGroup(bytes, ref at, DecimalLayout.GroupBytes, DecimalLayout.GroupDigits, text, ref length);
        }

        length = TrimLeadingZeros(text, firstDigit, length);
        if (layout.FractionBytes > 0)
        {
            text[length++] = (byte)'.';
        }

        for (var i = 0; i < layout.FractionGroups; i++)
        {
            AppendGroup(bytes, ref at, DecimalLayout.GroupBytes, DecimalLayout.GroupDigits, text, ref length);
        }

        AppendGroup(bytes, ref at, layout.TailBytes, layout.TailDigits, text, ref length);
        return length;
    }

    /// <summary>Undoes sign bit and complement; true when the number is negative.</summary>
    private static bool Unpack(ReadOnlySpan<byte> packed, Span<byte> bytes)
    {
        var negative = (packed[0] & 0x80) == 0;
        var mask = negative ? (byte)0xFF : (byte)0;
        for (var i = 0; i < packed.Length; i++)
        {
            bytes[i] = (byte)(packed[i] ^ mask);
        }

        bytes[0] ^= 0x80;
        return negative;
    }

    private static uint ReadGroup(ReadOnlySpan<byte> bytes, ref int at, int size)
    {
        uint value = 0;
        for (var i = 0; i < size; i++)
        {
            value = (value << 8) | bytes[at++];
        }

        return value;
    }

    private static void AppendGroup(ReadOnlySpan<byte> bytes, ref int at, int size, int digits, Span<byte> text, ref int length)
    {
        var value = ReadGroup(bytes, ref at, size);
        for (var i = digits - 1; i >= 0; i--)
        {
            text[length + i] = (byte)('0' + (value % 10));
            value /= 10;
        }

        length += digits;
    }

    private static int TrimLeadingZeros(Span<byte> text, int first, int length)
    {
        var digits = text[first..length];
        var zeros = digits.IndexOfAnyExcept((byte)'0');
        zeros = zeros < 0 ? digits.Length : zeros;
        digits[zeros..].CopyTo(digits);
        length -= zeros;
        if (length == first)
        {
            text[length++] = (byte)'0';
        }

        return length;
    }
}
