using System.Buffers.Binary;
using System.Buffers.Text;
using System.Globalization;
using CdcLake.Columnar;
using CdcLake.Common;
using CdcLake.Compression;

namespace CdcLake.Parquet.Variants;

// null, booleans, integers, decimals      as JSON has them; decimals with all digits of their scale
// double, float                           the fewest digits that give them again, as MySQL prints them; NaN and infinities as text
// date "2017-11-16", time "22:31:08.123456", timestamps "2017-11-16T22:31:08.123456", instants with "+00:00" behind
// binary                                  text, base64
// objects                                 fields in the order in which their values stand, which is that of the document they were made of

/// <summary>
/// Prints variants as JSON, with the spaces and escapes of MySQL: what was made of a document that MySQL printed is that document again, byte by byte. Allocates nothing for the values that
/// JSON has. Not thread-safe.
/// </summary>
internal sealed class VariantPrinter : IDisposable
{
    private const long MicrosecondsPerDay = 86_400_000_000;

    private readonly JsonText _text = new();
    private long[] _order = []; // of all objects that are open: offset << 32 | number of the field
    private int _ordered;
    private long _budget;

    /// <summary>The text, UTF-8; valid until the next call.</summary>
    /// <exception cref="CorruptDataException">Malformed.</exception>
    public ReadOnlySpan<byte> Print(VariantNames names, ReadOnlySpan<byte> value)
    {
        _text.Trim();
        _ordered = 0;
        _budget = value.Length;
        Append(names, new VariantValue(value), VariantValue.MaxDepth);
        return _text.Written;
    }

    public void Dispose() => Pooled.Return(ref _order);

    private void Append(VariantNames names, VariantValue value, int depth)
    {
        Spend(1);
        switch (value.BasicType)
        {
            case VariantBasicType.Object:
                AppendObject(names, value.Container(), Deeper(depth));
                break;
            case VariantBasicType.Array:
                AppendArray(names, value.Container(), Deeper(depth));
                break;
            default:
                AppendPrimitive(value);
                break;
        }
    }

    private void AppendObject(VariantNames names, VariantContainer fields, int depth)
    {
        Spend(fields.HeadLength - 1);
        var start = _ordered;
        Pooled.Grow(ref _order, start + fields.Count, start);
        for (var i = 0; i < fields.Count; i++)
        {
            _order[start + i] = ((long)fields.Offset(i) << 32) | (uint)i;
        }

        _ordered += fields.Count;
        _order.AsSpan(start, fields.Count).Sort();
        _text.Append((byte)'{');
        for (var i = 0; i < fields.Count; i++)
        {
            var field = (int)(uint)_order[start + i];
            _text.Append(i == 0 ? default : ", "u8);
            _text.AppendQuoted(names[fields.NameOf(field)]);
            _text.Append(": "u8);
            Append(names, new VariantValue(fields[field]), depth);
        }

        _ordered = start;
        _text.Append((byte)'}');
    }

    private void AppendArray(VariantNames names, VariantContainer elements, int depth)
    {
        Spend(elements.HeadLength - 1);
        _text.Append((byte)'[');
        for (var i = 0; i < elements.Count; i++)
        {
            _text.Append(i == 0 ? default : ", "u8);
            Append(names, new VariantValue(elements[i]), depth);
        }

        _text.Append((byte)']');
    }

