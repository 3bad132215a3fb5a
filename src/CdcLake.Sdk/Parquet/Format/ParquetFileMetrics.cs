using System.Collections.Immutable;

namespace CdcLake.Parquet.Format;

/// <summary>What an Iceberg manifest says of a finished file.</summary>
/// <param name="RecordCount">Rows; at least 1.</param>
/// <param name="FileLength">Bytes of the whole file.</param>
/// <param name="SplitOffsets">Byte offset of each row group, ascending.</param>
/// <param name="Columns">One entry per column, in the order of the file.</param>
internal sealed record ParquetFileMetrics(
    long RecordCount, long FileLength, ImmutableArray<long> SplitOffsets, ImmutableArray<ParquetColumnMetrics> Columns);

/// <summary>Metrics of one column over all row groups of a file.</summary>
/// <param name="FieldId">Iceberg field id.</param>
/// <param name="ColumnSize">Compressed bytes of all its pages with their headers.</param>
/// <param name="ValueCount">Rows, nulls and NaNs included.</param>
/// <param name="NullCount">Rows that hold null.</param>
/// <param name="NanCount">Values that are NaN; null for types that have none.</param>
/// <param name="Bounds">Smallest and largest value that is neither null nor NaN, negative zero as the smallest and positive zero as the largest
/// zero; null when there is no such value.</param>
internal sealed record ParquetColumnMetrics(
    int FieldId, long ColumnSize, long ValueCount, long NullCount, long? NanCount, ParquetBounds? Bounds)
{
    /// <summary>Of a shredded variant: the fields whose values, null apart, are all in columns of their own.</summary>
    public ImmutableArray<ParquetFieldBounds> Fields { get; init; } = [];
}

/// <summary>Bounds of a field of variants.</summary>
/// <param name="Path">Names that lead to it, UTF-8; none for the variant itself.</param>
/// <param name="Type">Type of its values.</param>
/// <param name="Bounds">Smallest and largest value.</param>
internal sealed record ParquetFieldBounds(ImmutableArray<byte[]> Path, Columnar.DataType Type, ParquetBounds Bounds);

/// <summary>Both ends of a range, inclusive; strings and bytes compare as unsigned bytes.</summary>
internal sealed record ParquetBounds(ParquetValue Lower, ParquetValue Upper);
