using System.Text.Json;

namespace CdcLake.Iceberg.Spec;

/// <summary>A column of a table schema.</summary>
/// <param name="Id">Field id, unique in the table for ever.</param>
/// <param name="Name">Name that readers show.</param>
/// <param name="Required">True when no row holds null.</param>
/// <param name="Type">Type of the values.</param>
/// <param name="Doc">Description, or null.</param>
/// <param name="InitialDefault">JSON of the value that rows of older files have (format 3), or null.</param>
/// <param name="WriteDefault">JSON of the value that writers fill in (format 3), or null.</param>
internal sealed record IcebergField(
    int Id, string Name, bool Required, IcebergType Type, string? Doc = null, string? InitialDefault = null, string? WriteDefault = null)
{
    /// <summary>For messages: <c>"name" string required</c>.</summary>
    public string Describe() => $"\"{Name}\" {Type}{(Required ? " required" : "")}";

    internal static IcebergField Read(JsonElement element) => new(
        element.RequiredInt32("id"),
        element.RequiredString("name"),
        element.Required("required").GetBoolean(),
        IcebergType.Read(element.Required("type")),
        element.OptionalString("doc"),
        element.TryGetProperty("initial-default", out var initial) ? initial.GetRawText() : null,
        element.TryGetProperty("write-default", out var write) ? write.GetRawText() : null);

    internal void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteNumber("id", Id);
        json.WriteString("name", Name);
        json.WriteBoolean("required", Required);
        json.WritePropertyName("type");
        Type.Write(json);
        if (Doc is not null)
        {
            json.WriteString("doc", Doc);
        }

        WriteDefaultValue(json, "initial-default", InitialDefault);
        WriteDefaultValue(json, "write-default", WriteDefault);
        json.WriteEndObject();
    }

    private static void WriteDefaultValue(Utf8JsonWriter json, string name, string? value)
    {
        if (value is not null)
        {
            json.WritePropertyName(name);
            json.WriteRawValue(value);
        }
    }
}
