using Amazon.Runtime;

namespace CdcLake.Storage.S3;

/// <summary>Gives the SDK one HTTP client for each connection, with its time-outs.</summary>
internal sealed class S3Http : HttpClientFactory
{
    private const int MostConnections = 64;
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(10); // names of hosts are looked up again then
    private readonly Lazy<HttpClient> _client; // lives as long as the process, as the SDK's own do

    public S3Http(TimeSpan connectTimeout) => _client = new Lazy<HttpClient>(() => Create(connectTimeout));

    public override HttpClient CreateHttpClient(IClientConfig clientConfig) => _client.Value;

    public override bool UseSDKHttpClientCaching(IClientConfig clientConfig) => false;

    public override bool DisposeHttpClientsAfterUse(IClientConfig clientConfig) => false;

    private static HttpClient Create(TimeSpan connectTimeout)
    {
        var sockets = new SocketsHttpHandler
        {
            AllowAutoRedirect = false, // a signature holds for one host
            ConnectTimeout = connectTimeout,
            MaxConnectionsPerServer = MostConnections,
            PooledConnectionLifetime = Lifetime,
        };
        return new HttpClient(new PromptHandler(sockets)) { Timeout = Timeout.InfiniteTimeSpan }; // each attempt has its own time-out
    }

    /// <summary>Sends content at once: the SDK would ask first whether it is welcome (Expect: 100-continue), which costs a round trip for each put.</summary>
    private sealed class PromptHandler(HttpMessageHandler inner) : DelegatingHandler(inner)
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            request.Headers.ExpectContinue = false;
            return base.SendAsync(request, cancellationToken);
        }
    }
}
