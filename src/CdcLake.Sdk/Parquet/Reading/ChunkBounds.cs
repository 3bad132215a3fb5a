using CdcLake.Columnar;
using CdcLake.Compression;
using CdcLake.Parquet.Format;

namespace CdcLake.Parquet.Reading;

/// <summary>Bounds of column chunks as values of columns.</summary>
internal static class ChunkBounds
{
    /// <summary>Values as a column of <paramref name="type"/> holds them, boxed; null where nothing is known.</summary>
    /// <param name="leaf">The column in the file.</param>
    /// <param name="type">As which it is read.</param>
    /// <param name="statistics">Of a chunk of it.</param>
    public static (object? Min, object? Max) Of(SchemaLeaf leaf, DataType type, StoredStatistics statistics) =>
        Conversion.Find(leaf, type) is { IsText: false } conversion && leaf.Physical != PhysicalType.Int96
            ? (Decode(conversion, type, statistics.Min), Decode(conversion, type, statistics.Max))
            : (null, null);

    private static object? Decode(Conversion conversion, DataType type, byte[]? bytes)
    {
        if (bytes is null || (type.Storage != StorageKind.Bytes && conversion.Physical == PhysicalType.ByteArray))
        {
            return null; // decimals of any length are rare
        }

        try
        {
            return type.Storage switch
            {
                StorageKind.Byte => bytes.Length == 1 ? bytes[0] : null,
                StorageKind.Int32 => One<int>(conversion, bytes),
                StorageKind.Int64 => One<long>(conversion, bytes),
                StorageKind.Int128 => One<Int128>(conversion, bytes),
                StorageKind.Float32 => One<float>(conversion, bytes),
                StorageKind.Float64 => One<double>(conversion, bytes),
                _ => bytes,
            };
        }
        catch (CorruptDataException)
        {
            return null; // says nothing; the values themselves are still read
        }
    }

    private static object One<T>(Conversion conversion, byte[] bytes)
        where T : unmanaged
    {
        var value = new T[1];
        PlainDecoder.Decode(conversion, bytes, value.AsSpan());
        return value[0];
    }
}
