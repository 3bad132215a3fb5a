using System.Collections.Immutable;
using CdcLake.Avro;

namespace CdcLake.Iceberg.Manifests;

/// <summary>Reads manifests of any writer; fields are found by field id, or by name where the writer left no ids.</summary>
internal static class ManifestReader
{
    private static readonly Dictionary<string, int> EntryNames = Names(ManifestSchemas.Entry);
    private static readonly Dictionary<string, int> FileNames = Names(ManifestSchemas.Entry.Fields.First(f => f.Id == EntryFields.DataFile).Type);

    /// <summary>All entries, sequence numbers and snapshot ids inherited from <paramref name="manifest"/> where they are absent.</summary>
    /// <param name="bytes">The file.</param>
    /// <param name="manifest">Its line in the manifest list.</param>
    /// <exception cref="CatalogException">The file is damaged.</exception>
    public static List<ManifestEntry> Read(byte[] bytes, ManifestFile manifest)
    {
        var entries = new List<ManifestEntry>();
        try
        {
            var file = AvroFile.Open(bytes);
            foreach (var block in file.Blocks())
            {
                var reader = new AvroReader(block.Bytes.Span);
                for (var i = 0; i < block.Count; i++)
                {
                    entries.Add(ReadEntry(ref reader, Record(ref reader, file.Schema), manifest));
                }
            }
        }
        catch (AvroFormatException e)
        {
            throw new CatalogException($"Manifest {manifest.Path} is damaged: {e.Message}. Restore the file, or roll the table back to an older snapshot.", e);
        }

        return entries;
    }

    internal static Dictionary<string, int> Names(AvroType record) =>
        record.Fields.ToDictionary(f => f.Name, f => f.Id!.Value, StringComparer.Ordinal);

    /// <summary>The id of a field, by its name when the writer left no id; −1 for a field that we do not know.</summary>
    internal static int IdOf(AvroField field, Dictionary<string, int> names) => field.Id ?? names.GetValueOrDefault(field.Name, -1);

    internal static AvroType Record(ref AvroReader reader, AvroType type)
    {
        var record = reader.Resolve(type);
        return record.Kind == AvroKind.Record ? record : throw reader.Unexpected(record, "a record");
    }

    private static ManifestEntry ReadEntry(ref AvroReader reader, AvroType type, ManifestFile manifest)
    {
        var status = EntryStatus.Existing;
        long? snapshot = null;
        long? sequence = null;
        long? fileSequence = null;
        DataFile? file = null;
        foreach (var field in type.Fields)
        {
            switch (IdOf(field, EntryNames))
            {
                case EntryFields.Status:
                    status = (EntryStatus)reader.ReadInt(field.Type, "status");
                    break;
                case EntryFields.SnapshotId:
                    snapshot = reader.ReadOptionalLong(field.Type);
                    break;
                case EntryFields.SequenceNumber:
                    sequence = reader.ReadOptionalLong(field.Type);
                    break;
                case EntryFields.FileSequenceNumber:
                    fileSequence = reader.ReadOptionalLong(field.Type);
                    break;
                case EntryFields.DataFile:
                    file = ReadFile(ref reader, Record(ref reader, field.Type), manifest.Content);
                    break;
                default:
                    reader.Skip(field.Type);
                    break;
            }
        }

        if (file is null || status is < EntryStatus.Existing or > EntryStatus.Deleted)
        {
            throw new AvroFormatException($"an entry has status {(int)status} and {(file is null ? "no" : "a")} file");
        }

        var inherits = status == EntryStatus.Added || manifest.SequenceNumber == 0;
        if (!inherits && sequence is null)
        {
            throw new AvroFormatException($"the entry of {file.Path} is not new but has no sequence number");
        }

        return new ManifestEntry(
            status, snapshot ?? manifest.AddedSnapshotId, sequence ?? manifest.SequenceNumber, fileSequence ?? (inherits ? manifest.SequenceNumber : null), file);
    }

    private static DataFile ReadFile(ref AvroReader reader, AvroType type, ManifestContent manifest)
    {
        var content = manifest == ManifestContent.Data ? FileContent.Data : FileContent.PositionDeletes;
        string? path = null;
        var format = "PARQUET";
        var records = -1L;
        var size = -1L;
        var metrics = new MetricsBuilder();
        byte[]? keyMetadata = null;
        ImmutableArray<long> splits = [];
        ImmutableArray<long> equalityIds = [];
        int? sortOrder = null;
        string? referenced = null;
        foreach (var field in type.Fields)
        {
            switch (IdOf(field, FileNames))
            {
                case FileFields.Content:
                    content = (FileContent)reader.ReadInt(field.Type, "content");
                    break;
                case FileFields.Path:
                    path = reader.ReadString(field.Type, "file_path");
                    break;
                case FileFields.Format:
                    format = reader.ReadString(field.Type, "file_format");
                    break;
                case FileFields.RecordCount:
                    records = reader.ReadLong(field.Type, "record_count");
                    break;
                case FileFields.FileSize:
                    size = reader.ReadLong(field.Type, "file_size_in_bytes");
                    break;
                case FileFields.KeyMetadata:
                    keyMetadata = reader.ReadOptionalBytes(field.Type);
                    break;
                case FileFields.SplitOffsets:
                    splits = ReadLongs(ref reader, field.Type);
                    break;
                case FileFields.EqualityIds:
                    equalityIds = ReadLongs(ref reader, field.Type);
                    break;
                case FileFields.SortOrderId:
                    sortOrder = (int?)reader.ReadOptionalLong(field.Type);
                    break;
                case FileFields.ReferencedDataFile:
                    referenced = reader.ReadOptionalString(field.Type);
                    break;
                case var id when MetricsBuilder.Has(id):
                    metrics.Read(ref reader, field.Type, id);
                    break;
                default:
                    reader.Skip(field.Type);
                    break;
            }
        }

        if (path is null || records < 0 || size < 0 || !Enum.IsDefined(content))
        {
            throw new AvroFormatException($"the entry of {path ?? "a file without path"} has content {(int)content}, {records} rows and {size} bytes");
        }

        return new DataFile
        {
            Content = content,
            Path = path,
            Format = format,
            RecordCount = records,
            FileSize = size,
            Columns = metrics.Build(),
            KeyMetadata = keyMetadata,
            SplitOffsets = splits,
            EqualityIds = [.. equalityIds.Select(id => checked((int)id))],
            SortOrderId = sortOrder,
            ReferencedDataFile = referenced,
        };
    }

    private static ImmutableArray<long> ReadLongs(ref AvroReader reader, AvroType type)
    {
        var array = reader.Resolve(type);
        if (array.Kind == AvroKind.Null)
        {
            return [];
        }

        if (array.Kind != AvroKind.Array)
        {
            throw reader.Unexpected(array, "an array");
        }

        var items = ImmutableArray.CreateBuilder<long>();
        for (var count = reader.ReadBlockCount(array.Items!); count > 0; count = reader.ReadBlockCount(array.Items!))
        {
            for (var i = 0; i < count; i++)
            {
                items.Add(reader.ReadLong(array.Items!, "an element"));
            }
        }

        return items.ToImmutable();
    }
}
