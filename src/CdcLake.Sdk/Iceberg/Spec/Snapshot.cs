using System.Runtime.InteropServices;
using System.Text.Json;

namespace CdcLake.Iceberg.Spec;

/// <summary>A table snapshot. Immutable. Iceberg specification, "Snapshots".</summary>
/// <param name="SnapshotId">Positive random number, unique in the table.</param>
/// <param name="ParentId">Snapshot it was made from, or null for the first one.</param>
/// <param name="SequenceNumber">Order of commits; 0 only in tables that were upgraded from format 1.</param>
/// <param name="TimestampMs">Commit time, milliseconds since the Unix epoch.</param>
/// <param name="ManifestList">Absolute URI of its list of manifests.</param>
/// <param name="Summary">What the commit did; always has <c>operation</c>.</param>
/// <param name="SchemaId">Schema in force when it was written, or null.</param>
internal sealed record Snapshot(
    long SnapshotId, long? ParentId, long SequenceNumber, long TimestampMs, string ManifestList, IReadOnlyDictionary<string, string> Summary, int? SchemaId)
{
    // The JSON as another reader or we ourselves wrote it: copied into later metadata files unchanged, with what we do not understand.
    private byte[]? _json;

    /// <summary>Lowest id of the rows that it gave ids to (format 3); null before that format.</summary>
    public long? FirstRowId { get; init; }

    /// <summary>How many ids it gave, at least as many as it added rows (format 3); null before that format.</summary>
    public long? AddedRows { get; init; }

    /// <summary>Id of the key that its manifest list is encrypted with (format 3); null when it is not.</summary>
    public string? KeyId { get; init; }

    /// <summary>A summary entry, or null.</summary>
    public string? this[string key] => Summary.GetValueOrDefault(key);

    internal static Snapshot Read(JsonElement element) => new(
        element.RequiredInt64("snapshot-id"),
        element.OptionalInt64("parent-snapshot-id"),
        element.OptionalInt64("sequence-number") ?? 0,
        element.RequiredInt64("timestamp-ms"),
        element.OptionalString("manifest-list")
            ?? throw new JsonException("a snapshot names its manifests itself, as some of format version 1 did, instead of a manifest-list; rewrite the table's manifests with the engine that wrote it"),
        element.OptionalStrings("summary"),
        element.OptionalInt32("schema-id"))
    {
        FirstRowId = element.OptionalInt64("first-row-id"),
        AddedRows = element.OptionalInt64("added-rows"),
        KeyId = element.OptionalString("key-id"),
        _json = JsonMarshal.GetRawUtf8Value(element).ToArray(),
    };

    internal void Write(Utf8JsonWriter json)
    {
        _json ??= ToJson();
        json.WriteRawValue(_json, skipInputValidation: true);
    }

    private byte[] ToJson()
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteNumber("sequence-number", SequenceNumber);
            json.WriteNumber("snapshot-id", SnapshotId);
            if (ParentId is { } parent)
            {
                json.WriteNumber("parent-snapshot-id", parent);
            }

            json.WriteNumber("timestamp-ms", TimestampMs);
            json.WriteStartObject("summary");
            foreach (var (key, value) in Summary)
            {
                json.WriteString(key, value);
            }

            json.WriteEndObject();
            json.WriteString("manifest-list", ManifestList);
            if (SchemaId is { } schema)
            {
                json.WriteNumber("schema-id", schema);
            }

            if (FirstRowId is { } first)
            {
                json.WriteNumber("first-row-id", first);
                json.WriteNumber("added-rows", AddedRows ?? 0);
            }

            json.WriteEndObject();
        }

        return buffer.ToArray();
    }
}
