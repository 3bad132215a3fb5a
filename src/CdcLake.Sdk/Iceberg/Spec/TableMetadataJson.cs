using System.Buffers;
using System.Collections.Immutable;
using System.Text.Json;

namespace CdcLake.Iceberg.Spec;

/// <summary>Table metadata as JSON, both directions. Iceberg specification, appendix C, "Table Metadata and Snapshots".</summary>
internal static class TableMetadataJson
{
    private const int FirstVersionWithSequenceNumbers = 2; // version 1 is only read
    private const int BytesBesides = 8 << 10;
    private const int BytesOfSnapshot = 1100;
    private const int BytesOfLogEntry = 200;

    private static readonly HashSet<string> Known = new(StringComparer.Ordinal)
    {
        "format-version", "table-uuid", "location", "last-sequence-number", "last-updated-ms", "last-column-id", "schemas", "current-schema-id",
        "partition-specs", "default-spec-id", "last-partition-id", "sort-orders", "default-sort-order-id", "properties", "current-snapshot-id",
        "snapshots", "refs", "snapshot-log", "metadata-log", "statistics", "partition-statistics",
        "next-row-id",
        "schema", "partition-spec", // of version 1, where the lists may be missing; later versions have the lists alone
    };

    /// <param name="utf8">The file.</param>
    /// <param name="file">Its name for messages.</param>
    /// <exception cref="CatalogException">Damaged, or of a format version that we do not read.</exception>
    public static TableMetadata Read(ReadOnlyMemory<byte> utf8, string file)
    {
        try
        {
            using var document = JsonDocument.Parse(utf8);
            return Read(document.RootElement, file);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException or OverflowException)
        {
            throw new CatalogException(
                $"{file} is not valid table metadata: {e.Message} It was damaged or cut; restore it, or point the catalog at the version before it.", e);
        }
    }

