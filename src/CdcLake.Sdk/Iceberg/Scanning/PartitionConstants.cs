using System.Text;
using CdcLake.Columnar;
using CdcLake.Iceberg.Manifests;
using CdcLake.Iceberg.Partitioning;
using CdcLake.Iceberg.Spec;
using CdcLake.Parquet.Format;

namespace CdcLake.Iceberg.Scanning;

/// <summary>
/// Values that a file has by its partition: files that were taken over from Hive lack the columns they are partitioned by. Iceberg specification,
/// "Column Projection".
/// </summary>
internal static class PartitionConstants
{
    /// <summary>The columns, those by which the file is partitioned as they are with that value where the file lacks them.</summary>
    /// <param name="columns">What is read.</param>
    /// <param name="file">The data file.</param>
    /// <param name="table">Knows its partition spec.</param>
    public static IReadOnlyList<ParquetColumn> Fill(IReadOnlyList<ParquetColumn> columns, DataFile file, TableMetadata table)
    {
        if (file.Partition.Type.Fields.IsEmpty || table.PartitionSpecs.FirstOrDefault(s => s.SpecId == file.SpecId) is not { } spec)
        {
            return columns;
        }

        var identities = spec.Fields.Where(f => f.Transform.Kind == TransformKind.Identity).ToList();
        return identities.Count == 0
            ? columns
            : [.. columns.Select(c => identities.Find(i => i.SourceId == c.FieldId) is { } identity
                && ValueOf(file.Partition, identity.FieldId) is { } value && ToStorage(value, c.Type, IsUuid(table, c.FieldId)) is { } constant
                ? c with { Missing = constant }
                : c)];
    }

    /// <summary>The value of a partition field; null when it is null, or the tuple has no such field.</summary>
    public static PartitionValue? ValueOf(PartitionTuple partition, int fieldId)
    {
        for (var i = 0; i < partition.Type.Fields.Length; i++)
        {
            if (partition.Type.Fields[i].Id == fieldId && PartitionValues.Read(partition)[i] is { IsNull: false } value)
            {
                return value;
            }
        }

        return null;
    }

    /// <summary>A partition's value as a column of <paramref name="type"/> holds it, boxed; null when it does not.</summary>
    public static object? ToStorage(PartitionValue value, DataType type, bool isUuid) => (type.Storage, value.Bytes) switch
    {
        (StorageKind.Byte, null) => (byte)value.Integer,
        (StorageKind.Int32, null) => (int)value.Integer,
        (StorageKind.Int64, null) => (long)value.Integer,
        (StorageKind.Int128, null) => value.Integer,
        (StorageKind.Float32, null) => (float)value.Float,
        (StorageKind.Float64, null) => value.Float,
        (StorageKind.Bytes, { } bytes) => isUuid ? Encoding.UTF8.GetBytes(new Guid(bytes, bigEndian: true).ToString()) : bytes,
        _ => null,
    };

    /// <summary>True for a column of UUIDs, which are text in memory and bytes in partitions.</summary>
    internal static bool IsUuid(TableMetadata table, int fieldId) => ScanColumns.Find(table.Schema.Fields, fieldId)?.Type.Text == "uuid";
}
