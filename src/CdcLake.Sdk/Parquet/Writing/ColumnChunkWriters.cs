using CdcLake.Parquet.Format;

namespace CdcLake.Parquet.Writing;

/// <summary>Chooses the chunk writer for a column type.</summary>
internal static class ColumnChunkWriters
{
    public static ColumnChunkWriter Create(ParquetColumn column, ParquetWriterOptions options, Scratch scratch) => PhysicalTypes.Of(column.Type) switch
    {
        PhysicalType.Boolean => new FixedChunkWriter<byte, BooleanFormat>(column, options, scratch),
        PhysicalType.Int32 => new FixedChunkWriter<int, Int32Format>(column, options, scratch),
        PhysicalType.Int64 => new FixedChunkWriter<long, Int64Format>(column, options, scratch),
        PhysicalType.Float => new FixedChunkWriter<float, FloatFormat>(column, options, scratch),
        PhysicalType.Double => new FixedChunkWriter<double, DoubleFormat>(column, options, scratch),
        PhysicalType.FixedLenByteArray => new FixedChunkWriter<Int128, Int128Format>(column, options, scratch),
        _ => new BytesChunkWriter(column, options, scratch),
    };
}
