using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using System.Text.Json.Serialization.Metadata;
using System.Text.RegularExpressions;
using CdcLake.AspNetCore.Access;

namespace CdcLake.AspNetCore.Api;

/// <summary>The API as an OpenAPI 3.1 document, made of the very operations that are mapped: it cannot lag behind them.</summary>
internal static partial class OpenApiDocument
{
    public static byte[] Write(IEnumerable<ApiOperation> operations)
    {
        var paths = new JsonObject();
        foreach (var operation in operations)
        {
            var path = paths[operation.Path] as JsonObject;
            if (path is null)
            {
                paths[operation.Path] = path = [];
            }

            path[operation.Method.ToLowerInvariant()] = Of(operation);
        }

        var document = new JsonObject
        {
            ["openapi"] = "3.1.0",
            ["info"] = new JsonObject
            {
                ["title"] = "CdcLake dashboard",
                ["version"] = "1",
                ["description"] = "Members may be added within a version; none is removed or changes its meaning. Times of day are ISO 8601, durations [-][d.]hh:mm:ss[.fffffff].",
            },
            ["servers"] = new JsonArray(new JsonObject { ["url"] = "." }),
            ["paths"] = paths,
        };
        return JsonSerializer.SerializeToUtf8Bytes(document, DocumentJson.Default.JsonObject);
    }

    private static JsonObject Of(ApiOperation operation)
    {
        var parameters = new JsonArray();
        foreach (Match name in PathParameter().Matches(operation.Path))
        {
            parameters.Add((JsonNode)Parameter(new(name.Groups[1].Value, "string", name.Groups[1].Value == "pipeline" ? "Name of the pipeline" : "Name of the sink"), "path"));
        }

        foreach (var parameter in operation.Query)
        {
            parameters.Add((JsonNode)Parameter(parameter, "query"));
        }

        if (operation.Body is not null)
        {
            parameters.Add((JsonNode)Parameter(new(Forgery.Header, "string", "Any value: forms of other sites cannot send it"), "header"));
        }

        var result = new JsonObject
        {
            ["operationId"] = operation.Id,
            ["summary"] = operation.Summary,
            ["parameters"] = parameters,
            ["responses"] = new JsonObject
            {
                ["200"] = new JsonObject
                {
                    ["description"] = operation.Summary,
                    ["content"] = new JsonObject { [operation.ContentType] = new JsonObject { ["schema"] = SchemaOf(operation.Response) } },
                },
                ["default"] = new JsonObject
                {
                    ["description"] = "What is wrong (title) and what to do (detail)",
                    ["content"] = new JsonObject { ["application/problem+json"] = new JsonObject { ["schema"] = Object([new("status", "integer", "Of HTTP"), new("title", "string", "What is wrong"), new("detail", "string", "What to do")]) } },
                },
            },
        };
        if (operation.Body is { } body)
        {
            result["requestBody"] = new JsonObject { ["content"] = new JsonObject { ["application/json"] = new JsonObject { ["schema"] = Object(body) } } };
        }

        return result;
    }

    private static JsonObject Parameter(ApiParameter parameter, string place) => new()
    {
        ["name"] = parameter.Name,
        ["in"] = place,
        ["required"] = place != "query",
        ["description"] = parameter.Description,
        ["schema"] = new JsonObject { ["type"] = parameter.Type },
    };

    private static JsonObject Object(IReadOnlyList<ApiParameter> members)
    {
        var properties = new JsonObject();
        foreach (var member in members)
        {
            properties[member.Name] = new JsonObject { ["type"] = member.Type, ["description"] = member.Description };
        }

        return new JsonObject { ["type"] = "object", ["properties"] = properties };
    }

    // The shapes come from the same types that are written, but without the converter that hides secrets, of which a schema knows nothing.
    private static JsonNode SchemaOf(JsonTypeInfo? type) => type is null
        ? new JsonObject()
        : DashboardJson.Default.GetTypeInfo(type.Type)!.GetJsonSchemaAsNode(new JsonSchemaExporterOptions { TreatNullObliviousAsNonNullable = true });

    [GeneratedRegex(@"\{(\w+)\}")]
    private static partial Regex PathParameter();
}
