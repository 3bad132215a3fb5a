using System.Buffers.Binary;
using CdcLake.MySql.Tables;

namespace CdcLake.MySql.Binlog.Columns;

// Values of the binary protocol behind their length byte:
//
//   DATE, DATETIME, TIMESTAMP   0: zero date
//                               4: year u16, month u8, day u8
//                               7: and hour, minute, second u8
//                              11: and microseconds u32
//   TIME                        0: zero
//                               8: negative u8, days u32, hour, minute, second u8
//                              12: and microseconds u32
//
// Source: MySQL source documentation, "Binary Protocol Value".

/// <summary>Reads dates and times of binary rows.</summary>
internal static class BinaryTemporal
{
    private const long Second = 1_000_000;

    /// <summary>Days since 1970-01-01; <see cref="MySqlCalendar.InvalidDate"/> when no calendar has the date.</summary>
    /// <exception cref="MySqlProtocolException">The length is none of those above.</exception>
    public static int ReadDate(ReadOnlySpan<byte> value)
    {
        CheckLength(value);
        return value.Length == 0 ? MySqlCalendar.InvalidDate : MySqlCalendar.Days(BinaryPrimitives.ReadUInt16LittleEndian(value), value[2], value[3]);
    }

    /// <summary>Microseconds since 1970-01-01T00:00:00; <see cref="MySqlCalendar.InvalidTime"/> when no calendar has the date.</summary>
    /// <exception cref="MySqlProtocolException">The length is none of those above.</exception>
    public static long ReadDateTime(ReadOnlySpan<byte> value)
    {
        CheckLength(value);
        if (value.Length == 0)
        {
            return MySqlCalendar.InvalidTime;
        }

        var (hour, minute, second) = value.Length >= 7 ? (value[4], value[5], value[6]) : default;
        var micros = value.Length == 11 ? BinaryPrimitives.ReadInt32LittleEndian(value[7..]) : 0;
        return MySqlCalendar.Microseconds(BinaryPrimitives.ReadUInt16LittleEndian(value), value[2], value[3], hour, minute, second, micros);
    }

    /// <summary>A signed duration in microseconds.</summary>
    /// <exception cref="MySqlProtocolException">The length is none of those above.</exception>
    public static long ReadTime(ReadOnlySpan<byte> value)
    {
        if (value.Length is not (0 or 8 or 12))
        {
            throw MySqlProtocolException.Malformed("Time value", 0, $"{value.Length} bytes");
        }

        if (value.Length == 0)
        {
            return 0;
        }

        var hours = (BinaryPrimitives.ReadUInt32LittleEndian(value[1..]) * 24L) + value[5];
        var micros = ((((hours * 60) + value[6]) * 60) + value[7]) * Second;
        micros += value.Length == 12 ? BinaryPrimitives.ReadUInt32LittleEndian(value[8..]) : 0;
        return value[0] != 0 ? -micros : micros;
    }

    /// <exception cref="MySqlProtocolException">The length is none that a date has.</exception>
    public static void CheckLength(ReadOnlySpan<byte> value)
    {
        if (value.Length is not (0 or 4 or 7 or 11))
        {
            throw MySqlProtocolException.Malformed("Date value", 0, $"{value.Length} bytes");
        }
    }
}
