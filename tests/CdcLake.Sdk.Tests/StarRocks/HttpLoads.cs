using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using CdcLake.Testing;

namespace CdcLake.Tests.StarRocks;

/// <summary>Requests as the manual shows them with curl: a client that shares no code with the library's own.</summary>
internal sealed class HttpLoads(string address, string user, string password) : IDisposable
{
    private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false, Expect100ContinueTimeout = TimeSpan.FromSeconds(30) });

    public HttpLoads(FakeStarRocks server, string password = "secret")
        : this(server.LoadUrl.Split(';')[^1], "root", password)
    {
    }

    public HttpLoads(StarRocksUnderTest cluster, string? password = null)
        : this(cluster.LoadUrl, cluster.User, password ?? cluster.Password)
    {
    }

    /// <summary>Hops of the last request, the first one included.</summary>
    public int Hops { get; private set; }

    public int StatusCode { get; private set; }

    public Task<Dictionary<string, string>> LoadAsync(string path, string body, params (string Name, string Value)[] headers) => SendAsync(HttpMethod.Put, path, body, headers);

    public Task<Dictionary<string, string>> TransactionAsync(string verb, string? body = null, params (string Name, string Value)[] headers) =>
        SendAsync(body is null ? HttpMethod.Post : HttpMethod.Put, $"/api/transaction/{verb}", body, headers);

    public async Task<string> StateAsync(string database, string label) => (await SendAsync(HttpMethod.Get, $"/api/{database}/get_load_state?label={label}", null, []))["state"];

    public async Task<Dictionary<string, string>> SendAsync(HttpMethod method, string path, string? body, (string Name, string Value)[] headers, bool expects = true, bool keepsCredentials = true)
    {
        var target = new Uri(address + path);
        for (Hops = 1; ; Hops++)
        {
            using var request = new HttpRequestMessage(method, target);
            if (Hops == 1 || keepsCredentials)
            {
                request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}")));
            }

            request.Headers.ExpectContinue = body is not null && expects;
            request.Content = body is null ? null : new StringContent(body);
            foreach (var (name, value) in headers)
            {
                request.Headers.TryAddWithoutValidation(name, value);
            }

            using var response = await _http.SendAsync(request);
            StatusCode = (int)response.StatusCode;
            if (response.Headers.Location is { } next)
            {
                target = next;
                continue;
            }

            using var answer = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
            return answer.RootElement.EnumerateObject().ToDictionary(p => p.Name, p => p.Value.ToString(), StringComparer.Ordinal);
        }
    }

    public void Dispose() => _http.Dispose();
}
