using System.Globalization;
using System.Net.Http.Headers;
using CdcLake.Common;
using CdcLake.Iceberg.Catalogs.Rest.Auth;

namespace CdcLake.Iceberg.Catalogs.Rest;

/// <summary>
/// Sends requests, each with a time-out. What may be sent again is, with growing pauses and within a budget, when the server is busy or its answer is lost; anything else
/// only when it certainly was not handled. Safe for concurrent use.
/// </summary>
internal sealed class RestTransport
{
    private const string VersionHeader = "X-Client-Version";
    private const string DelegationHeader = "X-Iceberg-Access-Delegation";
    private static readonly TimeSpan ConnectionLife = TimeSpan.FromMinutes(5);
    private readonly RestSettings _settings;
    private readonly HttpMessageInvoker _http;
    private readonly IRestAuthentication _authentication;
    private readonly List<KeyValuePair<string, string>> _headers;

    private RestTransport(RestSettings settings, HttpMessageInvoker http, IReadOnlyDictionary<string, string> properties)
    {
        _settings = settings;
        _http = http;
        _authentication = RestAuthentication.Of(properties, settings.Uri, http, settings.RequestTimeout, settings.Clock);
        _headers = [.. properties.Where(p => p.Key.StartsWith(RestProperties.HeaderPrefix, StringComparison.Ordinal)).Select(p => KeyValuePair.Create(p.Key[RestProperties.HeaderPrefix.Length..], p.Value))];
        AddHeader(VersionHeader, $"cdclake/{typeof(RestTransport).Assembly.GetName().Version?.ToString(3)}");
        AddHeader(DelegationHeader, "vended-credentials");
    }

    /// <param name="settings">Where the catalog is; its handler, or one of ours, is used from now on.</param>
    public static RestTransport Open(RestSettings settings)
    {
        // Not disposed: it belongs to a catalog object, which lives as long as the application, and gives up connections by itself.
        var handler = settings.Handler ?? new SocketsHttpHandler { PooledConnectionLifetime = ConnectionLife, AutomaticDecompression = System.Net.DecompressionMethods.All };
        return new RestTransport(settings, new HttpMessageInvoker(handler, disposeHandler: false), settings.Properties);
    }

    /// <summary>The same connections with what the catalog's configuration says about headers and authentication.</summary>
    public RestTransport With(IReadOnlyDictionary<string, string> properties) =>
        Asks(properties).SequenceEqual(Asks(_settings.Properties)) ? this : new RestTransport(_settings, _http, properties);

