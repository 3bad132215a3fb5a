using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json;
using CdcLake.Common;
using CdcLake.Iceberg.Spec;

namespace CdcLake.Iceberg.Catalogs.Rest.Auth;

/// <summary>
/// OAuth2 client credentials (RFC 6749, 4.4): a token for client id and secret, asked for anew before it expires and when the catalog refuses it. Requests that come
/// meanwhile wait for the same answer. Safe for concurrent use.
/// </summary>
internal sealed class OAuth2Client : IRestAuthentication
{
    /// <summary>Life of a token whose answer does not say it.</summary>
    public static readonly TimeSpan DefaultLife = TimeSpan.FromHours(1);

    private static readonly TimeSpan MostAhead = TimeSpan.FromMinutes(5);
    private readonly HttpMessageInvoker _http;
    private readonly OAuth2Settings _settings;
    private readonly TimeProvider _clock;
    private readonly AsyncLock _asking = new();
    private volatile Issued? _issued;

    public OAuth2Client(HttpMessageInvoker http, OAuth2Settings settings, TimeProvider clock)
    {
        _http = http;
        _settings = settings;
        _clock = clock;
    }

    public async ValueTask ApplyAsync(HttpRequestMessage request, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        var token = _issued is { } issued && IsFresh(issued) ? issued : await RenewAsync(_issued, cancellationToken).ConfigureAwait(false);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token.Token);
    }

    public async ValueTask<bool> RefusedAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var refused = _issued;
        if (refused is null || request.Headers.Authorization?.Parameter == refused.Token)
        {
            await RenewAsync(refused, cancellationToken).ConfigureAwait(false);
        }

        return true;
    }

    private bool IsFresh(Issued issued) => !_settings.Refreshes || _clock.GetUtcNow() < issued.RenewAt;

    /// <summary>A token other than <paramref name="former"/>, which somebody else may have got meanwhile.</summary>
    private async Task<Issued> RenewAsync(Issued? former, CancellationToken cancellationToken)
    {
        using var turn = await _asking.EnterAsync(cancellationToken).ConfigureAwait(false);
        return _issued is { } other && other != former ? other : _issued = await AskAsync(cancellationToken).ConfigureAwait(false);
    }

    private async Task<Issued> AskAsync(CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, _settings.Server) { Content = new FormUrlEncodedContent(_settings.Form()) };
        using var timeout = new CancellationTokenSource(_settings.Timeout, _clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            using var response = await _http.SendAsync(request, either.Token).ConfigureAwait(false);
            var body = await response.Content.ReadAsByteArrayAsync(either.Token).ConfigureAwait(false);
            return response.IsSuccessStatusCode ? Read(body) : throw Refusal((int)response.StatusCode, body);
        }
        catch (Exception e) when (e is HttpRequestException or IOException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw new CatalogException($"The token server {_settings.Server} did not answer: {e.Message}", e) { IsTransient = true, Error = CatalogError.Unavailable };
        }
    }

    private Issued Read(byte[] body)
    {
        try
        {
            using var json = JsonDocument.Parse(body);
            var token = json.RootElement.RequiredString("access_token");
            var life = json.RootElement.OptionalInt64("expires_in") is { } seconds ? TimeSpan.FromSeconds(seconds) : _settings.Life;
            var ahead = TimeSpan.FromTicks(Math.Min(MostAhead.Ticks, life.Ticks / 10));
            return new Issued(token, _clock.GetUtcNow() + life - ahead);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new CatalogException(
                $"The token server {_settings.Server} answered with something that is no token ({e.Message}). Check {AuthProperties.OAuth2Server}.", e) { Error = CatalogError.NotAuthenticated };
        }
    }

    private CatalogException Refusal(int status, byte[] body)
    {
        var isTransient = status is 408 or 429 or >= 500;
        return new CatalogException(string.Create(
            CultureInfo.InvariantCulture,
            $"The token server {_settings.Server} gave no token: {status}{Reason(body)}. ")
            + (isTransient ? "It may do so later." : $"Check {AuthProperties.Credential}, {AuthProperties.Scope} and {AuthProperties.OAuth2Server}."))
        {
            IsTransient = isTransient,
            Error = isTransient ? CatalogError.Unavailable : CatalogError.NotAuthenticated,
        };
    }

    private static string Reason(byte[] body)
    {
        try
        {
            using var json = JsonDocument.Parse(body);
            var error = json.RootElement.GetProperty("error");
            var text = error.ValueKind == JsonValueKind.Object ? error.OptionalString("message") : $"{error} {json.RootElement.OptionalString("error_description")}".TrimEnd();
            return " " + text;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            return "";
        }
    }

    /// <summary>A token and when to ask for the next one. Told apart by reference.</summary>
    private sealed class Issued(string token, DateTimeOffset renewAt)
    {
        public string Token => token;

        public DateTimeOffset RenewAt => renewAt;
    }
}
