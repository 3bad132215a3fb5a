using System.Collections.Immutable;
using System.Text.Json;
using CdcLake.Iceberg.Spec;
using CdcLake.Iceberg.Tables;

namespace CdcLake.Iceberg.Catalogs;

/// <summary>A change of one table: what must be true of it, and what becomes of it. Immutable. Iceberg REST specification, schema <c>CommitTableRequest</c>.</summary>
/// <param name="Identifier">The table.</param>
/// <param name="Requirements">All must hold at the moment of the commit.</param>
/// <param name="Updates">Applied in this order.</param>
internal sealed record TableCommit(TableIdentifier Identifier, ImmutableArray<TableRequirement> Requirements, ImmutableArray<TableUpdate> Updates)
{
    /// <summary>True when it makes a table that does not exist.</summary>
    public bool Creates => Requirements.Any(r => r is TableRequirement.Create);

    /// <summary>The next version of the table, without its metadata log.</summary>
    /// <param name="table">The table as it is now, or null when there is none.</param>
    /// <param name="nowMs">Time of the commit, milliseconds since the Unix epoch.</param>
    /// <param name="objection">Why there is no next version, as a clause about the table; null when there is.</param>
    public TableMetadata? ApplyTo(TableMetadata? table, long nowMs, out string? objection)
    {
        objection = Requirements.Select(r => r.Objection(table)).FirstOrDefault(o => o is not null)
            ?? (table is null && !Creates ? "it was dropped" : null);
        if (objection is not null)
        {
            return null;
        }

        try
        {
            return (table ?? TableMetadata.Nothing).Apply(Updates, nowMs);
        }
        catch (UpdateRejectedException e)
        {
            objection = e.Message;
            return null;
        }
    }

    /// <summary>The JSON that a REST catalog takes.</summary>
    internal void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteStartObject("identifier");
        json.WriteStartArray("namespace");
        foreach (var level in Identifier.Namespace)
        {
            json.WriteStringValue(level);
        }

        json.WriteEndArray();
        json.WriteString("name", Identifier.Name);
        json.WriteEndObject();
        json.WriteStartArray("requirements");
        foreach (var requirement in Requirements)
        {
            requirement.Write(json);
        }

        json.WriteEndArray();
        json.WriteStartArray("updates");
        foreach (var update in Updates)
        {
            update.Write(json);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }
}
