using CdcLake.Columnar;
using CdcLake.Parquet;
using CdcLake.Parquet.Format;
using Arrow = ParquetSharp;

namespace CdcLake.Tests.Parquet.Oracles;

/// <summary>How a column is laid out in a file that Arrow C++ writes.</summary>
/// <param name="Column">The column.</param>
/// <param name="Physical">Its physical type.</param>
/// <param name="Length">Bytes of a FIXED_LEN_BYTE_ARRAY, else −1.</param>
internal readonly record struct ArrowColumn(ParquetColumn Column, Arrow.PhysicalType Physical, int Length)
{
    /// <summary>The layout that Iceberg prescribes, and that we write.</summary>
    public static ArrowColumn Standard(ParquetColumn column) => new(
        column,
        (Arrow.PhysicalType)(int)PhysicalTypes.Of(column.Type),
        PhysicalTypes.FixedLength(column.Type) is > 0 and var length ? length : -1);

    /// <summary>Layouts that the format allows too and other writers use: decimals in any container, timestamps in twelve bytes.</summary>
    public static ArrowColumn Unusual(ParquetColumn column) => column.Type.Kind switch
    {
        TypeKind.Decimal when column.Type.Precision is 4 or 10 or 38 => new(column, Arrow.PhysicalType.ByteArray, -1),
        TypeKind.Decimal => new(column, Arrow.PhysicalType.FixedLenByteArray, 16),
        TypeKind.DateTime or TypeKind.Timestamp => new(column, Arrow.PhysicalType.Int96, -1),
        _ => Standard(column),
    };

    public Arrow.Schema.Node ToNode()
    {
        using var logical = Logical();
        return new Arrow.Schema.PrimitiveNode(
            Column.Name, Column.Required ? Arrow.Repetition.Required : Arrow.Repetition.Optional, logical, Physical, Length, Column.FieldId);
    }

    private Arrow.LogicalType Logical() => Column.Type.Kind switch
    {
        _ when Physical == Arrow.PhysicalType.Int96 => Arrow.LogicalType.None(),
        TypeKind.Decimal => Arrow.LogicalType.Decimal(Column.Type.Precision, Column.Type.Scale),
        TypeKind.UInt64 => Arrow.LogicalType.Decimal(20, 0),
        TypeKind.Date => Arrow.LogicalType.Date(),
        TypeKind.DateTime => Arrow.LogicalType.Timestamp(false, Arrow.TimeUnit.Micros),
        TypeKind.Timestamp => Arrow.LogicalType.Timestamp(true, Arrow.TimeUnit.Micros),
        TypeKind.String => Arrow.LogicalType.String(),
        _ => Arrow.LogicalType.None(),
    };
}
