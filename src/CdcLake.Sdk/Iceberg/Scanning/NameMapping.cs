using System.Text.Json;
using CdcLake.Iceberg.Spec;
using CdcLake.Iceberg.Tables;
using CdcLake.Parquet.Format;

namespace CdcLake.Iceberg.Scanning;

/// <summary>Reads the table property <c>schema.name-mapping.default</c>, which gives field ids to files that were written without. Iceberg specification, "Name Mapping Serialization".</summary>
internal static class NameMapping
{
    /// <summary>The mapping of a table, or null when it has none.</summary>
    /// <exception cref="CatalogException">It is no mapping.</exception>
    public static FieldNames? Of(TableMetadata table)
    {
        if (!table.Properties.TryGetValue(TableProperties.NameMapping, out var json))
        {
            return null;
        }

        try
        {
            using var document = JsonDocument.Parse(json);
            return Read(document.RootElement);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new CatalogException(
                $"Property {TableProperties.NameMapping} of the table at {table.Location} is no name mapping: {e.Message}. Without it columns of files without field ids cannot be told; set it right or remove it.", e);
        }
    }

    private static FieldNames Read(JsonElement fields)
    {
        var names = new Dictionary<string, (int?, FieldNames)>(StringComparer.Ordinal);
        foreach (var field in fields.EnumerateArray())
        {
            var inside = field.TryGetProperty("fields", out var children) ? Read(children) : FieldNames.None;
            foreach (var name in field.OptionalArray("names"))
            {
                names[name.GetString()!] = (field.OptionalInt32("field-id"), inside);
            }
        }

        return new FieldNames(names);
    }
}
