using System.Globalization;
using System.Text;
using System.Text.Json;

namespace CdcLake.MySql.Binlog.Json;

// $ and then steps: .name, ."any name, as a JSON string", [number], [last], [last-number]
// Source: MySQL source, sql-common/json_path.cc (Json_path::to_string); the log holds no wildcards.

/// <summary>One step of a path in a JSON document: to a member or to an element.</summary>
/// <param name="Key">Name of the member, UTF-8; null for elements.</param>
/// <param name="Index">Number of the element.</param>
/// <param name="FromEnd">The number counts from the last element on, backwards.</param>
internal readonly record struct JsonPathStep(byte[]? Key, int Index, bool FromEnd = false)
{
    /// <summary>The number of the element in an array; negative, or beyond the last one, where there is none.</summary>
    /// <param name="count">Elements of the array.</param>
    public int At(int count) => FromEnd ? count - 1 - Index : Index;

    /// <exception cref="MySqlProtocolException">It is no path.</exception>
    public static List<JsonPathStep> Parse(ReadOnlySpan<byte> path)
    {
        var steps = new List<JsonPathStep>();
        if (path.IsEmpty || path[0] != '$')
        {
            throw Wrong(path);
        }

        for (var rest = path[1..]; !rest.IsEmpty;)
        {
            var (step, length) = rest[0] == '[' ? Element(rest) : rest[0] == '.' && rest.Length > 1 ? Member(rest) : throw Wrong(path);
            steps.Add(step);
            rest = rest[length..];
        }

        return steps;
    }

    private static (JsonPathStep Step, int Length) Element(ReadOnlySpan<byte> path)
    {
        var end = path.IndexOf((byte)']');
        var number = path[1..Math.Max(end, 1)];
        var fromEnd = number.StartsWith("last"u8);
        if (fromEnd)
        {
            number = number.Length == 4 ? "0"u8 : number[4] == '-' ? number[5..] : throw Wrong(path);
        }

        return int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var index) ? (new JsonPathStep(null, index, fromEnd), end + 1) : throw Wrong(path);
    }

    private static (JsonPathStep Step, int Length) Member(ReadOnlySpan<byte> path)
    {
        if (path[1] != '"')
        {
            var end = path[1..].IndexOfAny((byte)'.', (byte)'[') + 1;
            end = end == 0 ? path.Length : end;
            return end > 1 ? (new JsonPathStep(path[1..end].ToArray(), 0), end) : throw Wrong(path);
        }

        try
        {
            var reader = new Utf8JsonReader(path[1..], isFinalBlock: false, default);
            return reader.Read() && reader.TokenType == JsonTokenType.String
                ? (new JsonPathStep(Encoding.UTF8.GetBytes(reader.GetString()!), 0), 1 + (int)reader.BytesConsumed)
                : throw Wrong(path);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw Wrong(path);
        }
    }

    private static MySqlProtocolException Wrong(ReadOnlySpan<byte> path) => JsonValue.Damaged($"path \"{Encoding.UTF8.GetString(path)}\"");
}
