using CdcLake.Iceberg.Spec;

namespace CdcLake.Iceberg.Writing;

/// <summary>Whether a result fits a table whose columns others may have made, by their names.</summary>
internal static class SchemaFit
{
    /// <summary>What keeps the result out of the table, one clause for each column; none when it fits. The order of columns does not count, and a column that may be null takes values too.</summary>
    /// <param name="wanted">Columns of the result, as a table that is made for it has them.</param>
    /// <param name="table">Columns of the table.</param>
    public static IReadOnlyList<string> Differences(IcebergSchema wanted, IcebergSchema table)
    {
        var lines = new List<string>();
        foreach (var column in wanted.Fields)
        {
            if (table.Fields.FirstOrDefault(f => f.Name == column.Name) is not { } field)
            {
                lines.Add($"the table lacks {column.Describe()}");
            }
            else if (field.Type != column.Type)
            {
                var way = field.Type.IsVariant != column.Type.IsVariant
                    ? $" (Iceberg turns no column into a variant, or a variant into something else; without {nameof(IcebergSinkOptions.JsonAs)} JSON is written as the column is)" : "";
                lines.Add($"\"{field.Name}\" is {field.Type} in the table and {column.Type} in the result{way}");
            }
            else if (field.Required && !column.Required)
            {
                lines.Add($"\"{field.Name}\" is required in the table and may be null in the result");
            }
        }

        lines.AddRange(table.Fields.Where(f => wanted.Fields.All(c => c.Name != f.Name)).Select(f => $"the result lacks {f.Describe()}"));
        if (!table.IdentifierFieldIds.IsEmpty && !table.IdentifierNames().Order(StringComparer.Ordinal).SequenceEqual(wanted.IdentifierNames().Order(StringComparer.Ordinal), StringComparer.Ordinal))
        {
            lines.Add($"the table's key is ({string.Join(", ", table.IdentifierNames())}), that of the result ({string.Join(", ", wanted.IdentifierNames())})");
        }

        return lines;
    }

    /// <summary>The table's schema with its columns in the order of the result.</summary>
    public static IcebergSchema InOrderOf(IcebergSchema wanted, IcebergSchema table) =>
        table with { Fields = [.. wanted.Fields.Select(c => table.Fields.First(f => f.Name == c.Name))] };
}
