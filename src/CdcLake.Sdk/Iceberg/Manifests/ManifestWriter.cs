using System.Collections.Immutable;
using System.Globalization;
using CdcLake.Avro;
using CdcLake.Iceberg.Spec;

namespace CdcLake.Iceberg.Manifests;

/// <summary>Writes manifests, format versions 2 and 3; schemas in <see cref="ManifestSchemas"/>.</summary>
internal static class ManifestWriter
{
    /// <summary>The bytes of a manifest. Added entries are written without row ids, and without sequence numbers unless their rows are older: they inherit those of the commit.</summary>
    /// <param name="formatVersion">Of the table.</param>
    /// <param name="codec">Codec of its blocks.</param>
    /// <param name="schema">Current schema of the table.</param>
    /// <param name="spec">Partition spec of all entries.</param>
    /// <param name="content">Kind of all entries.</param>
    /// <param name="entries">One or more.</param>
    public static byte[] Write(int formatVersion, AvroCodec codec, IcebergSchema schema, PartitionSpec spec, ManifestContent content, IReadOnlyList<ManifestEntry> entries)
    {
        var file = new AvroFileWriter(ManifestSchemas.EntryOf(formatVersion, entries[0].File.Partition.Type), codec,
        [
            new("schema", schema.ToJson()),
            new("schema-id", schema.SchemaId.ToString(CultureInfo.InvariantCulture)),
            new("partition-spec", spec.FieldsJson),
            new("partition-spec-id", spec.SpecId.ToString(CultureInfo.InvariantCulture)),
            new("format-version", formatVersion.ToString(CultureInfo.InvariantCulture)),
            new("content", content == ManifestContent.Data ? "data" : "deletes"),
        ]);
        foreach (var entry in entries)
        {
            var values = file.Values;
            values.WriteInt((int)entry.Status);
            values.WriteOptional(entry.SnapshotId);
            values.WriteOptional(entry.Status == EntryStatus.Added && entry.SequenceNumber == entry.FileSequenceNumber ? null : entry.SequenceNumber);
            values.WriteOptional(entry.Status == EntryStatus.Added ? null : entry.FileSequenceNumber);
            Write(values, entry.File, formatVersion, entry.Status == EntryStatus.Added ? null : entry.File.FirstRowId);
            file.EndObject();
        }

        return file.Finish();
    }

    private static void Write(AvroWriter values, DataFile file, int formatVersion, long? firstRowId)
    {
        values.WriteInt((int)file.Content);
        values.WriteString(file.Path);
        values.WriteString(file.Format);
        values.WriteRaw(file.Partition.Encoded);
        values.WriteLong(file.RecordCount);
        values.WriteLong(file.FileSize);
        WriteMap(values, file.Columns, static c => c.Size);
        WriteMap(values, file.Columns, static c => c.ValueCount);
        WriteMap(values, file.Columns, static c => c.NullCount);
        WriteMap(values, file.Columns, static c => c.NanCount);
        WriteMap(values, file.Columns, static c => c.Lower);
        WriteMap(values, file.Columns, static c => c.Upper);
        values.WriteOptional(file.KeyMetadata);
        WriteArray(values, file.SplitOffsets);
        WriteArray(values, [.. file.EqualityIds.Select(id => (long)id)]);
        values.WriteOptional(file.SortOrderId);
        if (formatVersion >= TableMetadata.RowLineageVersion)
        {
            values.WriteOptional(firstRowId);
        }

        values.WriteOptional(file.ReferencedDataFile);
        if (formatVersion >= TableMetadata.RowLineageVersion)
        {
            values.WriteOptional(file.ContentOffset);
            values.WriteOptional(file.ContentSize);
        }
    }

    private static void WriteMap(AvroWriter values, ImmutableArray<ColumnMetrics> columns, Func<ColumnMetrics, long?> metric)
    {
        if (!WriteMapStart(values, columns.Count(c => metric(c) is not null)))
        {
            return;
        }

        foreach (var column in columns)
        {
            if (metric(column) is { } value)
            {
                values.WriteInt(column.FieldId);
                values.WriteLong(value);
            }
        }

        values.WriteLong(0);
    }

    private static void WriteMap(AvroWriter values, ImmutableArray<ColumnMetrics> columns, Func<ColumnMetrics, byte[]?> bound)
    {
        if (!WriteMapStart(values, columns.Count(c => bound(c) is not null)))
        {
            return;
        }

        foreach (var column in columns)
        {
            if (bound(column) is { } value)
            {
                values.WriteInt(column.FieldId);
                values.WriteBytes(value);
            }
        }

        values.WriteLong(0);
    }

    private static bool WriteMapStart(AvroWriter values, int count)
    {
        if (count == 0)
        {
            values.WriteNull();
            return false;
        }

        values.WriteNotNull();
        values.WriteLong(count);
        return true;
    }

    private static void WriteArray(AvroWriter values, ImmutableArray<long> items)
    {
        if (!WriteMapStart(values, items.Length))
        {
            return;
        }

        foreach (var item in items)
        {
            values.WriteLong(item);
        }

        values.WriteLong(0);
    }
}
