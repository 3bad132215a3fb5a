using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace CdcLake.StarRocks.StreamLoad;

#pragma warning disable CA1001 // its connections close when they are idle; the cluster object, to which it belongs, is a value to its users

/// <summary>
/// HTTP as Stream Load needs it. Redirects are followed here, since .NET's own following drops the credentials, without which a backend refuses; they go only to a frontend that was named
/// and to where one sends us, never from https to http. Bodies wait for <c>100 Continue</c>, however slow a frontend is, because one that does not want the body closes the connection.
/// Safe for concurrent use.
/// </summary>
internal sealed class LoadClient
{
    private const int MostHops = 5; // a follower, the leader, a backend, and room for more
    private static readonly TimeSpan Slack = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LongestAnswer = TimeSpan.FromSeconds(90); // to a request without rows
    private readonly HttpClient _http;
    private readonly IReadOnlyList<Uri> _frontends;
    private readonly AuthenticationHeaderValue _credentials;
    private readonly StarRocksOptions _options;
    private int _current;

    /// <param name="frontends">Tried in that order, from the one on that answered last.</param>
    /// <param name="user">Who loads.</param>
    /// <param name="password">Its password.</param>
    /// <param name="options">Limits and addresses.</param>
    /// <param name="handler">Carries requests; null for the network.</param>
    public LoadClient(IReadOnlyList<Uri> frontends, string user, string password, StarRocksOptions options, HttpMessageHandler? handler = null)
    {
        _frontends = frontends;
        _options = options;
        _credentials = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}")));
        _http = new HttpClient(handler ?? Network(options)) { Timeout = Timeout.InfiniteTimeSpan }; // each request has its own
    }

    /// <summary>Name for messages.</summary>
    public string Peer => _frontends[_current % _frontends.Count].Authority;

    /// <summary>Sends a request to a frontend and follows where it leads.</summary>
    /// <param name="request">The same on every hop.</param>
    /// <param name="clock">Measures how long an answer may take.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <returns>The answer; one that says that it is lost when none came.</returns>
    /// <exception cref="StarRocksLoadException">The user or its password is not accepted, or a redirect would give the password away.</exception>
    public async Task<LoadReply> SendAsync(LoadRequest request, TimeProvider clock, CancellationToken cancellationToken)
    {
        var first = _current;
        var target = new Uri(_frontends[first % _frontends.Count], request.Path);
        using var time = new CancellationTokenSource(request.Body is null ? LongestAnswer : _options.LoadTimeout + Slack, clock);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, time.Token);
        try
        {
            for (var hop = 0; hop < MostHops; hop++)
            {
                using var message = Message(request, target);
                using var response = await _http.SendAsync(message, HttpCompletionOption.ResponseContentRead, limit.Token).ConfigureAwait(false);
                if (response.StatusCode is HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect or HttpStatusCode.Found or HttpStatusCode.Moved && response.Headers.Location is { } next)
                {
                    target = Redirected(target, new Uri(target, next));
                    continue;
                }

                var body = await response.Content.ReadAsByteArrayAsync(limit.Token).ConfigureAwait(false);
                var reply = LoadReply.Parse((int)response.StatusCode, body, target.Authority);
                return response.StatusCode == HttpStatusCode.Unauthorized ? throw Denied(target, reply) : Judge(reply, first);
            }

            return Judge(LoadReply.Lost($"{target.Authority} is the last of {MostHops} redirects"), first);
        }
        catch (HttpRequestException error) when (error.InnerException is AuthenticationException)
        {
            throw new StarRocksLoadException(
                $"The certificate of {target.Authority} is refused: {error.InnerException.Message} Name the file of the authority that signed it in {nameof(StarRocksOptions)}.{nameof(StarRocksOptions.CertificateAuthorities)}, and use an address that the certificate names.",
                error);
        }
        catch (Exception error) when (error is HttpRequestException or IOException or OperationCanceledException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return Judge(LoadReply.Lost($"no answer from {target.Authority}: {error.Message}"), first);
        }
    }

    /// <summary>Reads the list of rejected rows that a backend keeps.</summary>
    /// <returns>Its beginning; a text that says why there is none when it cannot be read.</returns>
    public async Task<string> ReadErrorsAsync(string url, TimeProvider clock, CancellationToken cancellationToken)
    {
        const int MostCharacters = 3000;
        using var time = new CancellationTokenSource(TimeSpan.FromSeconds(10), clock);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, time.Token);
        try
        {
            var address = _options.RewriteAddress?.Invoke(new Uri(url)) ?? new Uri(url);
            var text = await _http.GetStringAsync(address, limit.Token).ConfigureAwait(false); // the file's name is the only credential
            return text.Length > MostCharacters ? text[..MostCharacters] + "…" : text;
        }
        catch (Exception error) when (error is HttpRequestException or IOException or OperationCanceledException or UriFormatException or InvalidOperationException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return $"(the list of rejected rows at {url} cannot be read: {error.Message})";
        }
    }

    private static SocketsHttpHandler Network(StarRocksOptions options) => new()
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        Expect100ContinueTimeout = options.LoadTimeout,
        ConnectTimeout = TimeSpan.FromSeconds(15),
        PooledConnectionIdleTimeout = TimeSpan.FromSeconds(20), // frontends close idle connections themselves
        RequestHeaderEncodingSelector = (_, _) => Encoding.UTF8, // column names
        SslOptions = new SslClientAuthenticationOptions { CertificateChainPolicy = options.CertificateAuthorities is { } file ? Trusting(file) : null },
    };

    private static X509ChainPolicy Trusting(string file)
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        try
        {
            policy.CustomTrustStore.ImportFromPemFile(file);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new ArgumentException($"{nameof(StarRocksOptions.CertificateAuthorities)} names {file}, which cannot be read: {error.Message}", nameof(file), error);
        }

        return policy.CustomTrustStore.Count > 0
            ? policy
            : throw new ArgumentException($"{nameof(StarRocksOptions.CertificateAuthorities)} names {file}, in which there is no certificate. PEM is expected: -----BEGIN CERTIFICATE-----.", nameof(file));
    }

    private HttpRequestMessage Message(LoadRequest request, Uri target)
    {
        var message = new HttpRequestMessage(request.Method, target);
        message.Headers.Authorization = _credentials;
        if (request.Body is { } body)
        {
            message.Headers.ExpectContinue = true;
            message.Content = new ReadOnlyMemoryContent(body);
        }

        foreach (var (name, value) in request.Headers)
        {
            message.Headers.TryAddWithoutValidation(name, value);
        }

        return message;
    }

    private Uri Redirected(Uri from, Uri to)
    {
        var target = _options.RewriteAddress?.Invoke(to) ?? to;
        return from.Scheme != "https" || target.Scheme == "https"
            ? target
            : throw new StarRocksLoadException(
                $"{from.Authority} redirects from https to {target.GetLeftPart(UriPartial.Authority)}, where the password would go in clear. Let {nameof(StarRocksOptions)}.{nameof(StarRocksOptions.RewriteAddress)} lead to the https address of the backend.");
    }

    // One that answered nothing sensible is not asked first next time.
    private LoadReply Judge(LoadReply reply, int frontend)
    {
        if (reply.IsLost)
        {
            Interlocked.CompareExchange(ref _current, (frontend + 1) % _frontends.Count, frontend);
        }

        return reply;
    }

    private static StarRocksLoadException Denied(Uri target, LoadReply reply) => new(
        $"{target.Authority} refuses the user of the connection string: {reply.Message}. Check User ID and Password, and that the user has the privileges INSERT and SELECT on the table (GRANT INSERT, SELECT ON TABLE … TO USER …).");
}
