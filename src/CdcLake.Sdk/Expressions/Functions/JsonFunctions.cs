using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using CdcLake.Columnar;

namespace CdcLake.Expressions.Functions;

// Paths: $ is the document, .name and ."any name" a member, [n] an element counted from 0; what is no array is its own element 0. (MySQL manual, "JSON Path Syntax", without wildcards and ranges.)

/// <summary>Values within JSON.</summary>
internal static partial class JsonFunctions
{
    /// <summary>One value of a document; null for a path that does not exist, for JSON's null and for text that is no JSON. Null where the path is not understood.</summary>
    public static ScalarFunction? Value(string path)
    {
        var match = Path().Match(path);
        if (!match.Success)
        {
            return null;
        }

        List<Step> steps = [.. match.Groups["step"].Captures.Select(c => StepOf(c.Value))];
        return new($"JsonValue({path.Length}:{path})", [ArgumentRule.Text], DataType.String, r => Find(r, steps)) { MayBeNull = true };
    }

    private static Step StepOf(string text) => text[0] == '['
        ? new Step(null, int.Parse(text.AsSpan(1, text.Length - 2), CultureInfo.InvariantCulture))
        : new Step(Encoding.UTF8.GetBytes(text[1] == '"' ? text[2..^1] : text[1..]), 0);

    private static FunctionOutcome Find(FunctionRow row, List<Step> steps)
    {
        var document = row.Text(0);
        try
        {
            var reader = new Utf8JsonReader(document);
            reader.Read();
            foreach (var step in steps)
            {
                if (!(step.Name is null ? ToElement(ref reader, step.Index) : ToMember(ref reader, step.Name)))
                {
                    return FunctionOutcome.Null;
                }
            }

            return Put(row, document, ref reader);
        }
        catch (JsonException)
        {
            return FunctionOutcome.Null;
        }
    }

    private static bool ToMember(ref Utf8JsonReader reader, byte[] name)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            return false;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isIt = reader.ValueTextEquals(name);
            reader.Read();
            if (isIt)
            {
                return true;
            }

            reader.Skip();
        }

        return false;
    }

    private static bool ToElement(ref Utf8JsonReader reader, int index)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            return index == 0;
        }

        for (var i = 0; reader.Read() && reader.TokenType != JsonTokenType.EndArray; i++)
        {
            if (i == index)
            {
                return true;
            }

            reader.Skip();
        }

        return false;
    }

    private static FunctionOutcome Put(FunctionRow row, ReadOnlySpan<byte> document, ref Utf8JsonReader reader)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.Null:
                return FunctionOutcome.Null;
            case JsonTokenType.String:
                var text = new byte[reader.ValueSpan.Length];
                return row.Put(text.AsSpan(0, reader.CopyString(text)));
            case JsonTokenType.StartObject or JsonTokenType.StartArray:
                var start = (int)reader.TokenStartIndex;
                reader.Skip();
                return row.Put(document[start..(int)reader.BytesConsumed]);
            default:
                return row.Put(reader.ValueSpan);
        }
    }

    [GeneratedRegex("""^\$(?<step>\.[A-Za-z_][A-Za-z0-9_]*|\."[^"\\]*"|\[[0-9]{1,9}\])*$""", RegexOptions.ExplicitCapture)]
    private static partial Regex Path();

    /// <summary>A member by name, or without one an element by its number.</summary>
    private readonly record struct Step(byte[]? Name, int Index);
}
