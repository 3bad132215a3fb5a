using System.Collections.Immutable;
using System.Text;
using System.Text.Json;

namespace CdcLake.Avro;

/// <summary>Avro schemas as JSON, with Iceberg's attributes <c>field-id</c>, <c>element-id</c> and <c>logicalType: map</c>.</summary>
internal static class AvroSchemaJson
{
    private const int MaxDepth = 64;

    public static string Write(AvroType type)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            Write(json, type);
        }

        return Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length);
    }

    /// <exception cref="AvroFormatException">Not JSON, not a schema, or one that refers to itself.</exception>
    public static AvroType Read(ReadOnlyMemory<byte> utf8)
    {
        try
        {
            using var document = JsonDocument.Parse(utf8);
            return new SchemaReader().Read(document.RootElement, 0);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            throw new AvroFormatException($"the schema in the header is not valid ({e.Message})", e);
        }
    }

    private static void Write(Utf8JsonWriter json, AvroType type)
    {
        switch (type.Kind)
        {
            case AvroKind.Record:
                WriteRecord(json, type);
                break;
            case AvroKind.Fixed:
                json.WriteStartObject();
                json.WriteString("type", "fixed");
                json.WriteString("name", type.Name);
                json.WriteNumber("size", type.Size);
                WriteAttributes(json, type);
                json.WriteEndObject();
                break;
            case AvroKind.Array:
                json.WriteStartObject();
                json.WriteString("type", "array");
                json.WritePropertyName("items");
                Write(json, type.Items!);
                if (type.IsMapArray)
                {
                    json.WriteString("logicalType", "map");
                }

                if (type.ElementId is { } id)
                {
                    json.WriteNumber("element-id", id);
                }

                json.WriteEndObject();
                break;
            case AvroKind.Map:
                json.WriteStartObject();
                json.WriteString("type", "map");
                json.WritePropertyName("values");
                Write(json, type.Items!);
                json.WriteEndObject();
                break;
            case AvroKind.Union:
                json.WriteStartArray();
                foreach (var branch in type.Branches)
                {
                    Write(json, branch);
                }

                json.WriteEndArray();
                break;
            case var kind when type.Attributes.IsEmpty:
                json.WriteStringValue(PrimitiveName(kind));
                break;
            default:
                json.WriteStartObject();
                json.WriteString("type", PrimitiveName(type.Kind));
                WriteAttributes(json, type);
                json.WriteEndObject();
                break;
        }
    }

    private static void WriteAttributes(Utf8JsonWriter json, AvroType type)
    {
        foreach (var (name, value) in type.Attributes)
        {
            json.WritePropertyName(name);
            json.WriteRawValue(value);
        }
    }

    private static void WriteRecord(Utf8JsonWriter json, AvroType type)
    {
        json.WriteStartObject();
        json.WriteString("type", "record");
        json.WriteString("name", type.Name);
        json.WriteStartArray("fields");
        foreach (var field in type.Fields)
        {
            json.WriteStartObject();
            json.WriteString("name", field.Name);
            json.WritePropertyName("type");
            Write(json, field.Type);
            if (field.Doc is not null)
            {
                json.WriteString("doc", field.Doc);
            }

            if (field.Type.Kind == AvroKind.Union)
            {
                json.WriteNull("default");
            }

            if (field.Id is { } id)
            {
                json.WriteNumber("field-id", id);
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static string PrimitiveName(AvroKind kind) => kind switch
    {
        AvroKind.Null => "null",
        AvroKind.Boolean => "boolean",
        AvroKind.Int => "int",
        AvroKind.Long => "long",
        AvroKind.Float => "float",
        AvroKind.Double => "double",
        AvroKind.Bytes => "bytes",
        AvroKind.String => "string",
        _ => throw new NotSupportedException($"Avro kind {kind} has no name of its own and is never written."),
    };

    /// <summary>Named types may be declared once and mentioned by name afterwards.</summary>
    private sealed class SchemaReader
    {
        private readonly Dictionary<string, AvroType> _named = new(StringComparer.Ordinal);

        public AvroType Read(JsonElement element, int depth)
        {
            if (depth > MaxDepth)
            {
                throw new AvroFormatException($"the schema is nested deeper than {MaxDepth} levels");
            }

            return element.ValueKind switch
            {
                JsonValueKind.String => ByName(element.GetString()!),
                JsonValueKind.Array => AvroType.Union([.. element.EnumerateArray().Select(e => Read(e, depth + 1))]),
                JsonValueKind.Object => ReadObject(element, depth),
                _ => throw new AvroFormatException($"the schema holds {element.ValueKind} where a type belongs"),
            };
        }

        private AvroType ReadObject(JsonElement element, int depth)
        {
            var type = Required(element, "type");
            if (type.ValueKind != JsonValueKind.String)
            {
                return Read(type, depth + 1);
            }

            switch (type.GetString())
            {
                case "record" or "error":
                    var fields = Required(element, "fields").EnumerateArray().Select(f => new AvroField(
                        Required(f, "name").GetString()!,
                        Read(Required(f, "type"), depth + 1),
                        OptionalInt(f, "field-id")));
                    return Remember(element, AvroType.Record(NameOf(element), [.. fields]));
                case "fixed":
                    var size = Required(element, "size").GetInt32();
                    return size < 0 ? throw new AvroFormatException($"fixed of {size} bytes") : Remember(element, WithAttributes(element, AvroType.Fixed(NameOf(element), size)));
                case "enum":
                    return Remember(element, AvroType.Enum(NameOf(element)));
                case "array":
                    var items = Read(Required(element, "items"), depth + 1);
                    return element.TryGetProperty("logicalType", out var logical) && logical.ValueKind == JsonValueKind.String && logical.ValueEquals("map")
                        ? AvroType.MapArray(items)
                        : AvroType.Array(items, OptionalInt(element, "element-id"));
                case "map":
                    return AvroType.Map(Read(Required(element, "values"), depth + 1));
                default:
                    return WithAttributes(element, ByName(type.GetString()!));
            }
        }

        private static AvroType WithAttributes(JsonElement element, AvroType type)
        {
            var attributes = element.EnumerateObject().Where(p => p.Name is not ("type" or "name" or "size" or "namespace" or "doc" or "aliases"))
                .Select(p => new KeyValuePair<string, string>(p.Name, p.Value.GetRawText())).ToImmutableArray();
            return attributes.IsEmpty || type.Kind == AvroKind.Record ? type : type.With(attributes);
        }

        private AvroType ByName(string name) => name switch
        {
            "null" => AvroType.Null,
            "boolean" => AvroType.Boolean,
            "int" => AvroType.Int,
            "long" => AvroType.Long,
            "float" => AvroType.Float,
            "double" => AvroType.Double,
            "bytes" => AvroType.Bytes,
            "string" => AvroType.String,
            _ => _named.TryGetValue(name, out var type) ? type : throw new AvroFormatException($"the schema mentions the unknown type \"{name}\""),
        };

        private AvroType Remember(JsonElement element, AvroType type)
        {
            _named[NameOf(element)] = type;
            if (element.TryGetProperty("namespace", out var space) && space.ValueKind == JsonValueKind.String)
            {
                _named[$"{space.GetString()}.{type.Name}"] = type;
            }

            return type;
        }

        private static string NameOf(JsonElement element) => Required(element, "name").GetString()!;

        private static int? OptionalInt(JsonElement element, string name) =>
            element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number ? value.GetInt32() : null;

        private static JsonElement Required(JsonElement element, string name) =>
            element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value)
                ? value
                : throw new AvroFormatException($"a part of the schema lacks \"{name}\"");
    }
}
