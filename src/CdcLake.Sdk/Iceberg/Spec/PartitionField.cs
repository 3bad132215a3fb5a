using System.Text;
using System.Text.Json;

namespace CdcLake.Iceberg.Spec;

/// <summary>A field of a partition spec.</summary>
/// <param name="SourceId">Field id of the column.</param>
/// <param name="FieldId">Its own id, unique in the table, from 1000 on.</param>
/// <param name="Name">Its name: in manifests, paths and metadata tables.</param>
/// <param name="Transform">What it makes of the column's value.</param>
internal sealed record PartitionField(int SourceId, int FieldId, string Name, PartitionTransform Transform)
{
    /// <summary>Reads the JSON array of a spec. A field of several columns (format 3) has an unknown transform.</summary>
    public static IReadOnlyList<PartitionField> ReadAll(string fieldsJson)
    {
        using var fields = JsonDocument.Parse(fieldsJson);
        return [.. fields.RootElement.EnumerateArray().Select((f, i) => new PartitionField(
            TransformSource.IdOf(f),
            f.OptionalInt32("field-id") ?? PartitionSpec.LastIdWithoutFields + 1 + i, // absent in format version 1
            f.RequiredString("name"),
            TransformSource.TransformOf(f)))];
    }

    /// <summary>The JSON array of a spec.</summary>
    public static string Write(IEnumerable<PartitionField> fields)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartArray();
            foreach (var field in fields)
            {
                json.WriteStartObject();
                json.WriteNumber("source-id", field.SourceId);
                json.WriteNumber("field-id", field.FieldId);
                json.WriteString("name", field.Name);
                json.WriteString("transform", field.Transform.Text);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        return Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length);
    }
}
