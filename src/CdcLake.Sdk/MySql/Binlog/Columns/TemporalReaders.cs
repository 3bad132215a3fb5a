using System.Runtime.CompilerServices;
using CdcLake.MySql.Tables;

namespace CdcLake.MySql.Binlog.Columns;

// DATE        3 bytes little endian: day 5 bits, month 4, year 15
// TIMESTAMP2  4 bytes big endian, seconds since the epoch in UTC; 0 is the zero date; then the fraction
// DATETIME2   5 bytes big endian minus 0x8000000000: year * 13 + month 17 bits, day 5, hour 5, minute 6, second 6; then the fraction
// TIME2       3 bytes big endian minus 0x800000: hours 10 bits, minutes 6, seconds 6, negative as the complement of the whole value
//             with its fraction; then the fraction
// fraction    digits 1-2: 1 byte of 10 ms, 3-4: 2 bytes of 100 us, 5-6: 3 bytes of 1 us, big endian
//
// Source: MySQL source, sql-common/my_time.cc (my_datetime_packed_from_binary and its neighbours).

/// <summary>DATE to days since 1970-01-01; <see cref="MySqlCalendar.InvalidDate"/> for dates that do not exist.</summary>
internal readonly struct DateReader : IValueReader<int>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Read(ref byte at)
    {
        var packed = Wire.UInt16(ref at) | (Unsafe.Add(ref at, 2) << 16);
        return MySqlCalendar.Days(packed >> 9, (packed >> 5) & 15, packed & 31);
    }
}

/// <summary>TIMESTAMP to microseconds since the epoch; <see cref="MySqlCalendar.InvalidTime"/> for the zero date.</summary>
internal readonly struct TimestampReader<TFraction> : IValueReader<long>
    where TFraction : struct, IFraction
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public long Read(ref byte at)
    {
        var seconds = System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(Wire.UInt32(ref at));
        return seconds == 0 ? MySqlCalendar.InvalidTime : (seconds * 1_000_000L) + TFraction.Read(ref Unsafe.Add(ref at, 4));
    }
}

/// <summary>DATETIME to microseconds since 1970-01-01T00:00:00; <see cref="MySqlCalendar.InvalidTime"/> for dates that do not exist.</summary>
internal readonly struct DateTimeReader<TFraction> : IValueReader<long>
    where TFraction : struct, IFraction
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public long Read(ref byte at)
    {
        var packed = (long)(((ulong)System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(Wire.UInt32(ref at)) << 8) | Unsafe.Add(ref at, 4)) - 0x80_0000_0000;
        if (packed < 0)
        {
            return MySqlCalendar.InvalidTime;
        }

        var yearMonth = (int)(packed >> 22);
        return MySqlCalendar.Microseconds(
            yearMonth / 13,
            yearMonth % 13,
            (int)(packed >> 17) & 31,
            (int)(packed >> 12) & 31,
            (int)(packed >> 6) & 63,
            (int)packed & 63,
            TFraction.Read(ref Unsafe.Add(ref at, 5)));
    }
}

/// <summary>TIME to signed microseconds.</summary>
internal readonly struct TimeReader(int fraction) : IValueReader<long>
{
    private readonly int _bytes = Fraction.Bytes(fraction);
    private readonly int _unit = Fraction.Unit(fraction);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public long Read(ref byte at)
    {
        // Integer part and fraction are one two's complement number once the offset is taken off.
        var packed = (long)Wire.BigEndian(ref at, 3 + _bytes) - (0x80_0000L << (8 * _bytes));
        var magnitude = Math.Abs(packed);
        var whole = magnitude >> (8 * _bytes);
        var seconds = ((((whole >> 12) & 0x3FF) * 60) + ((whole >> 6) & 63)) * 60 + (whole & 63);
        var micros = (seconds * 1_000_000) + ((magnitude & ((1L << (8 * _bytes)) - 1)) * _unit);
        return packed < 0 ? -micros : micros;
    }
}

/// <summary>The fraction of a second behind a temporal value.</summary>
internal static class Fraction
{
    /// <summary>Bytes of a fraction with <paramref name="digits"/> digits.</summary>
    public static int Bytes(int digits) => (digits + 1) / 2;

    /// <summary>Microseconds of one unit of a stored fraction with <paramref name="digits"/> digits; an odd number of digits is stored with one more.</summary>
    public static int Unit(int digits) => Bytes(digits) switch { 1 => 10_000, 2 => 100, _ => 1 };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Read(ref byte at, int bytes, int unit) => bytes == 0 ? 0 : (int)Wire.BigEndian(ref at, bytes) * unit;
}
