using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using CdcLake.Avro;
using CdcLake.Columnar;
using CdcLake.Iceberg.Manifests;
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
    public static ImmutableArray<ParquetColumn> Fill(ImmutableArray<ParquetColumn> columns, DataFile file, TableMetadata table)
    {
        if (file.Partition.Type.Fields.IsEmpty || table.PartitionSpecs.FirstOrDefault(s => s.SpecId == file.SpecId) is not { } spec)
        {
            return columns;
        }

        var identities = FieldsOf(spec).Where(f => f.Transform == "identity").ToList();
        return identities.Count == 0
            ? columns
            : [.. columns.Select(c => identities.Find(i => i.SourceId == c.FieldId) is { } identity
                && ValuesOf(file.Partition).GetValueOrDefault(identity.FieldId) is { } value && ToStorage(value, c.Type, IsUuid(table, c.FieldId)) is { } constant
                ? c with { Missing = constant }
                : c)];
    }

    /// <summary>The fields of a partition spec.</summary>
    public static ImmutableArray<ScanPartitionField> FieldsOf(PartitionSpec spec)
    {
        using var document = JsonDocument.Parse(spec.FieldsJson);
        return
        [
            .. document.RootElement.EnumerateArray().Select((f, i) => new ScanPartitionField(
                f.OptionalInt32("source-id") ?? -1, f.OptionalInt32("field-id") ?? PartitionSpec.LastIdWithoutFields + 1 + i, f.RequiredString("name"), f.RequiredString("transform"))),
        ];
    }

    /// <summary>Values of a partition by partition field id, those that are not null: bool, long, float, double or byte[].</summary>
    /// <exception cref="AvroFormatException">Malformed.</exception>
    public static Dictionary<int, object> ValuesOf(PartitionTuple partition)
    {
        var values = new Dictionary<int, object>();
        var reader = new AvroReader(partition.Encoded);
        foreach (var field in partition.Type.Fields)
        {
            var type = reader.Resolve(field.Type);
            object? value = type.Kind switch
            {
                AvroKind.Null => null,
                AvroKind.Boolean => reader.ReadBoolean(),
                AvroKind.Int or AvroKind.Long => reader.ReadLong(),
                AvroKind.Bytes or AvroKind.String => reader.ReadBytes().ToArray(),
                _ => reader.ReadEncoded(type).ToArray(),
            };
            if (value is not null && field.Id is { } id)
            {
                values[id] = (type.Kind, value) switch
                {
                    (AvroKind.Float, byte[] bytes) => BinaryPrimitives.ReadSingleLittleEndian(bytes),
                    (AvroKind.Double, byte[] bytes) => BinaryPrimitives.ReadDoubleLittleEndian(bytes),
                    _ => value,
                };
            }
        }

        return values;
    }

    /// <summary>A partition's value as a column of <paramref name="type"/> holds it, boxed; null when it does not.</summary>
    public static object? ToStorage(object value, DataType type, bool isUuid) => (type.Storage, value) switch
    {
        (StorageKind.Byte, bool v) => v ? (byte)1 : (byte)0,
        (StorageKind.Int32, long v) => (int)v,
        (StorageKind.Int64, long v) => v,
        (StorageKind.Int64, byte[] v) => (long)BigEndian.Read(v),
        (StorageKind.Int128, byte[] v) => BigEndian.Read(v),
        (StorageKind.Float32, float v) => v,
        (StorageKind.Float64, float v) => (double)v,
        (StorageKind.Float64, double v) => v,
        (StorageKind.Bytes, byte[] v) when isUuid => Encoding.UTF8.GetBytes(new Guid(v, bigEndian: true).ToString()),
        (StorageKind.Bytes, byte[] v) => v,
        _ => null,
    };

    /// <summary>True for a column of UUIDs, which are text in memory and bytes in partitions.</summary>
    internal static bool IsUuid(TableMetadata table, int fieldId) => ScanColumns.Find(table.Schema.Fields, fieldId)?.Type.Text == "uuid";
}

/// <summary>A field of a partition spec.</summary>
/// <param name="SourceId">The column it is computed from; −1 when from several.</param>
/// <param name="FieldId">Its own id.</param>
/// <param name="Name">Its name.</param>
/// <param name="Transform">As the specification spells it: <c>identity</c>, <c>bucket[16]</c>, <c>day</c>, …</param>
internal sealed record ScanPartitionField(int SourceId, int FieldId, string Name, string Transform);
