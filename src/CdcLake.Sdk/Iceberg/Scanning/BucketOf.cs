using System.Text;
using CdcLake.Columnar;
using CdcLake.Iceberg.Partitioning;
using CdcLake.Iceberg.Spec;

namespace CdcLake.Iceberg.Scanning;

/// <summary>The bucket that a value of a condition belongs to. Iceberg specification, "Bucket Transform Details" and appendix B.</summary>
internal static class BucketOf
{
    /// <summary>Null where it cannot be told: of a value that the column cannot hold, and of types that are not compared as they are hashed.</summary>
    /// <param name="value">The value.</param>
    /// <param name="type">The column's type.</param>
    /// <param name="buckets">How many there are.</param>
    public static int? Value(FilterValue value, IcebergType type, int buckets) => HashOf(value, type) is { } hash ? Murmur3.Bucket(hash, buckets) : null;

    private static int? HashOf(FilterValue value, IcebergType type)
    {
        if (value.Bytes is { } bytes)
        {
            return type.Text switch
            {
                "string" or "binary" => Murmur3.Hash(bytes),
                "uuid" when Guid.TryParse(Encoding.UTF8.GetString(bytes), out var id) => Murmur3.Hash(id.ToByteArray(bigEndian: true)),
                _ when type.Text.StartsWith("fixed", StringComparison.Ordinal) => Murmur3.Hash(bytes),
                _ => null,
            };
        }

        return (type.Text, ScanColumns.TypeOf(type)) switch
        {
            ("int" or "long" or "date" or "time" or "timestamp" or "timestamptz", _) when value.At(0) is { } number && number >= long.MinValue && number <= long.MaxValue => Murmur3.Hash((long)number),
            (_, { Kind: TypeKind.Decimal } column) when value.At(column.Scale) is { } unscaled => Murmur3.HashDecimal(unscaled),
            _ => null,
        };
    }
}
