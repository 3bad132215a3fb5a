using System.Text.Json;
using CdcLake.Common;

namespace CdcLake.Iceberg.Catalogs.Rest;

/// <summary>
/// A conversation with one catalog: its configuration is asked for once, before the first request, and again where that failed. Safe for concurrent use.
/// </summary>
internal sealed class RestSession
{
    private readonly RestSettings _settings;
    private readonly AsyncLock _opening = new();
    private volatile Opened? _opened;

    public RestSession(RestSettings settings) => _settings = settings;

    /// <summary>For messages.</summary>
    public string Name => _settings.Name;

    public TimeProvider Clock => _settings.Clock;

    /// <summary>The configuration, or null before the first request.</summary>
    public RestConfig? KnownConfig => _opened?.Config;

    /// <exception cref="CatalogException">The server did not answer, refused, or is no catalog.</exception>
    public async ValueTask<RestConfig> ConfigAsync(CancellationToken cancellationToken) => (await OpenAsync(cancellationToken).ConfigureAwait(false)).Config;

    /// <summary>Sends a request as <see cref="RestTransport.SendAsync"/> does.</summary>
    public async Task<RestAnswer> SendAsync(RestRequest request, CancellationToken cancellationToken)
    {
        var opened = await OpenAsync(cancellationToken).ConfigureAwait(false);
        return await opened.Transport.SendAsync(request, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Asks for a change: with a key that lets the server recognise it when it is sent again, where it can.</summary>
    public async Task<RestAnswer> ChangeAsync(RestRequest request, CancellationToken cancellationToken)
    {
        var config = await ConfigAsync(cancellationToken).ConfigureAwait(false);
        var key = config.IsIdempotent ? Guid.CreateVersion7(Clock.GetUtcNow()).ToString() : null;
        return await SendAsync(request with { IdempotencyKey = key }, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Reads an answer that is a success.</summary>
    /// <exception cref="CatalogException">It is none, or makes no sense.</exception>
    public T Read<T>(RestAnswer answer, string doing, Func<JsonElement, T> read)
    {
        if (!answer.IsSuccess)
        {
            throw RestErrors.Of(answer, doing, Name);
        }

        try
        {
            using var json = JsonDocument.Parse(answer.Body);
            return read(json.RootElement);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            throw RestErrors.Nonsense(doing, Name, e);
        }
    }

    /// <exception cref="CatalogException">The answer is no success.</exception>
    public void Require(RestAnswer answer, string doing)
    {
        if (!answer.IsSuccess)
        {
            throw RestErrors.Of(answer, doing, Name);
        }
    }

    private async ValueTask<Opened> OpenAsync(CancellationToken cancellationToken)
    {
        if (_opened is { } opened)
        {
            return opened;
        }

        using var turn = await _opening.EnterAsync(cancellationToken).ConfigureAwait(false);
        return _opened ??= await AskAsync(cancellationToken).ConfigureAwait(false);
    }

    private async Task<Opened> AskAsync(CancellationToken cancellationToken)
    {
        const string Doing = "asking for its configuration";
        var transport = RestTransport.Open(_settings);
        var path = _settings.Properties.TryGetValue(RestProperties.Warehouse, out var warehouse) ? $"v1/config?warehouse={Uri.EscapeDataString(warehouse)}" : "v1/config";
        var answer = await transport.SendAsync(new RestRequest(HttpMethod.Get, path), cancellationToken).ConfigureAwait(false);
        if (!answer.IsSuccess)
        {
            throw RestErrors.Of(answer, Doing, Name);
        }

        try
        {
            var config = RestConfig.Read(answer.Body, _settings.Properties);
            return new Opened(transport.With(config.Properties), config);
        }
        catch (JsonException e)
        {
            throw RestErrors.Nonsense(Doing, Name, e);
        }
    }

    private sealed record Opened(RestTransport Transport, RestConfig Config);
}
