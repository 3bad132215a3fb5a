using System.Net;
using System.Text.Json;

namespace CdcLake.IntegrationTests.Trino;

// POST /v1/statement {SQL}        X-Trino-User, X-Trino-Catalog, X-Trino-Time-Zone
//   { id, nextUri?, columns?: [{ name, type }], data?: [[…]], error?: { message, errorName }, stats }
// GET nextUri …                   until an answer has none; 502, 503 and 504 are asked again; an error may come with status 200
// Source: Trino documentation, "Trino client REST API".

/// <summary>Asks Trino as its clients do.</summary>
/// <param name="server">Address of the coordinator.</param>
/// <param name="clock">Of pauses and of patience.</param>
internal sealed class TrinoClient(Uri server, TimeProvider clock) : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(75);
    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromMinutes(2) };

    /// <summary>How long a server that is busy is asked again.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>All rows of a result, each the text of its values as JSON has them: decimals and times are strings there.</summary>
    /// <exception cref="TrinoException">The statement failed, or the server does not speak the protocol.</exception>
    public async Task<TrinoResult> QueryAsync(string sql, CancellationToken cancellationToken = default)
    {
        var (columns, rows) = (new List<string>(), new List<IReadOnlyList<string>>());
        var next = Take(await AskAsync(HttpMethod.Post, new Uri(server, "/v1/statement"), sql, cancellationToken).ConfigureAwait(false), sql, columns, rows);
        while (next is not null)
        {
            next = Take(await AskAsync(HttpMethod.Get, next, null, cancellationToken).ConfigureAwait(false), sql, columns, rows);
        }

        return new TrinoResult(columns, rows);
    }

    /// <returns>Where the answer goes on; null at its end.</returns>
    private static Uri? Take(JsonDocument answer, string sql, List<string> columns, List<IReadOnlyList<string>> rows)
    {
        using var _ = answer;
        var root = answer.RootElement;
        if (root.TryGetProperty("error", out var error))
        {
            throw new TrinoException($"{error.GetProperty("errorName").GetString()}: {error.GetProperty("message").GetString()} in: {sql}");
        }

        if (columns.Count == 0 && root.TryGetProperty("columns", out var named))
        {
            columns.AddRange(named.EnumerateArray().Select(c => c.GetProperty("name").GetString()!));
        }

        if (root.TryGetProperty("data", out var data))
        {
            rows.AddRange(data.EnumerateArray().Select(r => (IReadOnlyList<string>)[.. r.EnumerateArray().Select(TextOf)]));
        }

        return root.TryGetProperty("nextUri", out var next) ? new Uri(next.GetString()!) : null;
    }

    public void Dispose() => _http.Dispose();

    private async Task<JsonDocument> AskAsync(HttpMethod method, Uri uri, string? body, CancellationToken cancellationToken)
    {
        var began = clock.GetTimestamp();
        while (true)
        {
            using var request = new HttpRequestMessage(method, uri) { Content = body is null ? null : new StringContent(body) };
            request.Headers.Add("X-Trino-User", "cdclake");
            request.Headers.Add("X-Trino-Source", "cdclake-tests");
            request.Headers.Add("X-Trino-Time-Zone", "UTC");
            using var response = await _http.SendAsync(request, cancellationToken).ConfigureAwait(false);
            var text = await response.Content.ReadAsStringAsync(cancellationToken).ConfigureAwait(false);
            if (response.StatusCode == HttpStatusCode.OK)
            {
                return JsonDocument.Parse(text);
            }

            if (response.StatusCode is not (HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout) || clock.GetElapsedTime(began) > Patience)
            {
                throw new TrinoException($"{method} {uri} answered {(int)response.StatusCode}: {text}");
            }

            await Task.Delay(Pause, clock, cancellationToken).ConfigureAwait(false); // as the protocol asks for
        }
    }

    private static string TextOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null => "NULL",
        JsonValueKind.String => value.GetString()!,
        _ => value.GetRawText(),
    };
}

/// <summary>What a statement gave.</summary>
internal sealed record TrinoResult(IReadOnlyList<string> Columns, IReadOnlyList<IReadOnlyList<string>> Rows)
{
    /// <summary>Rows as text, sorted.</summary>
    public IReadOnlyList<string> Lines => [.. Rows.Select(r => string.Join('|', r)).Order(StringComparer.Ordinal)];
}

/// <summary>A statement that Trino did not carry out.</summary>
internal sealed class TrinoException(string message) : Exception(message);
