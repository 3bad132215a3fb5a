using System.Buffers.Text;
using System.Globalization;
using System.Text.Json;
using CdcLake.Columnar;
using CdcLake.Common;

namespace CdcLake.Parquet.Variants;

// JSON                                          variant
//
// null, true, false, texts, objects, arrays     the same
// whole numbers                                 int8 to int64, whichever holds it; else a decimal of scale 0
// numbers with a fraction, without exponent     a decimal with these digits, up to 38; -0.0 is a double
// numbers with an exponent                      double
//
// That is what Spark's parse_json does. MySQL prints a double with an exponent only beyond 15 digits, and the fewest digits that give it again: so the decimal is that number exactly.

/// <summary>
/// Makes variants of JSON documents as MySQL prints them: metadata with the document's names, sorted, and its value, whose fields lie in the order of the document. The same text gives the
/// same bytes. Allocates nothing once its buffers have the size of the largest document. Not thread-safe.
/// </summary>
/// <param name="column">For errors.</param>
internal sealed class JsonVariants(string column) : IDisposable
{
    private static readonly JsonReaderOptions Options = new() { MaxDepth = VariantValue.MaxDepth };

    private readonly NameTable _names = new();
    private readonly VariantWriter _value = new();
    private byte[] _unescaped = [];
    private bool _isSealed;

    /// <summary>Metadata of the document; valid until the next one.</summary>
    public ReadOnlySpan<byte> Metadata => _names.Metadata;

    /// <summary>Value of the document; valid until the next one.</summary>
    public ReadOnlySpan<byte> Value => _value.Written;

    /// <summary>Takes a document.</summary>
    /// <exception cref="UnsupportedTypeException">It is no JSON, or has a number that no variant holds exactly.</exception>
    public void Encode(ReadOnlySpan<byte> text)
    {
        try
        {
            if (_isSealed && TryWrite(text) && _names.AreAllUsed)
            {
                return;
            }

            TakeNames(text);
            TryWrite(text);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException) // the second: half of a surrogate pair
        {
            throw Refused(text, "it is no JSON: " + e.Message, e);
        }
    }

    public void Dispose()
    {
        _names.Dispose();
        _value.Dispose();
        Pooled.Return(ref _unescaped);
    }

    private void TakeNames(ReadOnlySpan<byte> text)
    {
        _names.Clear();
        var json = new Utf8JsonReader(text, Options);
        while (json.Read())
        {
            if (json.TokenType == JsonTokenType.PropertyName)
            {
                _names.Add(TextOf(ref json));
            }
        }

        _names.Seal();
        _isSealed = true;
    }

    /// <summary>False when the document has a name that the table has not.</summary>
    private bool TryWrite(ReadOnlySpan<byte> text)
    {
        _value.Clear();
        _names.Begin();
        var json = new Utf8JsonReader(text, Options);
        json.Read();
        return TryWrite(ref json, text) && !json.Read(); // the last one refuses what follows
    }

    private bool TryWrite(ref Utf8JsonReader json, ReadOnlySpan<byte> text)
    {
        switch (json.TokenType)
        {
            case JsonTokenType.StartObject:
                return TryWriteObject(ref json, text);
            case JsonTokenType.StartArray:
                return TryWriteArray(ref json, text);
            case JsonTokenType.String:
                _value.AppendText(TextOf(ref json));
                break;
            case JsonTokenType.Number:
                WriteNumber(json.ValueSpan, text);
                break;
            default:
                _value.Append(json.TokenType switch { JsonTokenType.True => VariantType.True, JsonTokenType.False => VariantType.False, _ => VariantType.Null });
                break;
        }

        return true;
    }

    private bool TryWriteObject(ref Utf8JsonReader json, ReadOnlySpan<byte> text)
    {
        var open = _value.Open();
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            var name = _names.Use(TextOf(ref json));
            if (name < 0)
            {
                return false;
            }

            _value.Field(open, name, name);
            json.Read();
            if (!TryWrite(ref json, text))
            {
                return false;
            }
        }

        return _value.CloseObject(open) ? true : throw Refused(text, "an object has two fields of one name");
    }

    private bool TryWriteArray(ref Utf8JsonReader json, ReadOnlySpan<byte> text)
    {
        var open = _value.Open();
        while (json.Read() && json.TokenType != JsonTokenType.EndArray)
        {
            _value.Element(open);
            if (!TryWrite(ref json, text))
            {
                return false;
            }
        }

        _value.CloseArray(open);
        return true;
    }

    private void WriteNumber(ReadOnlySpan<byte> number, ReadOnlySpan<byte> text)
    {
        if (number.Length <= DataType.MaxLongPrecision && Utf8Parser.TryParse(number, out long small, out var used) && used == number.Length && (small != 0 || number[0] != '-'))
        {
            _value.Append(small);
            return;
        }

        if (TryDecimal(number, out var unscaled, out var scale) && (unscaled != 0 || number[0] != '-'))
        {
            if (scale == 0 && unscaled >= long.MinValue && unscaled <= long.MaxValue)
            {
                _value.Append((long)unscaled);
            }
            else
            {
                _value.Append(unscaled, scale);
            }

            return;
        }

        var value = double.Parse(number, NumberStyles.Float, CultureInfo.InvariantCulture);
        if (!double.IsFinite(value) || (value == 0 ? number.IndexOfAnyInRange((byte)'1', (byte)'9') >= 0 : !IsExact(value, number)))
        {
            throw Refused(text, $"no variant holds the number {System.Text.Encoding.UTF8.GetString(number)} exactly, since a decimal has {DataType.MaxDecimalPrecision} digits there");
        }

        _value.Append(value);
    }

    /// <summary>Numbers with an exponent are doubles in MySQL; one with more digits than a decimal has must be that of a double.</summary>
    private static bool IsExact(double value, ReadOnlySpan<byte> number)
    {
        Span<byte> printed = stackalloc byte[DoubleText.MaxLength];
        return number.IndexOfAny((byte)'e', (byte)'E') >= 0 || printed[..DoubleText.Format(value, printed)].SequenceEqual(number);
    }

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
        return scale <= DataType.MaxDecimalPrecision;
    }

    private ReadOnlySpan<byte> TextOf(ref Utf8JsonReader json)
    {
        if (!json.ValueIsEscaped)
        {
            return json.ValueSpan;
        }

        Pooled.Grow(ref _unescaped, json.ValueSpan.Length, 0);
        return _unescaped.AsSpan(0, json.CopyString(_unescaped));
    }

    private UnsupportedTypeException Refused(ReadOnlySpan<byte> text, string reason, Exception? inner = null) => new(
        $"Column \"{column}\" cannot be written as a variant: {reason}. The value is {CellText.Of(DataType.String, text)}. Change the value, leave the column out, or keep it as text in another table.", inner);
}
