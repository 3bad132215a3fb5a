using System.Text;
using System.Text.Json;

namespace CdcLake.Iceberg.Spec;

/// <summary>A field of a sort order. Iceberg specification, "Sorting".</summary>
/// <param name="SourceId">Field id of the column.</param>
/// <param name="Transform">What is compared of its values.</param>
/// <param name="IsDescending">Highest first.</param>
/// <param name="NullsFirst">Where rows without a value stand, whatever the direction.</param>
internal sealed record SortField(int SourceId, PartitionTransform Transform, bool IsDescending, bool NullsFirst)
{
    private const string Descending = "desc";
    private const string First = "nulls-first";

    /// <summary>Reads the JSON array of an order. A field of several columns (format 3) has an unknown transform.</summary>
    public static IReadOnlyList<SortField> ReadAll(string fieldsJson)
    {
        using var fields = JsonDocument.Parse(fieldsJson);
        return [.. fields.RootElement.EnumerateArray().Select(f => new SortField(
            TransformSource.IdOf(f),
            TransformSource.TransformOf(f),
            f.RequiredString("direction") == Descending,
            f.RequiredString("null-order") == First))];
    }

    /// <summary>The JSON array of an order.</summary>
    public static string Write(IEnumerable<SortField> fields)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartArray();
            foreach (var field in fields)
            {
                json.WriteStartObject();
                json.WriteString("transform", field.Transform.Text);
                json.WriteNumber("source-id", field.SourceId);
                json.WriteString("direction", field.IsDescending ? Descending : "asc");
                json.WriteString("null-order", field.NullsFirst ? First : "nulls-last");
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        return Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length);
    }
}
