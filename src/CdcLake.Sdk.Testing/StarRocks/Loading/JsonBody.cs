using System.Text.Json;

namespace CdcLake.Testing.StarRocks.Loading;

/// <summary>Rows as JSON objects: one after the other, or in an array that is stripped.</summary>
internal static class JsonBody
{
    /// <returns>Why the whole body is refused, or null.</returns>
    public static string? Read(ReadOnlyMemory<byte> body, bool stripsArray, Action<Dictionary<string, Cell>> take)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            var root = document.RootElement;
            if (root.ValueKind == JsonValueKind.Array != stripsArray)
            {
                return stripsArray
                    ? "Failed to parse json as array. error: value is not array, strip_outer_array is set but the body is none"
                    : "The value is array type in json document stream, you can set strip_outer_array=true to parse each element of the array as individual rows";
            }

            foreach (var row in stripsArray ? root.EnumerateArray().AsEnumerable() : [root])
            {
                take(Fields(row));
            }

            return null;
        }
        catch (JsonException error)
        {
            return $"Failed to parse json: {error.Message}";
        }
    }

    private static Dictionary<string, Cell> Fields(JsonElement row)
    {
        var fields = new Dictionary<string, Cell>(StringComparer.OrdinalIgnoreCase);
        foreach (var property in row.EnumerateObject())
        {
            fields[property.Name] = new Cell(property.Value.ValueKind switch
            {
                JsonValueKind.Null => null,
                JsonValueKind.String => property.Value.GetString(),
                _ => property.Value.GetRawText(),
            });
        }

        return fields;
    }
}
