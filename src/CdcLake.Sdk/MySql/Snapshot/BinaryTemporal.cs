using System.Buffers.Binary;

namespace CdcLake.MySql.Snapshot;

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
    private const long Day = 86_400 * Second;

    /// <summary>Days since 1970-01-01; null when no calendar has the date.</summary>
    /// <exception cref="MySqlProtocolException">The length is none of those above.</exception>
    public static int? ReadDate(ReadOnlySpan<byte> value)
    {
        if (value.Length is not (0 or 4 or 7 or 11))
        {
            throw MySqlProtocolException.Malformed("Date value", 0, $"{value.Length} bytes");
        }

        return value.Length == 0 ? null : DaysOf(BinaryPrimitives.ReadUInt16LittleEndian(value), value[2], value[3]);
    }

    /// <summary>Microseconds since 1970-01-01T00:00:00; null when no calendar has the date.</summary>
    /// <exception cref="MySqlProtocolException">The length is none of those above.</exception>
    public static long? ReadDateTime(ReadOnlySpan<byte> value)
    {
        if (ReadDate(value) is not { } days)
        {
            return null;
        }

        var time = value.Length >= 7 ? ((((value[4] * 60L) + value[5]) * 60) + value[6]) * Second : 0;
        return (days * Day) + time + (value.Length == 11 ? BinaryPrimitives.ReadUInt32LittleEndian(value[7..]) : 0);
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

    private static int? DaysOf(int year, int month, int day)
    {
        if (month is 0 or > 12 || day == 0 || year > 9999 || day > DaysIn(year, month))
        {
            return null;
        }

        // Years that begin in March end with the leap day.
        var y = month <= 2 ? year - 1 : year;
        var era = y >= 0 ? y / 400 : -1;
        var yearOfEra = y - (era * 400);
        var dayOfYear = ((153 * (month > 2 ? month - 3 : month + 9)) + 2) / 5 + day - 1;
        return (era * 146_097) + (yearOfEra * 365) + (yearOfEra / 4) - (yearOfEra / 100) + dayOfYear - 719_468;
    }

    private static int DaysIn(int year, int month) => month switch
    {
        2 => year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28,
        4 or 6 or 9 or 11 => 30,
        _ => 31,
    };
}