    /// <exception cref="CatalogException">Of format version 1, which is only read.</exception>
    public static byte[] Write(TableMetadata table)
    {
        if (table.FormatVersion < FirstVersionWithSequenceNumbers)
        {
            throw new CatalogException(
                $"The table at {table.Location} has Iceberg format version {table.FormatVersion}, which this library reads but does not write. Raise it with another engine (table property format-version=2) first.");
        }

        // Large enough mostly, so that it is not copied over and over while it grows.
        var buffer = new ArrayBufferWriter<byte>(BytesBesides + (table.Snapshots.Length * BytesOfSnapshot) + (table.MetadataLog.Length * BytesOfLogEntry));
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            WriteBasics(json, table);
            WriteStructure(json, table);
            WriteHistory(json, table);
            WriteUnknown(json, table);
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    private static void WriteUnknown(Utf8JsonWriter json, TableMetadata table)
    {
        // Java always has these two, empty or not.
        WriteArray(json, "statistics", table.Statistics, static (w, s) => w.WriteRawValue(s.Json));
        WriteArray(json, "partition-statistics", table.PartitionStatistics, static (w, s) => w.WriteRawValue(s.Json));
        foreach (var (name, value) in table.Unknown)
        {
            json.WritePropertyName(name);
            json.WriteRawValue(value);
        }
    }

    private static TableMetadata Read(JsonElement root, string file)
    {
        var version = root.RequiredInt32("format-version");
        if (version is < 1 or > TableMetadata.NewestFormatVersion)
        {
            throw new CatalogException($"{file} has Iceberg format version {version}; this library reads versions 1 to {TableMetadata.NewestFormatVersion}. Update this library, or read the table with another engine.");
        }

        var table = new TableMetadata
        {
            FormatVersion = version,
            TableUuid = version == 1 ? root.OptionalString("table-uuid") ?? "" : root.RequiredString("table-uuid"),
            Location = root.RequiredString("location").TrimEnd('/'),
            LastSequenceNumber = version == 1 ? root.OptionalInt64("last-sequence-number") ?? 0 : root.RequiredInt64("last-sequence-number"),
            NextRowId = version < TableMetadata.RowLineageVersion ? 0 : root.RequiredInt64("next-row-id"),
            LastUpdatedMs = root.RequiredInt64("last-updated-ms"),
            LastColumnId = root.RequiredInt32("last-column-id"),
            Schemas = SchemasOf(root, version),
            CurrentSchemaId = version == 1 ? root.OptionalInt32("current-schema-id") ?? 0 : root.RequiredInt32("current-schema-id"),
            PartitionSpecs = SpecsOf(root, version),
            DefaultSpecId = version == 1 ? root.OptionalInt32("default-spec-id") ?? 0 : root.RequiredInt32("default-spec-id"),
            LastPartitionId = version == 1 ? root.OptionalInt32("last-partition-id") ?? SpecsOf(root, version).Max(s => s.HighestFieldId) : root.RequiredInt32("last-partition-id"),
            SortOrders = version == 1 && !root.TryGetProperty("sort-orders", out _)
                ? [SortOrder.Unsorted]
                : [.. root.Required("sort-orders").EnumerateArray().Select(SortOrder.Read)],
            DefaultSortOrderId = version == 1 ? root.OptionalInt32("default-sort-order-id") ?? 0 : root.RequiredInt32("default-sort-order-id"),
            Properties = ImmutableSortedDictionary.CreateRange(StringComparer.Ordinal, root.OptionalStrings("properties")),
            CurrentSnapshotId = root.OptionalInt64("current-snapshot-id") is { } id and not -1 ? id : null,
            Snapshots = [.. root.OptionalArray("snapshots").Select(Snapshot.Read)],
            Refs = root.TryGetProperty("refs", out var refs) && refs.ValueKind == JsonValueKind.Object ? [.. refs.EnumerateObject().Select(SnapshotRef.Read)] : [],
            SnapshotLog = [.. root.OptionalArray("snapshot-log").Select(e => new SnapshotLogEntry(e.RequiredInt64("timestamp-ms"), e.RequiredInt64("snapshot-id")))],
            MetadataLog = [.. root.OptionalArray("metadata-log").Select(e => new MetadataLogEntry(e.RequiredInt64("timestamp-ms"), e.RequiredString("metadata-file")))],
            Statistics = [.. root.OptionalArray("statistics").Select(SnapshotStatistics.Read)],
            PartitionStatistics = [.. root.OptionalArray("partition-statistics").Select(SnapshotStatistics.Read)],
            Unknown = [.. root.EnumerateObject().Where(p => !Known.Contains(p.Name)).Select(p => new KeyValuePair<string, string>(p.Name, p.Value.GetRawText()))],
        };
        Check(table);
        return table.CurrentSnapshotId is { } current && table.FindRef(TableMetadata.MainBranch) is null
            ? table with { Refs = table.Refs.Insert(0, SnapshotRef.Branch(TableMetadata.MainBranch, current)) } // which the list need not name, or is not there
            : table;
    }

    private static ImmutableArray<IcebergSchema> SchemasOf(JsonElement root, int version) => version == 1 && !root.TryGetProperty("schemas", out _)
        ? [IcebergSchema.Read(root.Required("schema"))]
        : [.. root.Required("schemas").EnumerateArray().Select(IcebergSchema.Read)];

    private static ImmutableArray<PartitionSpec> SpecsOf(JsonElement root, int version) => version == 1 && !root.TryGetProperty("partition-specs", out _)
        ? [new PartitionSpec(0, root.Required("partition-spec").GetRawText())]
        : [.. root.Required("partition-specs").EnumerateArray().Select(PartitionSpec.Read)];

    private static void Check(TableMetadata table)
    {
        if (table.Schemas.All(s => s.SchemaId != table.CurrentSchemaId))
        {
            throw new JsonException($"current-schema-id {table.CurrentSchemaId} is not among the schemas.");
        }

        if (table.PartitionSpecs.All(s => s.SpecId != table.DefaultSpecId))
        {
            throw new JsonException($"default-spec-id {table.DefaultSpecId} is not among the partition specs.");
        }

        if (table.CurrentSnapshotId is { } current && table.CurrentSnapshot is null)
        {
            throw new JsonException($"current-snapshot-id {current} is not among the snapshots.");
        }

        if (table.CurrentSnapshotId is { } head && table.Refs.FirstOrDefault(r => r.Name == TableMetadata.MainBranch) is { } main && main.SnapshotId != head)
        {
            throw new JsonException($"branch main points at {main.SnapshotId}, current-snapshot-id at {head}.");
        }
    }

    private static void WriteBasics(Utf8JsonWriter json, TableMetadata table)
    {
        json.WriteNumber("format-version", table.FormatVersion);
        json.WriteString("table-uuid", table.TableUuid);
        json.WriteString("location", table.Location);
        json.WriteNumber("last-sequence-number", table.LastSequenceNumber);
        if (table.HasRowLineage)
        {
            json.WriteNumber("next-row-id", table.NextRowId);
        }

        json.WriteNumber("last-updated-ms", table.LastUpdatedMs);
        json.WriteNumber("last-column-id", table.LastColumnId);
    }

    private static void WriteStructure(Utf8JsonWriter json, TableMetadata table)
    {
        json.WriteNumber("current-schema-id", table.CurrentSchemaId);
        WriteArray(json, "schemas", table.Schemas, static (w, s) => s.Write(w));
        json.WriteNumber("default-spec-id", table.DefaultSpecId);
        WriteArray(json, "partition-specs", table.PartitionSpecs, static (w, s) => s.Write(w));
        json.WriteNumber("last-partition-id", table.LastPartitionId);
        json.WriteNumber("default-sort-order-id", table.DefaultSortOrderId);
        WriteArray(json, "sort-orders", table.SortOrders, static (w, s) => s.Write(w));
        json.WriteStartObject("properties");
        foreach (var (key, value) in table.Properties)
        {
            json.WriteString(key, value);
        }

        json.WriteEndObject();
    }

    private static void WriteHistory(Utf8JsonWriter json, TableMetadata table)
    {
        if (table.CurrentSnapshotId is { } current)
        {
            json.WriteNumber("current-snapshot-id", current);
        }
        else if (table.FormatVersion == FirstVersionWithSequenceNumbers)
        {
            json.WriteNumber("current-snapshot-id", -1);
        }
        else
        {
            json.WriteNull("current-snapshot-id");
        }

        json.WriteStartObject("refs");
        foreach (var reference in table.Refs)
        {
            reference.Write(json);
        }

        json.WriteEndObject();
        WriteArray(json, "snapshots", table.Snapshots, static (w, s) => s.Write(w));
        json.WriteStartArray("snapshot-log");
        foreach (var entry in table.SnapshotLog)
        {
            json.WriteStartObject();
            json.WriteNumber("timestamp-ms", entry.TimestampMs);
            json.WriteNumber("snapshot-id", entry.SnapshotId);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("metadata-log");
        foreach (var entry in table.MetadataLog)
        {
            json.WriteStartObject();
            json.WriteNumber("timestamp-ms", entry.TimestampMs);
            json.WriteString("metadata-file", entry.MetadataFile);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteArray<T>(Utf8JsonWriter json, string name, ImmutableArray<T> items, Action<Utf8JsonWriter, T> write)
    {
        json.WriteStartArray(name);
        foreach (var item in items)
        {
            write(json, item);
        }

        json.WriteEndArray();
    }
}
