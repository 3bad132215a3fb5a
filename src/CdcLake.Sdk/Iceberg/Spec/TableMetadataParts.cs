using System.Collections.Immutable;
using System.Text.Json;

namespace CdcLake.Iceberg.Spec;

/// <summary>How rows are assigned to partitions. Iceberg specification, "Partitioning".</summary>
/// <param name="SpecId">Number within the table.</param>
/// <param name="FieldsJson">JSON array of the partition fields; <c>[]</c> when there are none.</param>
internal sealed record PartitionSpec(int SpecId, string FieldsJson)
{
    /// <summary>Partition field ids start behind this number.</summary>
    public const int LastIdWithoutFields = 999;

    public static PartitionSpec Unpartitioned { get; } = new(0, "[]");

    /// <summary>Its fields, in order.</summary>
    public IReadOnlyList<PartitionField> Fields => PartitionField.ReadAll(FieldsJson);

    public bool IsUnpartitioned => FieldsJson.AsSpan().Trim("[] \n\r\t").IsEmpty;

    /// <summary>True when all rows are in one partition: equality deletes of it are about every row of the table.</summary>
    public bool IsGlobal => IsUnpartitioned || Fields.All(f => f.Transform.Kind == TransformKind.Void);

    /// <summary>Highest id of its fields, which in format version 1 count from behind <see cref="LastIdWithoutFields"/>, the id when there are none.</summary>
    public int HighestFieldId
    {
        get
        {
            using var fields = JsonDocument.Parse(FieldsJson);
            return fields.RootElement.EnumerateArray().Select((f, i) => f.OptionalInt32("field-id") ?? LastIdWithoutFields + 1 + i).DefaultIfEmpty(LastIdWithoutFields).Max();
        }
    }

    internal static PartitionSpec Read(JsonElement element) => new(element.RequiredInt32("spec-id"), element.Required("fields").GetRawText());

    internal void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteNumber("spec-id", SpecId);
        json.WritePropertyName("fields");
        json.WriteRawValue(FieldsJson);
        json.WriteEndObject();
    }
}

/// <summary>An order of rows inside files; number 0 is none. Iceberg specification, "Sorting".</summary>
/// <param name="OrderId">Number within the table; 0 is the unsorted order.</param>
/// <param name="FieldsJson">JSON array of the sort fields.</param>
internal sealed record SortOrder(int OrderId, string FieldsJson)
{
    public static SortOrder Unsorted { get; } = new(0, "[]");

    /// <summary>Its fields, the most important first.</summary>
    public IReadOnlyList<SortField> Fields => SortField.ReadAll(FieldsJson);

    internal static SortOrder Read(JsonElement element) => new(element.RequiredInt32("order-id"), element.Required("fields").GetRawText());

    internal void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteNumber("order-id", OrderId);
        json.WritePropertyName("fields");
        json.WriteRawValue(FieldsJson);
        json.WriteEndObject();
    }
}

/// <summary>A branch or tag.</summary>
/// <param name="Name">Unique in the table.</param>
/// <param name="SnapshotId">Snapshot it points at.</param>
/// <param name="Rest">Its other members (type and retention): name and JSON.</param>
internal sealed record SnapshotRef(string Name, long SnapshotId, ImmutableArray<KeyValuePair<string, string>> Rest)
{
    /// <summary>False for a tag.</summary>
    public bool IsBranch => Rest.All(r => r.Key != "type" || r.Value != "\"tag\"");

    /// <summary>A branch without retention of its own.</summary>
    public static SnapshotRef Branch(string name, long snapshotId) => new(name, snapshotId, [new("type", "\"branch\"")]);

    /// <summary>A tag that goes when its snapshot has an age.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="snapshotId">The snapshot that it keeps.</param>
    /// <param name="maxAgeMs">Milliseconds since the snapshot was made.</param>
    public static SnapshotRef Tag(string name, long snapshotId, long maxAgeMs) =>
        new(name, snapshotId, [new("type", "\"tag\""), new("max-ref-age-ms", maxAgeMs.ToString(System.Globalization.CultureInfo.InvariantCulture))]);

    internal static SnapshotRef Read(JsonProperty member) => new(
        member.Name,
        member.Value.RequiredInt64("snapshot-id"),
        [.. member.Value.EnumerateObject().Where(p => p.Name != "snapshot-id").Select(p => new KeyValuePair<string, string>(p.Name, p.Value.GetRawText()))]);

    internal void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject(Name);
        WriteMembers(json);
        json.WriteEndObject();
    }

    internal void WriteMembers(Utf8JsonWriter json)
    {
        json.WriteNumber("snapshot-id", SnapshotId);
        foreach (var (name, value) in Rest)
        {
            json.WritePropertyName(name);
            json.WriteRawValue(value);
        }
    }
}

/// <summary>Statistics of one snapshot, or of its partitions: kept as they are as long as the snapshot is.</summary>
/// <param name="SnapshotId">The snapshot they describe.</param>
/// <param name="Json">The whole JSON object.</param>
internal sealed record SnapshotStatistics(long SnapshotId, string Json)
{
    internal static SnapshotStatistics Read(JsonElement element) => new(element.RequiredInt64("snapshot-id"), element.GetRawText());
}

/// <summary>A snapshot became current at a time, in milliseconds since the Unix epoch.</summary>
internal readonly record struct SnapshotLogEntry(long TimestampMs, long SnapshotId);

/// <summary>A former metadata file and when it was written, in milliseconds since the Unix epoch.</summary>
internal readonly record struct MetadataLogEntry(long TimestampMs, string MetadataFile);
