using System.Buffers.Binary;
using CdcLake.Columnar;
using CdcLake.Iceberg.Spec;

namespace CdcLake.Iceberg.Scanning;

/// <summary>Which values of a column lie between two values of a partition field that is made of it.</summary>
internal static class PartitionRanges
{
    private const long MicrosecondsPerHour = 3_600_000_000;
    private const long MicrosecondsPerDay = 24 * MicrosecondsPerHour;
    private const int Epoch = 1970;

    /// <summary>Null where nothing is known: of buckets, unknown transforms, and dates that no calendar has.</summary>
    /// <param name="transform">What is made of the column.</param>
    /// <param name="type">The column's type.</param>
    /// <param name="lower">Lowest value of the field, as a single value.</param>
    /// <param name="upper">Highest one.</param>
    public static (FilterValue? Min, FilterValue? Max) Of(PartitionTransform transform, IcebergType type, byte[]? lower, byte[]? upper)
    {
        if (lower is null || upper is null || ScanColumns.TypeOf(type) is not { } column || type.Text.EndsWith("_ns", StringComparison.Ordinal))
        {
            return default;
        }

        return transform.Kind switch
        {
            TransformKind.Truncate when column.Kind is TypeKind.String or TypeKind.Binary => (FilterValue.Of(lower, column), FilterValue.Of((byte[])[.. upper, 0xFF], column)), // above all that begin so
            TransformKind.Truncate when column.IsInteger && Number(lower) is { } low && Number(upper) is { } high => Between(low, high + transform.Width - 1, DataType.Int64),
            TransformKind.Hour when Number(lower) is { } low && Number(upper) is { } high => Between(low * MicrosecondsPerHour, ((high + 1) * MicrosecondsPerHour) - 1, column),
            TransformKind.Day when Number(lower) is { } low && Number(upper) is { } high => Days(low, high + 1, column),
            TransformKind.Month when Number(lower) is { } low && Number(upper) is { } high => Days(DayOf(low), DayOf(high + 1), column),
            TransformKind.Year when Number(lower) is { } low && Number(upper) is { } high => Days(DayOf(low * 12), DayOf((high + 1) * 12), column),
            _ => default,
        };
    }

    private static long? Number(byte[] bound) => bound.Length switch
    {
        sizeof(int) => BinaryPrimitives.ReadInt32LittleEndian(bound),
        sizeof(long) => BinaryPrimitives.ReadInt64LittleEndian(bound),
        _ => null,
    };

    /// <summary>The days from the first one to the one before the last, in the column's unit.</summary>
    private static (FilterValue? Min, FilterValue? Max) Days(long? first, long? end, DataType column) => (first, end) is not ({ } from, { } to)
        ? default
        : column.Kind == TypeKind.Date ? Between(from, to - 1, DataType.Int64) : Between(from * MicrosecondsPerDay, (to * MicrosecondsPerDay) - 1, DataType.Int64);

    private static (FilterValue? Min, FilterValue? Max) Between(long min, long max, DataType column) => (FilterValue.Of(min, column), FilterValue.Of(max, column));

    /// <summary>The first day of a month, both counted from 1970.</summary>
    private static long? DayOf(long month)
    {
        var year = Epoch + Math.DivRem(month, 12, out var rest) - (rest < 0 ? 1 : 0);
        return year is >= 1 and <= 9999 ? new DateOnly((int)year, (int)(rest < 0 ? rest + 12 : rest) + 1, 1).DayNumber - DateOnly.FromDateTime(DateTime.UnixEpoch).DayNumber : null;
    }
}
