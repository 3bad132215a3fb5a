using System.Collections.Immutable;
using System.Globalization;
using CdcLake.Avro;
using CdcLake.Iceberg.Spec;

namespace CdcLake.Iceberg.Manifests;

/// <summary>Manifest lists, both directions; schema in <see cref="ManifestSchemas"/>. Iceberg specification, "Manifest Lists".</summary>
internal static class ManifestList
{
    // Names that Iceberg Java used until 1.4, for lists without field ids.
    private static readonly Dictionary<string, int> NamesToIds = new(ManifestReader.Names(ManifestSchemas.ListEntry), StringComparer.Ordinal)
    {
        ["added_data_files_count"] = ListFields.AddedFiles,
        ["existing_data_files_count"] = ListFields.ExistingFiles,
        ["deleted_data_files_count"] = ListFields.DeletedFiles,
    };

    /// <summary>The bytes of a manifest list.</summary>
    public static byte[] Write(int formatVersion, AvroCodec codec, long snapshotId, long? parentSnapshotId, long sequenceNumber, IEnumerable<ManifestFile> manifests)
    {
        var file = new AvroFileWriter(ManifestSchemas.ListEntryOf(formatVersion), codec,
        [
            new("snapshot-id", snapshotId.ToString(CultureInfo.InvariantCulture)),
            new("parent-snapshot-id", parentSnapshotId?.ToString(CultureInfo.InvariantCulture) ?? "null"),
            new("sequence-number", sequenceNumber.ToString(CultureInfo.InvariantCulture)),
            new("format-version", formatVersion.ToString(CultureInfo.InvariantCulture)),
        ]);
        foreach (var manifest in manifests)
        {
            var values = file.Values;
            values.WriteString(manifest.Path);
            values.WriteLong(manifest.Length);
            values.WriteInt(manifest.PartitionSpecId);
            values.WriteInt((int)manifest.Content);
            values.WriteLong(manifest.SequenceNumber);
            values.WriteLong(manifest.MinSequenceNumber);
            values.WriteLong(manifest.AddedSnapshotId);
            values.WriteInt(manifest.AddedFiles);
            values.WriteInt(manifest.ExistingFiles);
            values.WriteInt(manifest.DeletedFiles);
            values.WriteLong(manifest.AddedRows);
            values.WriteLong(manifest.ExistingRows);
            values.WriteLong(manifest.DeletedRows);
            WriteSummaries(values, manifest.Partitions);
            values.WriteOptional(manifest.KeyMetadata);
            if (formatVersion >= TableMetadata.RowLineageVersion)
            {
                values.WriteOptional(manifest.FirstRowId);
            }

            file.EndObject();
        }

        return file.Finish();
    }

    /// <param name="bytes">The file.</param>
    /// <param name="path">Its URI for messages.</param>
    /// <exception cref="CatalogException">The file is damaged.</exception>
    public static List<ManifestFile> Read(byte[] bytes, string path)
    {
        var manifests = new List<ManifestFile>();
        try
        {
            var file = AvroFile.Open(bytes);
            foreach (var block in file.Blocks())
            {
                var reader = new AvroReader(block.Bytes.Span);
                for (var i = 0; i < block.Count; i++)
                {
                    manifests.Add(ReadManifest(ref reader, ManifestReader.Record(ref reader, file.Schema)));
                }
            }
        }
        catch (AvroFormatException e)
        {
            throw new CatalogException($"Manifest list {path} is damaged: {e.Message}. Restore the file, or roll the table back to an older snapshot.", e);
        }

        return manifests;
    }

    // Counts and the snapshot may be null in format version 1.
    private static ManifestFile ReadManifest(ref AvroReader reader, AvroType type)
    {
        var manifest = new ManifestFile { Path = "", Length = 0 };
        foreach (var field in type.Fields)
        {
            manifest = ManifestReader.IdOf(field, NamesToIds) switch
            {
                ListFields.Path => manifest with { Path = reader.ReadString(field.Type, "manifest_path") },
                ListFields.Length => manifest with { Length = reader.ReadLong(field.Type, "manifest_length") },
                ListFields.PartitionSpecId => manifest with { PartitionSpecId = reader.ReadInt(field.Type, "partition_spec_id") },
                ListFields.Content => manifest with { Content = (ManifestContent)reader.ReadInt(field.Type, "content") },
                ListFields.SequenceNumber => manifest with { SequenceNumber = reader.ReadLong(field.Type, "sequence_number") },
                ListFields.MinSequenceNumber => manifest with { MinSequenceNumber = reader.ReadLong(field.Type, "min_sequence_number") },
                ListFields.AddedSnapshotId => manifest with { AddedSnapshotId = reader.ReadOptionalLong(field.Type) ?? 0 },
                ListFields.AddedFiles => manifest with { AddedFiles = (int)(reader.ReadOptionalLong(field.Type) ?? 0) },
                ListFields.ExistingFiles => manifest with { ExistingFiles = (int)(reader.ReadOptionalLong(field.Type) ?? 0) },
                ListFields.DeletedFiles => manifest with { DeletedFiles = (int)(reader.ReadOptionalLong(field.Type) ?? 0) },
                ListFields.AddedRows => manifest with { AddedRows = reader.ReadOptionalLong(field.Type) ?? 0 },
                ListFields.ExistingRows => manifest with { ExistingRows = reader.ReadOptionalLong(field.Type) ?? 0 },
                ListFields.DeletedRows => manifest with { DeletedRows = reader.ReadOptionalLong(field.Type) ?? 0 },
                ListFields.Partitions => manifest with { Partitions = ReadSummaries(ref reader, field.Type) },
                ListFields.FirstRowId => manifest with { FirstRowId = reader.ReadOptionalLong(field.Type) },
                ListFields.KeyMetadata => manifest with { KeyMetadata = reader.ReadOptionalBytes(field.Type) is { Length: > 0 } key ? key : null },
                _ => Skip(ref reader, field.Type, manifest),
            };
        }

        return manifest.Path.Length > 0 && Enum.IsDefined(manifest.Content)
            ? manifest
            : throw new AvroFormatException($"a line has path \"{manifest.Path}\" and content {(int)manifest.Content}");
    }

    /// <summary>An array, without items for an unpartitioned spec; never null, which some readers refuse.</summary>
    private static void WriteSummaries(AvroWriter values, ImmutableArray<FieldSummary> summaries)
    {
        values.WriteNotNull();
        if (summaries.Length > 0)
        {
            values.WriteLong(summaries.Length);
            foreach (var summary in summaries)
            {
                summary.Write(values);
            }
        }

        values.WriteLong(0);
    }

    private static ImmutableArray<FieldSummary> ReadSummaries(ref AvroReader reader, AvroType type)
    {
        var array = reader.Resolve(type);
        if (array.Kind == AvroKind.Null)
        {
            return [];
        }

        if (array is not { Kind: AvroKind.Array, Items: { Kind: AvroKind.Record } item })
        {
            throw reader.Unexpected(array, "an array of records");
        }

        var summaries = ImmutableArray.CreateBuilder<FieldSummary>();
        for (var count = reader.ReadBlockCount(item); count > 0; count = reader.ReadBlockCount(item))
        {
            for (var i = 0; i < count; i++)
            {
                summaries.Add(FieldSummary.Read(ref reader, item));
            }
        }

        return summaries.ToImmutable();
    }

    private static ManifestFile Skip(ref AvroReader reader, AvroType type, ManifestFile manifest)
    {
        reader.Skip(type);
        return manifest;
    }
}
