using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using CdcLake.Columnar;
using CdcLake.MySql.Tables;
using CdcLake.Testing.MySql.Log;
using CdcLake.Testing.Wire;

namespace CdcLake.Testing.MySql.Sql;

// Text protocol: every value as the server prints it, behind its length. Binary protocol: numbers in 1, 2, 4 or 8 bytes; a date as its length, year (2), month, day and, as far as they are
// not zero, hour, minute, second, microseconds (4); a time as its length, sign, days (4), hour, minute, second, microseconds (4); all else as text.
// Source: MySQL source documentation, "Binary Protocol Value".

/// <summary>Writes stored values into rows of a result.</summary>
/// <param name="convertsText">Text goes out as UTF-8; else in the character set of its column.</param>
internal sealed class CellWriter(bool convertsText)
{
    private const int NotNull = 1;
    private const int PartOfKey = 2;
    private const int Unsigned = 0x20;
    private const int Binary = 0x80;
    private const int IsEnum = 0x100;
    private const int IsSet = 0x800;
    private const int Utf8 = 255;

    /// <summary>The definition of a column in a result.</summary>
    public byte[] Definition(MySqlColumn column)
    {
        var isText = column.Charset.Length > 0 && !column.IsBinary;
        var flags = (column.IsNullable ? 0 : NotNull) | (column.KeyOrder > 0 ? PartOfKey : 0) | (column.IsUnsigned ? Unsigned : 0) | (isText ? 0 : Binary)
            | (column.Type == MySqlTypeCode.Enum ? IsEnum : 0) | (column.Type == MySqlTypeCode.Set ? IsSet : 0);
        var collation = isText && convertsText ? Utf8 : StoredRows.CollationOf(column);
        return PacketStream.ColumnDefinition(column.Name, WireType(column.Type), column.Type == MySqlTypeCode.Json ? Utf8 : collation, flags, column.Scale);
    }

    /// <summary>A row of the text protocol.</summary>
    public byte[] TextRow(IReadOnlyList<MySqlColumn> columns, object?[] row)
    {
        const byte Null = 0xFB;
        var payload = new List<byte>();
        for (var i = 0; i < row.Length; i++)
        {
            if (row[i] is { } value)
            {
                PacketStream.AddBytes(payload, TextOf(columns[i], value));
            }
            else
            {
                payload.Add(Null);
            }
        }

        return [.. payload];
    }

    /// <summary>A row of the binary protocol.</summary>
    public byte[] BinaryRow(IReadOnlyList<MySqlColumn> columns, object?[] row)
    {
        var payload = new List<byte>(new byte[1 + ((columns.Count + 9) / 8)]);
        for (var i = 0; i < row.Length; i++)
        {
            if (row[i] is { } value)
            {
                AddBinary(payload, columns[i], value);
            }
            else
            {
                payload[1 + ((i + 2) / 8)] |= (byte)(1 << ((i + 2) % 8));
            }
        }

        return [.. payload];
    }

    private static byte WireType(MySqlTypeCode type) => type switch
    {
        MySqlTypeCode.Timestamp2 => 7,
        MySqlTypeCode.Time2 => 11,
        MySqlTypeCode.DateTime2 => 12,
        MySqlTypeCode.VarChar => (byte)MySqlTypeCode.VarString,
        MySqlTypeCode.Enum or MySqlTypeCode.Set => (byte)MySqlTypeCode.String,
        _ => (byte)type,
    };

    private void AddBinary(List<byte> payload, MySqlColumn column, object value)
    {
        Span<byte> bytes = stackalloc byte[8];
        switch (column.Type)
        {
            case MySqlTypeCode.Tiny or MySqlTypeCode.Short or MySqlTypeCode.Int24 or MySqlTypeCode.Long or MySqlTypeCode.LongLong or MySqlTypeCode.Year:
                BinaryPrimitives.WriteInt64LittleEndian(bytes, unchecked((long)Whole(value)));
                payload.AddRange(bytes[..(column.Type switch { MySqlTypeCode.Tiny => 1, MySqlTypeCode.Short or MySqlTypeCode.Year => 2, MySqlTypeCode.LongLong => 8, _ => 4 })]);
                break;
            case MySqlTypeCode.Float:
                payload.AddRange(BitConverter.GetBytes((float)value));
                break;
            case MySqlTypeCode.Double:
                payload.AddRange(BitConverter.GetBytes((double)value));
                break;
            case MySqlTypeCode.Date:
                AddDate(payload, DateTime.UnixEpoch.AddDays((int)value));
                break;
            case MySqlTypeCode.DateTime2 or MySqlTypeCode.Timestamp2:
                AddDate(payload, DateTime.UnixEpoch.AddTicks((long)value * TimeSpan.TicksPerMicrosecond));
                break;
            case MySqlTypeCode.Time2:
                AddTime(payload, TimeSpan.FromTicks((long)value * TimeSpan.TicksPerMicrosecond));
                break;
            default:
                PacketStream.AddBytes(payload, TextOf(column, value));
                break;
        }
    }

