using System.Buffers.Binary;
using CdcLake.Columnar;
using CdcLake.Iceberg.Manifests;
using CdcLake.Iceberg.Spec;

namespace CdcLake.Iceberg.Scanning;

/// <summary>What manifests say of the values of columns: of files by their metrics, of manifests by their partitions.</summary>
/// <param name="schema">Columns by field id.</param>
internal sealed class FileRanges(IcebergSchema schema)
{
    /// <summary>Values of a column in a file: by its metrics, and by the bucket that it is of.</summary>
    /// <param name="file">The file.</param>
    /// <param name="spec">Of its partition.</param>
    /// <param name="fieldId">The column.</param>
    public ColumnRange Of(DataFile file, IReadOnlyList<PartitionField> spec, int fieldId)
    {
        var range = Of(file, fieldId);
        return schema.Fields.FirstOrDefault(f => f.Id == fieldId) is { Type.IsNested: false } field
            && spec.FirstOrDefault(p => p.SourceId == fieldId && p.Transform.Kind == TransformKind.Bucket) is { } bucket
            && PartitionConstants.ValueOf(file.Partition, bucket.FieldId) is { Bytes: null } only
            ? range with { MayHold = Between(bucket.Transform, field.Type, (int)only.Integer, (int)only.Integer) }
            : range;
    }

    private static Func<FilterValue, bool> Between(PartitionTransform transform, IcebergType type, int first, int last) =>
        value => BucketOf.Value(value, type, transform.Width) is not { } bucket || (bucket >= first && bucket <= last);

    private ColumnRange Of(DataFile file, int fieldId)
    {
        var metrics = file.Columns.FirstOrDefault(c => c.FieldId == fieldId);
        if (metrics is null || schema.Fields.FirstOrDefault(f => f.Id == fieldId) is not { Type.IsNested: false } field)
        {
            return ColumnRange.Unknown;
        }

        return new ColumnRange(
            Bound(metrics.Lower, field.Type), Bound(metrics.Upper, field.Type), metrics.NullCount != 0, metrics.ValueCount is null || metrics.NullCount is null || metrics.NullCount < metrics.ValueCount);
    }

    /// <summary>Values of a column in the files of a manifest, as far as what they are partitioned by tells.</summary>
    public ColumnRange Of(ManifestFile manifest, IReadOnlyList<PartitionField> spec, int fieldId)
    {
        for (var i = 0; i < Math.Min(spec.Count, manifest.Partitions.Length); i++)
        {
            if (spec[i].SourceId == fieldId && schema.Fields.FirstOrDefault(f => f.Id == fieldId) is { Type.IsNested: false } field)
            {
                var summary = manifest.Partitions[i];
                var (min, max) = spec[i].Transform.Kind == TransformKind.Identity
                    ? (Bound(summary.Lower, field.Type), Bound(summary.Upper, field.Type))
                    : PartitionRanges.Of(spec[i].Transform, field.Type, summary.Lower, summary.Upper);
                // Without bounds all values are null, or NaN, or nothing is known: Java leaves them out in each of these cases.
                return new ColumnRange(min, max, summary.ContainsNull, true)
                {
                    MayHold = spec[i].Transform.Kind == TransformKind.Bucket && summary is { Lower: { Length: sizeof(int) } first, Upper: { Length: sizeof(int) } last }
                        ? Between(spec[i].Transform, field.Type, BinaryPrimitives.ReadInt32LittleEndian(first), BinaryPrimitives.ReadInt32LittleEndian(last)) : null,
                };
            }
        }

        return ColumnRange.Unknown;
    }

    /// <summary>A single value in its binary form; of another length when the column was widened since. Null when it is not understood.</summary>
    private static FilterValue? Bound(byte[]? bytes, IcebergType type)
    {
        if (bytes is null || ScanColumns.TypeOf(type) is not { } read || type.Text is "timestamp_ns" or "timestamptz_ns")
        {
            return null;
        }

        object? value = (read.Kind, bytes.Length) switch
        {
            (TypeKind.Boolean, 1) => bytes[0],
            (TypeKind.Float32, 4) => BinaryPrimitives.ReadSingleLittleEndian(bytes),
            (TypeKind.Float64, 4) => (double)BinaryPrimitives.ReadSingleLittleEndian(bytes),
            (TypeKind.Float64, 8) => BinaryPrimitives.ReadDoubleLittleEndian(bytes),
            (TypeKind.Decimal, > 0 and <= 16) => BigEndian.Read(bytes),
            (TypeKind.String, 16) when type.Text == "uuid" => System.Text.Encoding.UTF8.GetBytes(new Guid(bytes, bigEndian: true).ToString()),
            (TypeKind.String, _) => type.Text == "string" ? bytes : null,
            (TypeKind.Binary, _) => type.Text == "binary" || type.Text.StartsWith("fixed", StringComparison.Ordinal) ? bytes : null, // bounds of geometries are points
            (TypeKind.Int32 or TypeKind.Date, 4) => BinaryPrimitives.ReadInt32LittleEndian(bytes),
            (TypeKind.Int64, 4) => BinaryPrimitives.ReadInt32LittleEndian(bytes),
            (TypeKind.Int64 or TypeKind.DateTime or TypeKind.Timestamp or TypeKind.Time, 8) => BinaryPrimitives.ReadInt64LittleEndian(bytes),
            _ => null,
        };
        return FilterValue.Of(value, read);
    }
}