    private void AppendPrimitive(VariantValue value)
    {
        switch (value.Type)
        {
            case VariantType.Null:
                _text.Append("null"u8);
                break;
            case VariantType.True or VariantType.False:
                _text.Append(value.Type == VariantType.True ? "true"u8 : "false"u8);
                break;
            case VariantType.Int8:
                AppendInteger((sbyte)value.Fixed(1)[0]);
                break;
            case VariantType.Int16:
                AppendInteger(BinaryPrimitives.ReadInt16LittleEndian(value.Fixed(sizeof(short))));
                break;
            case VariantType.Int32:
                AppendInteger(BinaryPrimitives.ReadInt32LittleEndian(value.Fixed(sizeof(int))));
                break;
            case VariantType.Int64:
                AppendInteger(Int64(value));
                break;
            case VariantType.Double:
                AppendDouble(BinaryPrimitives.ReadDoubleLittleEndian(value.Fixed(sizeof(double))));
                break;
            case VariantType.Float:
                AppendFloat(BinaryPrimitives.ReadSingleLittleEndian(value.Fixed(sizeof(float))));
                break;
            case VariantType.Decimal4 or VariantType.Decimal8 or VariantType.Decimal16:
                var (scale, unscaled) = value.Decimal;
                _text.Advance(DecimalText.Format(unscaled, scale, _text.Room(DecimalText.MaxLength + DataType.MaxDecimalPrecision)));
                break;
            case VariantType.Text:
                Spend(value.Content.Length);
                _text.AppendQuoted(value.Content);
                break;
            case VariantType.Binary:
                AppendBase64(value.Content);
                break;
            default:
                AppendTime(value);
                break;
        }
    }

    private void AppendInteger(long value)
    {
        value.TryFormat(_text.Room(20), out var length, default, CultureInfo.InvariantCulture);
        _text.Advance(length);
    }

    private void AppendDouble(double value)
    {
        if (double.IsFinite(value))
        {
            _text.Advance(DoubleText.Format(value, _text.Room(DoubleText.MaxLength)));
        }
        else
        {
            AppendQuoted(value.ToString(CultureInfo.InvariantCulture));
        }
    }

    // Through its own shortest text: as a double it would have digits that a float has not.
    private void AppendFloat(float value) => AppendDouble(double.Parse(value.ToString("R", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture));

    private void AppendBase64(ReadOnlySpan<byte> bytes)
    {
        Spend(bytes.Length);
        _text.Append((byte)'"');
        Base64.EncodeToUtf8(bytes, _text.Room(Base64.GetMaxEncodedToUtf8Length(bytes.Length)), out _, out var written);
        _text.Advance(written);
        _text.Append((byte)'"');
    }

    private void AppendTime(VariantValue value)
    {
        switch (value.Type)
        {
            case VariantType.Date:
                AppendQuoted(CellText.Of(DataType.Date, BinaryPrimitives.ReadInt32LittleEndian(value.Fixed(sizeof(int)))));
                break;
            case VariantType.Time:
                AppendQuoted(Int64(value) is >= 0 and < MicrosecondsPerDay and var time
                    ? new DateTime(time * TimeSpan.TicksPerMicrosecond).ToString("HH:mm:ss.FFFFFF", CultureInfo.InvariantCulture)
                    : throw VariantValue.Corrupt($"a time of {Int64(value)} microseconds"));
                break;
            case VariantType.Timestamp:
                AppendQuoted(CellText.Of(DataType.Timestamp(6), Int64(value)).Replace("Z", "+00:00", StringComparison.Ordinal));
                break;
            case VariantType.LocalTimestamp:
                AppendQuoted(CellText.Of(DataType.DateTime(6), Int64(value)));
                break;
            case VariantType.TimestampNanos or VariantType.LocalTimestampNanos:
                _text.Append((byte)'"');
                _text.Advance(NanosText.Format(Int64(value), isInstant: value.Type == VariantType.TimestampNanos, _text.Room(NanosText.MaxLength)));
                _text.Append((byte)'"');
                break;
            case VariantType.Uuid:
                AppendQuoted(new Guid(value.Fixed(16), bigEndian: true).ToString());
                break;
            default:
                throw VariantValue.Corrupt($"type {(int)value.Type}");
        }
    }

    private void AppendQuoted(string text) => _text.AppendQuoted(System.Text.Encoding.UTF8.GetBytes(text));

    private static long Int64(VariantValue value) => BinaryPrimitives.ReadInt64LittleEndian(value.Fixed(sizeof(long)));

    private static int Deeper(int depth) => depth > 0 ? depth - 1 : throw VariantValue.Corrupt($"more than {VariantValue.MaxDepth} objects and arrays inside each other");

    /// <summary>Values that lie over each other would make a small document a text without end.</summary>
    private void Spend(int bytes)
    {
        _budget -= bytes;
        if (_budget < 0)
        {
            throw VariantValue.Corrupt("values lie over each other");
        }
    }
}