    private static void AddDate(List<byte> payload, DateTime at)
    {
        var micros = (int)(at.Ticks / TimeSpan.TicksPerMicrosecond % 1_000_000);
        var length = micros != 0 ? 11 : at.TimeOfDay != TimeSpan.Zero ? 7 : 4;
        byte[] all = [(byte)length, (byte)at.Year, (byte)(at.Year >> 8), (byte)at.Month, (byte)at.Day, (byte)at.Hour, (byte)at.Minute, (byte)at.Second, .. BitConverter.GetBytes(micros)];
        payload.AddRange(all[..(length + 1)]);
    }

    private static void AddTime(List<byte> payload, TimeSpan time)
    {
        if (time == TimeSpan.Zero)
        {
            payload.Add(0);
            return;
        }

        var size = time.Duration();
        var micros = (int)(size.Ticks / TimeSpan.TicksPerMicrosecond % 1_000_000);
        var length = micros != 0 ? 12 : 8;
        byte[] all = [(byte)length, time < TimeSpan.Zero ? (byte)1 : (byte)0, .. BitConverter.GetBytes(size.Days), (byte)size.Hours, (byte)size.Minutes, (byte)size.Seconds, .. BitConverter.GetBytes(micros)];
        payload.AddRange(all[..(length + 1)]);
    }

    private byte[] TextOf(MySqlColumn column, object value) => column.Type switch
    {
        MySqlTypeCode.NewDecimal when value is not byte[] => Ascii(DecimalText.Of(Whole(value), column.Scale)),
        MySqlTypeCode.Bit => Bits(Whole(value), (column.Length + 7) / 8),
        MySqlTypeCode.Year => Ascii(Whole(value).ToString("D4", CultureInfo.InvariantCulture)),
        MySqlTypeCode.Date => Ascii(DateTime.UnixEpoch.AddDays((int)value).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)),
        MySqlTypeCode.DateTime2 or MySqlTypeCode.Timestamp2 => Ascii(
            DateTime.UnixEpoch.AddTicks((long)value * TimeSpan.TicksPerMicrosecond).ToString("yyyy-MM-dd HH:mm:ss" + (column.Scale > 0 ? "." + new string('f', column.Scale) : ""), CultureInfo.InvariantCulture)),
        MySqlTypeCode.Time2 => Ascii(TimeText((long)value, column.Scale)),
        MySqlTypeCode.Geometry => [0, 0, 0, 0, .. (byte[])value],
        _ => value switch
        {
            byte[] text => convertsText ? text : StoredRows.Encoded(column, text),
            _ => Ascii(Convert.ToString(value, CultureInfo.InvariantCulture)!),
        },
    };

    private static string TimeText(long micros, int scale)
    {
        var size = TimeSpan.FromTicks(Math.Abs(micros) * TimeSpan.TicksPerMicrosecond);
        var fraction = scale == 0 ? "" : "." + (Math.Abs(micros) % 1_000_000).ToString("D6", CultureInfo.InvariantCulture)[..scale];
        return string.Create(CultureInfo.InvariantCulture, $"{(micros < 0 ? "-" : "")}{(int)size.TotalHours:D2}:{size.Minutes:D2}:{size.Seconds:D2}{fraction}");
    }

    private static byte[] Bits(Int128 value, int bytes) => [.. Enumerable.Range(0, bytes).Select(i => (byte)(value >> (8 * (bytes - 1 - i))))];

    private static byte[] Ascii(string text) => Encoding.ASCII.GetBytes(text);

    private static Int128 Whole(object value) => value as Int128? ?? Convert.ToInt64(value, CultureInfo.InvariantCulture);
}
