using System.Collections.Immutable;
using System.Text.Json;
using CdcLake.Iceberg.Catalogs;
using CdcLake.Iceberg.Spec;
using CdcLake.Iceberg.Tables;

namespace CdcLake.Testing.Rest;

/// <summary>Reads what a client sends to a REST catalog, as a server does.</summary>
internal static class CommitJson
{
    public static TableCommit Read(JsonElement root) => new(
        Identifier(root.GetProperty("identifier")),
        [.. root.GetProperty("requirements").EnumerateArray().Select(Requirement)],
        [.. root.GetProperty("updates").EnumerateArray().Select(Update)]);

    public static TableIdentifier Identifier(JsonElement element) => new(Levels(element.GetProperty("namespace")), element.GetProperty("name").GetString()!);

    public static ImmutableArray<string> Levels(JsonElement array) => [.. array.EnumerateArray().Select(l => l.GetString()!)];

    public static ImmutableSortedDictionary<string, string> Texts(JsonElement element) =>
        element.EnumerateObject().ToImmutableSortedDictionary(p => p.Name, p => p.Value.GetString()!, StringComparer.Ordinal);

    private static TableRequirement Requirement(JsonElement r) => r.GetProperty("type").GetString() switch
    {
        "assert-create" => new TableRequirement.Create(),
        "assert-table-uuid" => new TableRequirement.TableUuid(r.GetProperty("uuid").GetString()!),
        "assert-ref-snapshot-id" => new TableRequirement.RefSnapshot(
            r.GetProperty("ref").GetString()!, r.GetProperty("snapshot-id") is { ValueKind: JsonValueKind.Number } id ? id.GetInt64() : null),
        "assert-current-schema-id" => new TableRequirement.CurrentSchemaId(r.GetProperty("current-schema-id").GetInt32()),
        "assert-last-assigned-field-id" => new TableRequirement.LastAssignedFieldId(r.GetProperty("last-assigned-field-id").GetInt32()),
        "assert-default-spec-id" => new TableRequirement.DefaultSpecId(r.GetProperty("default-spec-id").GetInt32()),
        var other => throw new NotSupportedException(other),
    };

    private static TableUpdate Update(JsonElement u) => u.GetProperty("action").GetString() switch
    {
        "add-snapshot" => new SnapshotUpdates.AddSnapshot(Snapshot.Read(u.GetProperty("snapshot").Clone())),
        "set-snapshot-ref" => new SnapshotUpdates.SetRef(SnapshotRef.Branch(u.GetProperty("ref-name").GetString()!, u.GetProperty("snapshot-id").GetInt64())),
        "remove-snapshots" => new SnapshotUpdates.RemoveSnapshots([.. u.GetProperty("snapshot-ids").EnumerateArray().Select(i => i.GetInt64())]),
        "add-schema" => new StructureUpdates.AddSchema(IcebergSchema.Read(u.GetProperty("schema").Clone())),
        "set-current-schema" => new StructureUpdates.SetCurrentSchema(u.GetProperty("schema-id").GetInt32()),
        "set-properties" => new TableWideUpdates.SetProperties(Texts(u.GetProperty("updates"))),
        "remove-properties" => new TableWideUpdates.RemoveProperties([.. u.GetProperty("removals").EnumerateArray().Select(i => i.GetString()!)]),
        var other => throw new NotSupportedException(other),
    };
}
