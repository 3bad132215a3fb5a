using System.Text.Json;

namespace CdcLake.Iceberg.Spec;

/// <summary>Members of JSON objects with errors that name them. All throw <see cref="JsonException"/>, which the reader of the file turns into its own error.</summary>
internal static class JsonReading
{
    public static JsonElement Required(this JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null
            ? value
            : throw new JsonException($"\"{name}\" is missing");

    public static string RequiredString(this JsonElement element, string name) =>
        element.Required(name) is { ValueKind: JsonValueKind.String } value ? value.GetString()! : throw new JsonException($"\"{name}\" is no text");

    public static int RequiredInt32(this JsonElement element, string name) =>
        element.Required(name) is { ValueKind: JsonValueKind.Number } value && value.TryGetInt32(out var number)
            ? number
            : throw new JsonException($"\"{name}\" is no 32-bit number");

    public static long RequiredInt64(this JsonElement element, string name) =>
        element.Required(name) is { ValueKind: JsonValueKind.Number } value && value.TryGetInt64(out var number)
            ? number
            : throw new JsonException($"\"{name}\" is no 64-bit number");

    public static string? OptionalString(this JsonElement element, string name) => element.Has(name) ? element.RequiredString(name) : null;

    public static int? OptionalInt32(this JsonElement element, string name) => element.Has(name) ? element.RequiredInt32(name) : null;

    public static long? OptionalInt64(this JsonElement element, string name) => element.Has(name) ? element.RequiredInt64(name) : null;

    /// <summary>The elements of an array; none when the member is absent or null.</summary>
    public static IEnumerable<JsonElement> OptionalArray(this JsonElement element, string name)
    {
        if (!element.Has(name))
        {
            return [];
        }

        var value = element.GetProperty(name);
        return value.ValueKind == JsonValueKind.Array ? value.EnumerateArray() : throw new JsonException($"\"{name}\" is no array");
    }

    /// <summary>The members of an object of strings; none when the member is absent or null. One that is null is as good as absent.</summary>
    /// <param name="element">The object.</param>
    /// <param name="name">Name of the member.</param>
    /// <param name="takesScalars">Numbers and truth values are taken as they are written: some services do not put theirs between quotes.</param>
    public static Dictionary<string, string> OptionalStrings(this JsonElement element, string name, bool takesScalars = false)
    {
        var result = new Dictionary<string, string>(StringComparer.Ordinal);
        if (!element.Has(name))
        {
            return result;
        }

        var value = element.GetProperty(name);
        if (value.ValueKind != JsonValueKind.Object)
        {
            throw new JsonException($"\"{name}\" is no object");
        }

        foreach (var member in value.EnumerateObject().Where(m => m.Value.ValueKind != JsonValueKind.Null))
        {
            result[member.Name] = member.Value.ValueKind switch
            {
                JsonValueKind.String => member.Value.GetString()!,
                JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False when takesScalars => member.Value.GetRawText(),
                _ => throw new JsonException($"\"{name}\" holds \"{member.Name}\", which is no text"),
            };
        }

        return result;
    }

    private static bool Has(this JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null;
}
