using CdcLake.Avro;

namespace CdcLake.Iceberg.Manifests;

/// <summary>Reads manifests of any writer; fields are found by field id, or by name where the writer left no ids.</summary>
internal static class ManifestReader
{
    private static readonly Dictionary<string, int> EntryNames = Names(ManifestSchemas.Entry);

    /// <summary>All entries, sequence numbers, snapshot ids and row ids inherited from <paramref name="manifest"/> where they are absent.</summary>
    /// <param name="bytes">The file.</param>
    /// <param name="manifest">Its line in the manifest list.</param>
    /// <exception cref="CatalogException">The file is damaged.</exception>
    public static List<ManifestEntry> Read(byte[] bytes, ManifestFile manifest)
    {
        var entries = new List<ManifestEntry>();
        var nextRowId = manifest.Content == ManifestContent.Data ? manifest.FirstRowId : null;
        try
        {
            var file = AvroFile.Open(bytes);
            foreach (var block in file.Blocks())
            {
                var reader = new AvroReader(block.Bytes.Span);
                for (var i = 0; i < block.Count; i++)
                {
                    var entry = ReadEntry(ref reader, Record(ref reader, file.Schema), manifest);
                    if (nextRowId is { } first && entry is { Status: not EntryStatus.Deleted, File.FirstRowId: null })
                    {
                        entry = entry with { File = entry.File with { FirstRowId = first } };
                        nextRowId = first + entry.File.RecordCount;
                    }

                    entries.Add(entry);
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
                    file = DataFileStruct.Read(ref reader, Record(ref reader, field.Type), manifest);
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
}