    /// <summary>
    /// Sends a request until there is an answer that counts, or the budget is used up; the last answer then. A change whose answer was lost once stays uncertain whatever
    /// is said to its repetition, unless that is a success.
    /// </summary>
    /// <param name="request">What is asked.</param>
    /// <param name="cancellationToken">Ends it; a change may have been made then.</param>
    /// <exception cref="CatalogException">The request could not be sent, or there is no valid credential: nothing was changed.</exception>
    public async Task<RestAnswer> SendAsync(RestRequest request, CancellationToken cancellationToken)
    {
        var backoff = new Backoff(_settings.FirstPause, _settings.LongestPause, BitConverter.ToUInt32(RandomIds.Bytes(sizeof(uint))));
        RestAnswer? uncertain = null;
        var mayRenew = true;
        for (var attempt = 1; ; attempt++)
        {
            var isLast = attempt >= _settings.Attempts;
            TimeSpan? wanted = null;
            try
            {
                var (answer, isRenewed) = await TryAsync(request, mayRenew, cancellationToken).ConfigureAwait(false);
                if (isRenewed)
                {
                    mayRenew = false;
                    continue;
                }

                if (isLast || !(answer.Status == 429 || (answer.IsPassing && request.MayRepeat)))
                {
                    return answer.IsSuccess ? answer : uncertain ?? answer;
                }

                uncertain = answer.IsUncertain && request.IsChange ? answer : uncertain;
                wanted = answer.RetryAfter;
            }
            catch (CatalogException e) when (uncertain is not null || (e.IsTransient && !isLast))
            {
                if (isLast || !e.IsTransient)
                {
                    return uncertain!;
                }
            }

            await Task.Delay(Longer(backoff.Next(), wanted), _settings.Clock, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Sends it once; where who asks was refused and has something new to say, the answer does not count.</summary>
    private async Task<(RestAnswer Answer, bool IsRenewed)> TryAsync(RestRequest request, bool mayRenew, CancellationToken cancellationToken)
    {
        using var message = await BuildAsync(request, cancellationToken).ConfigureAwait(false);
        var answer = await SendOnceAsync(message, cancellationToken).ConfigureAwait(false);
        var isRenewed = answer.Status is 401 or 419 && mayRenew
            && await (request.Authentication ?? _authentication).RefusedAsync(message, cancellationToken).ConfigureAwait(false);
        return (answer, isRenewed);
    }

    /// <summary>Our pause, or the server's where that is longer, but not for ever.</summary>
    private TimeSpan Longer(TimeSpan ours, TimeSpan? wanted) =>
        wanted is not { } theirs || theirs <= ours ? ours : theirs < _settings.RequestTimeout ? theirs : _settings.RequestTimeout;

    private async Task<HttpRequestMessage> BuildAsync(RestRequest request, CancellationToken cancellationToken)
    {
        var message = new HttpRequestMessage(request.Method, new Uri(_settings.Uri, request.Path));
        message.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        foreach (var (name, value) in _headers)
        {
            message.Headers.TryAddWithoutValidation(name, value);
        }

        Add(message, "If-None-Match", request.IfNoneMatch);
        Add(message, "Idempotency-Key", request.IdempotencyKey);
        if (request.Body is { } body)
        {
            message.Content = new ByteArrayContent(body);
            message.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        }

        await (request.Authentication ?? _authentication).ApplyAsync(message, request.Body ?? [], cancellationToken).ConfigureAwait(false);
        return message;
    }

    private async Task<RestAnswer> SendOnceAsync(HttpRequestMessage message, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(_settings.RequestTimeout, _settings.Clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            using var response = await _http.SendAsync(message, either.Token).ConfigureAwait(false);
            var body = await response.Content.ReadAsByteArrayAsync(either.Token).ConfigureAwait(false);
            return new RestAnswer((int)response.StatusCode, body)
            {
                ETag = response.Headers.TryGetValues("ETag", out var tags) ? tags.First() : null,
                RetryAfter = RetryAfter(response.Headers.RetryAfter),
            };
        }
        catch (HttpRequestException e) when (e.HttpRequestError
            is HttpRequestError.NameResolutionError or HttpRequestError.ConnectionError or HttpRequestError.SecureConnectionError or HttpRequestError.ProxyTunnelError)
        {
            throw new CatalogException($"{_settings.Name} cannot be reached: {e.Message} It is stopped, or the URI is wrong.", e)
            {
                IsTransient = true,
                Error = CatalogError.Unavailable,
            };
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            return new RestAnswer(0, []) { Cause = e };
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            return new RestAnswer(0, [])
            {
                Cause = new TimeoutException(string.Create(CultureInfo.InvariantCulture, $"none within {_settings.RequestTimeout.TotalSeconds:0.#} s"), e),
            };
        }
    }

    private TimeSpan? RetryAfter(RetryConditionHeaderValue? header) => header?.Delta ?? (header?.Date is { } date ? date - _settings.Clock.GetUtcNow() : null);

    private void AddHeader(string name, string value)
    {
        if (!_headers.Exists(h => h.Key.Equals(name, StringComparison.OrdinalIgnoreCase)))
        {
            _headers.Add(KeyValuePair.Create(name, value));
        }
    }

    private static void Add(HttpRequestMessage message, string name, string? value)
    {
        if (value is not null)
        {
            message.Headers.TryAddWithoutValidation(name, value);
        }
    }

    private static IEnumerable<KeyValuePair<string, string>> Asks(IReadOnlyDictionary<string, string> properties) => properties
        .Where(p => AuthProperties.Known.Contains(p.Key) || p.Key.StartsWith(RestProperties.HeaderPrefix, StringComparison.Ordinal))
        .OrderBy(p => p.Key, StringComparer.Ordinal);
}
