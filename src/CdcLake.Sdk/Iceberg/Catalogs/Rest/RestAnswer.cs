using System.Text.Json;

namespace CdcLake.Iceberg.Catalogs.Rest;

/// <summary>What the server said, or that nobody knows.</summary>
/// <param name="Status">HTTP status; 0 when the request was sent and no answer came.</param>
/// <param name="Body">As sent; possibly no JSON at all.</param>
internal sealed record RestAnswer(int Status, byte[] Body)
{
    /// <summary>Validator of the content, or null.</summary>
    public string? ETag { get; init; }

    /// <summary>How long the server wants to be left alone, or null.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>What happened to an answer that is lost.</summary>
    public Exception? Cause { get; init; }

    public bool IsSuccess => Status is >= 200 and < 300;

    /// <summary>True when a change that was asked for may or may not have been made.</summary>
    public bool IsUncertain => Status is 0 or 408 or >= 500 and not 501;

    /// <summary>True when the same request may be answered otherwise a little later.</summary>
    public bool IsPassing => IsUncertain || Status == 429;

    /// <summary>The body's <c>error</c> of the specification; null for HTML pages, empty bodies and whatever proxies say.</summary>
    public (string Type, string Message)? Error
    {
        get
        {
            try
            {
                using var json = JsonDocument.Parse(Body);
                return json.RootElement is { ValueKind: JsonValueKind.Object } root && root.TryGetProperty("error", out var error) && error.ValueKind == JsonValueKind.Object
                    ? (Text(error, "type"), Text(error, "message"))
                    : null;
            }
            catch (JsonException)
            {
                return null;
            }
        }
    }

    private static string Text(JsonElement error, string name) =>
        error.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";
}
