using System.Collections.Immutable;

namespace CdcLake.Iceberg.Spec;

/// <summary>The schema of a table after its columns have changed. Iceberg specification, "Schema Evolution".</summary>
internal static class SchemaEvolution
{
    /// <summary>
    /// Gives columns their field ids: one that keeps its name keeps its id too, where every former value is one of the new type; another gets an id that the table never had,
    /// and may be null, since files of former snapshots lack it. Rows have no identifier then if it is part of the key.
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
            var isKept = former is not null && field.Type.Holds(former.Type);
            return field with { Id = isKept ? former!.Id : ++next, Required = isKept && former!.Required && field.Required };
        }).ToImmutableArray();
        var key = wanted.IdentifierFieldIds.Select(i => fields[i - 1]).ToList();
        var schema = new IcebergSchema(0, fields, key.TrueForAll(f => f.Required) ? [.. key.Select(f => f.Id).Order()] : []);
        return schema with { SchemaId = table.Schemas.FirstOrDefault(s => s.IsSameAs(schema))?.SchemaId ?? table.Schemas.Max(s => s.SchemaId) + 1 };
    }
}
