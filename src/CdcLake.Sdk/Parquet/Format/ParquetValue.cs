namespace CdcLake.Parquet.Format;

/// <summary>
/// One value of a column outside its column: the smallest or largest of a file. Which member holds it follows from the column's type.
/// </summary>
/// <param name="Integer">Booleans (0 or 1), integers, unscaled decimals, days and microseconds.</param>
/// <param name="Float">Floating point, of either width; never NaN.</param>
/// <param name="Bytes">UTF-8 or raw bytes; at most <see cref="MaxBytes"/> of them.</param>
/// <param name="IsTruncated">True when <paramref name="Bytes"/> is only the beginning of the real value, cut without rounding: a lower
/// bound as it stands, an upper bound only after the last character or byte was incremented.</param>
internal readonly record struct ParquetValue(
    Int128 Integer = default, double Float = 0, ReadOnlyMemory<byte> Bytes = default, bool IsTruncated = false)
{
    /// <summary>Bytes of a value that are kept; longer than any path or key, so that only long texts are cut.</summary>
    public const int MaxBytes = 4096;
}
