using System.Buffers.Binary;
using System.Buffers.Text;
using System.Globalization;
using CdcLake.Columnar;
using CdcLake.MySql.Binlog.Decimals;
using CdcLake.MySql.Tables;

namespace CdcLake.MySql.Binlog.Json;

// DECIMAL                    precision u8, scale u8, packed digits            1.50
// DATE, DATETIME, TIMESTAMP  i64: (year * 13 + month) << 46 | day << 41       "2026-01-31", "2026-01-31 01:02:03.000000"
//                            | hour << 36 | minute << 30 | second << 24 | microseconds
// TIME                       the same from the hour (10 bits) on              "-838:59:59.000000"
//                            negative ones as the negated number
// all others                 base64, a line feed behind every 76 characters   "base64:type15:yv4="
// Source: MySQL source, sql-common/json_dom.cc (Json_wrapper::to_string), mysys/my_time.cc, mysys/base64.cc.

/// <summary>Prints values of a JSON document that are of a column type.</summary>
internal static class OpaqueText
{
    private const int LineOfBase64 = 76;
    private const int BytesOfLine = LineOfBase64 / 4 * 3;
    private const int LongestTime = 40;

    /// <exception cref="MySqlProtocolException">The bytes are none of the type.</exception>
    public static void Append(byte type, ReadOnlySpan<byte> value, JsonText text)
    {
        switch ((MySqlTypeCode)type)
        {
            case MySqlTypeCode.NewDecimal:
                AppendDecimal(value, text);
                break;
            case MySqlTypeCode.Date or MySqlTypeCode.OldDateTime or MySqlTypeCode.OldTimestamp or MySqlTypeCode.OldTime:
                text.Append((byte)'"');
                text.Advance(FormatTime((MySqlTypeCode)type, value, text.Room(LongestTime)));
                text.Append((byte)'"');
                break;
            default:
                AppendBase64(type, value, text);
                break;
        }
    }

    private static void AppendDecimal(ReadOnlySpan<byte> value, JsonText text)
    {
        const int MaxScale = 30;
        if (value.Length < 2 || value[0] is 0 or > PackedDecimal.MaxDigits || value[1] > MaxScale || value[1] > value[0])
        {
            throw JsonValue.Damaged("a decimal of no valid precision");
        }

        var layout = DecimalLayout.Of(value[0], value[1]);
        if (value.Length != 2 + layout.Size)
        {
            throw JsonValue.Damaged($"a decimal of {value.Length} bytes");
        }

        text.Advance(PackedDecimal.Format(value[2..], layout, text.Room(PackedDecimal.MaxTextLength)));
    }

    private static int FormatTime(MySqlTypeCode type, ReadOnlySpan<byte> value, Span<byte> target)
    {
        if (value.Length != sizeof(long))
        {
            throw JsonValue.Damaged($"a time of {value.Length} bytes");
        }

        var packed = BinaryPrimitives.ReadInt64LittleEndian(value);
        var magnitude = (ulong)(packed < 0 ? -packed : packed);
        var micros = magnitude & 0xFF_FFFF;
        var (hours, minutes, seconds) = ((magnitude >> 36) & 0x3FF, (magnitude >> 30) & 63, (magnitude >> 24) & 63);
        int length;
        if (type == MySqlTypeCode.OldTime)
        {
            Fits(System.Text.Unicode.Utf8.TryWrite(target, CultureInfo.InvariantCulture, $"{(packed < 0 ? "-" : "")}{hours:00}:{minutes:00}:{seconds:00}.{micros:000000}", out length));
            return length;
        }

        var (month, day) = (magnitude >> 46, (magnitude >> 41) & 31);
        if (type == MySqlTypeCode.Date)
        {
            Fits(System.Text.Unicode.Utf8.TryWrite(target, CultureInfo.InvariantCulture, $"{month / 13:0000}-{month % 13:00}-{day:00}", out length));
        }
        else
        {
            Fits(System.Text.Unicode.Utf8.TryWrite(
                target, CultureInfo.InvariantCulture, $"{month / 13:0000}-{month % 13:00}-{day:00} {hours & 31:00}:{minutes:00}:{seconds:00}.{micros:000000}", out length));
        }

        return length;
    }

    private static void Fits(bool written)
    {
        if (!written)
        {
            throw JsonValue.Damaged("a date beyond all years");
        }
    }

    private static void AppendBase64(byte type, ReadOnlySpan<byte> value, JsonText text)
    {
        text.Append("\"base64:type"u8);
        Utf8Formatter.TryFormat(type, text.Room(3), out var length);
        text.Advance(length);
        text.Append((byte)':');
        while (!value.IsEmpty)
        {
            var line = value[..Math.Min(value.Length, BytesOfLine)];
            Base64.EncodeToUtf8(line, text.Room(LineOfBase64), out _, out length);
            text.Advance(length);
            value = value[line.Length..];
            text.Append(value.IsEmpty ? default : "\\n"u8);
        }

        text.Append((byte)'"');
    }
}
