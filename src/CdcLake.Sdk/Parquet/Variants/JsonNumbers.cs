using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Text.Json;
using CdcLake.Columnar;

namespace CdcLake.Parquet.Variants;

// whole numbers                                 int8 to int64, whichever holds it; else a decimal of scale 0
// numbers with a fraction, without exponent     a decimal with these digits, up to 38; -0.0 is a double
// numbers with an exponent                      double
// all others                                    text: more than 38 digits, as columns of such decimals are text; in MySQL only CAST(… AS DECIMAL) makes one
//
// That is what Spark's parse_json does but for the last line, where it takes a double. MySQL prints a double with an exponent only beyond 15 digits, and the fewest digits that give it again: so
// the decimal is that number exactly.

/// <summary>What numbers of JSON are in a variant: exactly the same number, or the text of one that no variant holds.</summary>
internal static class JsonNumbers
{
    private static readonly SearchValues<byte> Characters = SearchValues.Create("0123456789+-.eE"u8);

    /// <summary>Writes a number as JSON spells it.</summary>
    public static void Write(VariantWriter target, ReadOnlySpan<byte> number)
    {
        if (number.Length <= DataType.MaxLongPrecision && Utf8Parser.TryParse(number, out long small, out var used) && used == number.Length && (small != 0 || number[0] != '-'))
        {
            target.Append(small);
        }
        else if (TryDecimal(number, out var unscaled, out var scale))
        {
            if (scale == 0 && unscaled >= long.MinValue && unscaled <= long.MaxValue)
            {
                target.Append((long)unscaled);
            }
            else
            {
                target.Append(unscaled, scale);
            }
        }
        else if (TryDouble(number, out var value))
        {
            target.Append(value);
        }
        else
        {
            target.AppendText(number);
        }
    }

    /// <summary>True when a document has a number that becomes text.</summary>
    /// <param name="document">Valid JSON.</param>
    public static bool HasOneAsText(ReadOnlySpan<byte> document)
    {
        var json = new Utf8JsonReader(document, JsonVariants.Options);
        while (json.Read())
        {
            if (json.TokenType == JsonTokenType.Number && IsText(json.ValueSpan))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>True when a document that was read from a variant has a text which may have been a number; <paramref name="text"/> is the first.</summary>
    /// <param name="document">Valid JSON.</param>
    /// <param name="text">As JSON spells it, without quotes.</param>
    public static bool MayHaveHadOne(ReadOnlySpan<byte> document, out ReadOnlySpan<byte> text)
    {
        var json = new Utf8JsonReader(document, JsonVariants.Options);
        while (json.Read())
        {
            if (json.TokenType == JsonTokenType.String && !json.ValueIsEscaped && IsNumber(json.ValueSpan) && IsText(json.ValueSpan))
            {
                text = json.ValueSpan;
                return true;
            }
        }

        text = default;
        return false;
    }

    private static bool IsText(ReadOnlySpan<byte> number) => !TryDecimal(number, out _, out _) && !TryDouble(number, out _);

    private static bool IsNumber(ReadOnlySpan<byte> text)
    {
        if (text.IsEmpty || (text[0] != '-' && !char.IsAsciiDigit((char)text[0])) || text.IndexOfAnyExcept(Characters) >= 0)
        {
            return false;
        }

        try
        {
            var json = new Utf8JsonReader(text);
            return json.Read() && json.TokenType == JsonTokenType.Number && json.ValueSpan.Length == text.Length && !json.Read();
        }
        catch (JsonException)
        {
            return false; // 1.2.3
        }
    }

    /// <summary>False for numbers with an exponent or too many digits, and for -0.0, whose sign a decimal has not.</summary>
    private static bool TryDecimal(ReadOnlySpan<byte> number, out Int128 unscaled, out int scale)
    {
        (unscaled, scale) = (0, 0);
        var isFraction = false;
        foreach (var c in number)
        {
            if (char.IsAsciiDigit((char)c))
            {
                if (unscaled >= PowersOfTen.Of(DataType.MaxDecimalPrecision - 1))
                {
                    return false;
                }

                unscaled = (unscaled * 10) + (c - '0');
                scale += isFraction ? 1 : 0;
            }
            else if (c == '.')
            {
                isFraction = true;
            }
            else if (c != '-')
            {
                return false;
            }
        }

        unscaled = number[0] == '-' ? -unscaled : unscaled;
        return scale <= DataType.MaxDecimalPrecision && (unscaled != 0 || number[0] != '-');
    }

    /// <summary>Numbers with an exponent are doubles in MySQL; one with more digits than a decimal has must be that of a double.</summary>
    private static bool TryDouble(ReadOnlySpan<byte> number, out double value)
    {
        value = double.Parse(number, NumberStyles.Float, CultureInfo.InvariantCulture);
        var exponent = number.IndexOfAny((byte)'e', (byte)'E');
        var digits = exponent < 0 ? number : number[..exponent];
        if (!double.IsFinite(value) || (value == 0 && digits.IndexOfAnyInRange((byte)'1', (byte)'9') >= 0))
        {
            return false;
        }

        Span<byte> printed = stackalloc byte[DoubleText.MaxLength];
        return value == 0 || exponent >= 0 || printed[..DoubleText.Format(value, printed)].SequenceEqual(number);
    }
}
