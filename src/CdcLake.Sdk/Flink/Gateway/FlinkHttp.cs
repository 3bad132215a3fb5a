using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace CdcLake.Flink.Gateway;

/// <summary>Requests to Flink's REST servers: JSON both ways, errors made of what the server says. Safe for concurrent use.</summary>
internal sealed class FlinkHttp : IDisposable
{
    private readonly HttpClient _http;
    private readonly FlinkGatewayOptions _options;

    public FlinkHttp(FlinkGatewayOptions options)
    {
        _options = options;
        _http = new HttpClient { Timeout = options.RequestTimeout };
        foreach (var (name, value) in options.Headers)
        {
            _http.DefaultRequestHeaders.TryAddWithoutValidation(name, value);
        }
    }

    /// <exception cref="ArgumentException">Not the address of an HTTP server.</exception>
    public static Uri Parse(string address, string parameter)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(address, parameter);
        return Uri.TryCreate(address.TrimEnd('/') + "/", UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"
            ? uri
            : throw new ArgumentException($"\"{address}\" is no address of Flink; write http://host:8083 for the SQL gateway, http://host:8081 for the JobManager.", parameter);
    }

    /// <summary>Sends a request.</summary>
    /// <param name="method">GET, POST, DELETE, PATCH.</param>
    /// <param name="root">The server.</param>
    /// <param name="path">Below it.</param>
    /// <param name="body">JSON, or null for none.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Status and body; the body of an error is what the server says.</returns>
    /// <exception cref="FlinkGatewayException">Nobody answers, not in time, or not in JSON.</exception>
    public async Task<FlinkAnswer> SendAsync(HttpMethod method, Uri root, string path, string? body, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, new Uri(root, path));
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        if (body is not null)
        {
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        }

        try
        {
            using var response = await _http.SendAsync(request, cancellationToken).ConfigureAwait(false);
            var text = await response.Content.ReadAsStringAsync(cancellationToken).ConfigureAwait(false);
            return new FlinkAnswer((int)response.StatusCode, Json(root, path, text, response.IsSuccessStatusCode), text);
        }
        catch (HttpRequestException error)
        {
            throw Unreachable(root, error.Message, error);
        }
        catch (OperationCanceledException error) when (!cancellationToken.IsCancellationRequested)
        {
            throw Unreachable(root, $"no answer within {_options.RequestTimeout}", error);
        }
    }

    public void Dispose() => _http.Dispose();

    private static FlinkGatewayException Unreachable(Uri root, string reason, Exception error) => new(
        FlinkGatewayError.Unreachable, $"Flink at {root} does not answer: {reason}. Check the address and that the process runs; it may be starting.", error) { IsTransient = true };

    private static JsonElement Json(Uri root, string path, string text, bool isSuccess)
    {
        if (text.Length == 0)
        {
            return default;
        }

        try
        {
            using var document = JsonDocument.Parse(text);
            return document.RootElement.Clone();
        }
        catch (JsonException error)
        {
            return isSuccess
                ? throw new FlinkGatewayException(FlinkGatewayError.Version, $"{new Uri(root, path)} does not answer as Flink does: \"{text[..Math.Min(100, text.Length)]}\". Check the address.", error)
                : default; // a proxy's page: its status says enough
        }
    }
}

/// <summary>What a server answered.</summary>
/// <param name="Status">HTTP's.</param>
/// <param name="Body">Undefined where there was none.</param>
/// <param name="Text">The body as it came.</param>
internal readonly record struct FlinkAnswer(int Status, JsonElement Body, string Text)
{
    public bool IsSuccess => Status is >= 200 and < 300;

    /// <summary>What the server says is wrong.</summary>
    public string Error => ServerError.Of(this);

    /// <summary>A text of the body; null where there is none.</summary>
    public string? Value(string name) =>
        Body.ValueKind == JsonValueKind.Object && Body.TryGetProperty(name, out var value) && value.ValueKind is not (JsonValueKind.Null or JsonValueKind.Object or JsonValueKind.Array) ? value.ToString() : null;
}
