using System.Text.Json;
using CdcLake.Iceberg.Spec;

namespace CdcLake.Iceberg.Catalogs.Rest;

/// <summary>What <c>GET /v1/config</c> says, together with the user's properties: defaults of the server go behind them, its overrides before. Immutable.</summary>
internal sealed class RestConfig
{
    public const string ListNamespaces = "GET /v1/{prefix}/namespaces";
    public const string CommitTransaction = "POST /v1/{prefix}/transactions/commit";
    public const string LoadCredentials = "GET /v1/{prefix}/namespaces/{namespace}/tables/{table}/credentials";
    private const string DefaultSeparator = "%1F";
    private readonly HashSet<string>? _endpoints;

    private RestConfig(Dictionary<string, string> properties, HashSet<string>? endpoints, bool isIdempotent)
    {
        _endpoints = endpoints;
        Properties = properties;
        IsIdempotent = isIdempotent;
        Paths = new RestPaths(properties.GetValueOrDefault(RestProperties.Prefix) ?? "", properties.GetValueOrDefault(RestProperties.NamespaceSeparator) ?? DefaultSeparator);
    }

    /// <summary>In force for the catalog.</summary>
    public IReadOnlyDictionary<string, string> Properties { get; }

    public RestPaths Paths { get; }

    /// <summary>True when the server recognises a change that is asked for twice with one <c>Idempotency-Key</c>.</summary>
    public bool IsIdempotent { get; }

    /// <summary>True when the server's list has an endpoint; one without a list has none of those that we ask for.</summary>
    public bool Offers(string endpoint) => _endpoints?.Contains(endpoint) ?? false;

    /// <exception cref="JsonException">Not the JSON of the specification.</exception>
    public static RestConfig Read(ReadOnlyMemory<byte> body, IReadOnlyDictionary<string, string> mine)
    {
        using var json = JsonDocument.Parse(body);
        var root = json.RootElement;
        if (root.ValueKind != JsonValueKind.Object)
        {
            throw new JsonException("the configuration is no object");
        }

        var properties = root.OptionalStrings("defaults", takesScalars: true);
        foreach (var (name, value) in mine.Concat(root.OptionalStrings("overrides", takesScalars: true)))
        {
            properties[name] = value;
        }

        // Odd entries of a list (a server of the Iceberg project has absolute URIs in it) do no harm: nobody asks for them.
        var endpoints = root.TryGetProperty("endpoints", out var list) && list.ValueKind == JsonValueKind.Array
            ? list.EnumerateArray().Where(e => e.ValueKind == JsonValueKind.String).Select(e => e.GetString()!).ToHashSet(StringComparer.Ordinal)
            : null;
        return new RestConfig(properties, endpoints, root.OptionalString("idempotency-key-lifetime") is { Length: > 0 });
    }
}
