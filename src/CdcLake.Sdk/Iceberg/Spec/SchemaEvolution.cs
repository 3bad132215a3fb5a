using System.Collections.Immutable;

namespace CdcLake.Iceberg.Spec;

/// <summary>The schema of a table after its columns have changed. Iceberg specification, "Schema Evolution".</summary>
internal static class SchemaEvolution
{
    /// <summary>
    /// Gives columns their field ids, where all rows are replaced: one that keeps its name keeps its id too, where every former value is one of the new type; another gets an id that
    /// the table never had, and may be null, since files of former snapshots lack it. Rows have no identifier then if it is part of the key.
    /// </summary>
    /// <param name="table">The table before.</param>
    /// <param name="wanted">The columns from here on, with ids 1, 2, ….</param>
    /// <returns>A schema under the number that the table will know it by.</returns>
    public static IcebergSchema To(TableMetadata table, IcebergSchema wanted)
    {
        var next = table.LastColumnId;
        var fields = wanted.Fields.Select(field =>
        {
            var former = table.Schema.Fields.FirstOrDefault(f => f.Name.Equals(field.Name, StringComparison.OrdinalIgnoreCase));
            return former is not null && field.Type.Holds(former.Type) ? Kept(field, former) : Added(field, ref next);
        });
        return Numbered(wanted, [.. fields], table.Schemas);
    }

    /// <summary>Follows columns whose rows stay: each keeps its id under any name, new ones get ids that the table never had.</summary>
    /// <param name="known">The table's schemas, and those that the same commit adds before this one.</param>
    /// <param name="before">The last one of them.</param>
    /// <param name="wanted">The columns from here on, with ids 1, 2, ….</param>
    /// <param name="former">For each of them its ordinal in <paramref name="before"/>, or −1.</param>
    /// <param name="lastId">Highest id that any column of the table ever had.</param>
    /// <exception cref="UnsupportedTypeException">A column cannot become what is wanted in place.</exception>
    public static IcebergSchema Follow(IReadOnlyList<IcebergSchema> known, IcebergSchema before, IcebergSchema wanted, IReadOnlyList<int> former, int lastId)
    {
        var fields = wanted.Fields.Select((field, i) =>
        {
            var was = former[i] < 0 ? null : before.Fields[former[i]];
            return was is null ? Added(field, ref lastId)
                : field.Type.Holds(was.Type) ? Kept(field, was)
                : throw new UnsupportedTypeException($"Column {was.Describe()} cannot become {field.Describe()} in place. Start the pipeline with a new target.");
        });
        return Numbered(wanted, [.. fields], known);
    }

    private static IcebergField Kept(IcebergField field, IcebergField former) => field with { Id = former.Id, Required = former.Required && field.Required };

    private static IcebergField Added(IcebergField field, ref int lastId) => field with { Id = ++lastId, Required = false };

    private static IcebergSchema Numbered(IcebergSchema wanted, ImmutableArray<IcebergField> fields, IReadOnlyList<IcebergSchema> known)
    {
        var key = wanted.IdentifierFieldIds.Select(i => fields[i - 1]).ToList();
        var schema = new IcebergSchema(0, fields, key.TrueForAll(f => f.Required) ? [.. key.Select(f => f.Id).Order()] : []);
        return schema with { SchemaId = known.FirstOrDefault(s => s.IsSameAs(schema))?.SchemaId ?? known.Max(s => s.SchemaId) + 1 };
    }
}
