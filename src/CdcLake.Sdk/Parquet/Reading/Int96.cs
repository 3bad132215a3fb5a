using System.Buffers.Binary;
using CdcLake.Compression;

namespace CdcLake.Parquet.Reading;

// 8 bytes   nanoseconds since midnight, little endian
// 4 bytes   Julian day number, little endian; 1970-01-01 is day 2440588
//
// Source: parquet-format/LogicalTypes.md, "INT96 timestamps (also called IMPALA_TIMESTAMP)".

/// <summary>Timestamps of twelve bytes.</summary>
internal static class Int96
{
    public const int Bytes = 12;

    private const long UnixEpochJulianDay = 2_440_588;
    private const long MicrosecondsPerDay = 86_400_000_000;
    private const long NanosecondsPerMicrosecond = 1000;

    /// <summary>Microseconds since 1970, rounded down.</summary>
    /// <exception cref="CorruptDataException">A time is beyond the range of microseconds.</exception>
    public static void ToMicroseconds(ReadOnlySpan<byte> source, Span<long> target)
    {
        for (var i = 0; i < target.Length; i++)
        {
            var value = source.Slice(i * Bytes, Bytes);
            var nanoseconds = BinaryPrimitives.ReadInt64LittleEndian(value);
            var day = BinaryPrimitives.ReadInt32LittleEndian(value[sizeof(long)..]) - UnixEpochJulianDay;
            var micros = ((Int128)day * MicrosecondsPerDay) + (nanoseconds / NanosecondsPerMicrosecond) - (nanoseconds % NanosecondsPerMicrosecond < 0 ? 1 : 0);
            target[i] = micros >= long.MinValue && micros <= long.MaxValue
                ? (long)micros
                : throw new CorruptDataException("Page values", i * Bytes, $"day {day} since 1970 is out of range");
        }
    }
}
