using System.Text.Json;

namespace CdcLake.Iceberg.Spec;

/// <summary>
/// What must be true of a table for a commit to take effect; the catalog checks it in the same act. Immutable.
/// Iceberg REST specification, schema <c>TableRequirement</c>; names and members are those of its JSON.
/// </summary>
internal abstract record TableRequirement
{
    /// <summary>The table does not exist.</summary>
    public sealed record Create : TableRequirement
    {
        public override string Type => "assert-create";

        public override string? Objection(TableMetadata? table) => table is null ? null : "it was created by somebody else";
    }

    /// <summary>The table is the same one, not dropped and created again.</summary>
    public sealed record TableUuid(string Uuid) : TableRequirement
    {
        public override string Type => "assert-table-uuid";

        public override string? Objection(TableMetadata? table) =>
            table is null ? Dropped : table.TableUuid == Uuid ? null : "it was dropped and created again";

        protected override void WriteMembers(Utf8JsonWriter json) => json.WriteString("uuid", Uuid);
    }

    /// <summary>A branch or tag points at a snapshot; with null it does not exist.</summary>
    public sealed record RefSnapshot(string Ref, long? SnapshotId) : TableRequirement
    {
        public override string Type => "assert-ref-snapshot-id";

        public override string? Objection(TableMetadata? table)
        {
            var now = table?.SnapshotOf(Ref);
            return table is null ? Dropped
                : now == SnapshotId ? null
                : now is null ? $"its {Ref} branch was removed"
                : $"snapshot {now} was committed or restored";
        }

        protected override void WriteMembers(Utf8JsonWriter json)
        {
            json.WriteString("ref", Ref);
            WriteOptional(json, "snapshot-id", SnapshotId);
        }
    }

    /// <summary>No column was added since.</summary>
    public sealed record LastAssignedFieldId(int Id) : TableRequirement
    {
        public override string Type => "assert-last-assigned-field-id";

        public override string? Objection(TableMetadata? table) =>
            table is null ? Dropped : table.LastColumnId == Id ? null : $"columns up to {table.LastColumnId} were added";

        protected override void WriteMembers(Utf8JsonWriter json) => json.WriteNumber(Type["assert-".Length..], Id);
    }

    /// <summary>The current schema is the one that files were written with.</summary>
    public sealed record CurrentSchemaId(int Id) : TableRequirement
    {
        public override string Type => "assert-current-schema-id";

        public override string? Objection(TableMetadata? table) => table is null ? Dropped : table.CurrentSchemaId == Id ? null : "its schema was altered";

        protected override void WriteMembers(Utf8JsonWriter json) => json.WriteNumber(Type["assert-".Length..], Id);
    }

    /// <summary>No partition field was added since.</summary>
    public sealed record LastAssignedPartitionId(int Id) : TableRequirement
    {
        public override string Type => "assert-last-assigned-partition-id";

        public override string? Objection(TableMetadata? table) =>
            table is null ? Dropped : table.LastPartitionId == Id ? null : $"partition fields up to {table.LastPartitionId} were added";

        protected override void WriteMembers(Utf8JsonWriter json) => json.WriteNumber(Type["assert-".Length..], Id);
    }

    /// <summary>New files go where they went.</summary>
    public sealed record DefaultSpecId(int Id) : TableRequirement
    {
        public override string Type => "assert-default-spec-id";

        public override string? Objection(TableMetadata? table) => table is null ? Dropped : table.DefaultSpecId == Id ? null : "its partitioning was altered";

        protected override void WriteMembers(Utf8JsonWriter json) => json.WriteNumber(Type["assert-".Length..], Id);
    }

    /// <summary>New files are sorted as they were.</summary>
    public sealed record DefaultSortOrderId(int Id) : TableRequirement
    {
        public override string Type => "assert-default-sort-order-id";

        public override string? Objection(TableMetadata? table) => table is null ? Dropped : table.DefaultSortOrderId == Id ? null : "its sort order was altered";

        protected override void WriteMembers(Utf8JsonWriter json) => json.WriteNumber(Type["assert-".Length..], Id);
    }

    private const string Dropped = "it was dropped";

    /// <summary>The JSON's <c>type</c>.</summary>
    public abstract string Type { get; }

    /// <summary>Why it does not hold, as a clause about the table (<c>it was dropped</c>); null when it holds.</summary>
    /// <param name="table">The table as it is now, or null when there is none.</param>
    public abstract string? Objection(TableMetadata? table);

    internal void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("type", Type);
        WriteMembers(json);
        json.WriteEndObject();
    }

    protected virtual void WriteMembers(Utf8JsonWriter json)
    {
    }

    private static void WriteOptional(Utf8JsonWriter json, string name, long? value)
    {
        if (value is { } number)
        {
            json.WriteNumber(name, number);
        }
        else
        {
            json.WriteNull(name);
        }
    }
}
