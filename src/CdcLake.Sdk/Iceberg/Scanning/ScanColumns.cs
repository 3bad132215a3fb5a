using System.Collections.Immutable;
using System.Text.Json;
using CdcLake.Columnar;
using CdcLake.Iceberg.Spec;
using CdcLake.Parquet.Format;

namespace CdcLake.Iceberg.Scanning;

// How types of Iceberg without a column type of their own are read:
//
//   uuid                              text
//   timestamp_ns, timestamptz_ns      text with nine decimals of the second, since no .NET type holds them
//   fixed, geometry, geography        bytes (geometries as WKB)
//   unknown                           text, always null
//   variant                           JSON, as MySQL prints it
//   struct, list, map                 JSON: objects with the names of the fields, arrays, and objects (or arrays of pairs, where keys are no text)

/// <summary>Columns of a table as files are asked for them.</summary>
internal static class ScanColumns
{
    /// <summary>Type of the column that holds the values, or null when they are not read.</summary>
    public static DataType? TypeOf(IcebergType type) => type switch
    {
        { IsNested: true } => NestedOf("", 0, type) is null ? null : DataType.String,
        { Text: "uuid" or "timestamp_ns" or "timestamptz_ns" or "unknown" or "variant" } => DataType.String,
        _ when type.Text.StartsWith("fixed[", StringComparison.Ordinal) || type.Text.StartsWith("geo", StringComparison.Ordinal) => DataType.Binary,
        _ => type.ToDataType(),
    };

    /// <summary>The column, or null when its type is not read.</summary>
    /// <exception cref="CatalogException">Its initial default is none of its type.</exception>
    public static ParquetColumn? Of(IcebergField field) => TypeOf(field.Type) is { } type
        ? new ParquetColumn(field.Name, field.Id, field.Required, type, DefaultValue.Of(field, type)) { Nested = NestedOf(field.Name, field.Id, field.Type), IsVariant = field.Type.IsVariant }
        : null;

    /// <summary>The field with an id, also inside structs; null when there is none.</summary>
    public static IcebergField? Find(IEnumerable<IcebergField> fields, int id)
    {
        foreach (var field in fields)
        {
            if (field.Id == id)
            {
                return field;
            }

            if (field.Type.IsNested && Find(FieldsOf(field.Type), id) is { } inside)
            {
                return inside;
            }
        }

        return null;
    }

    private static IEnumerable<IcebergField> FieldsOf(IcebergType type)
    {
        using var document = JsonDocument.Parse(type.Text);
        return document.RootElement.RequiredString("type") == "struct" ? [.. document.RootElement.Required("fields").EnumerateArray().Select(IcebergField.Read)] : [];
    }

    /// <summary>The tree of a struct, list or map; null for others, and where a value in it is not read.</summary>
    private static NestedField? NestedOf(string name, int id, IcebergType type)
    {
        if (!type.IsNested)
        {
            return null;
        }

        using var document = JsonDocument.Parse(type.Text);
        var json = document.RootElement;
        var (kind, fields) = json.RequiredString("type") switch
        {
            "list" => (NestedKind.List, ImmutableArray.Create(Inner(json, "element"))),
            "map" => (NestedKind.Map, [Inner(json, "key"), Inner(json, "value")]),
            _ => (NestedKind.Struct, [.. FieldsOf(type)]),
        };
        var children = fields.Select(FieldOf).ToList();
        return children.Contains(null) ? null : new NestedField(kind, name, id, default, [.. children!]);
    }

    private static NestedField? FieldOf(IcebergField field) => field.Type.IsNested
        ? NestedOf(field.Name, field.Id, field.Type)
        : field.Type.IsVariant ? new NestedField(NestedKind.Variant, field.Name, field.Id, default, [])
        : TypeOf(field.Type) is { } type ? new NestedField(NestedKind.Value, field.Name, field.Id, type, []) { Missing = DefaultValue.Of(field, type) } : null;

    private static IcebergField Inner(JsonElement json, string name) => new(json.RequiredInt32(name + "-id"), name, Required: false, IcebergType.Read(json.Required(name)));
}
