using System.Text;
using System.Text.Json;
using CdcLake.Testing.Wire;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace CdcLake.Tests.Flink.Gateway;

/// <summary>A SQL gateway and a JobManager in one HTTP server: answers as Flink 1.20 was seen to, keeps what it was asked, and misbehaves as a test says.</summary>
internal sealed class GatewayStandIn : IAsyncDisposable
{
    public const string Job = "0123456789abcdef0123456789abcdef";
    private readonly WebApplication _server;
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _gate = new();
    private readonly List<string> _requests = [];
    private readonly List<string> _statements = [];

    public GatewayStandIn()
    {
        _server = KestrelHost.Start(ServeAsync);
        Address = _server.Urls.Single();
    }

    public string Address { get; }

    public int Port => new Uri(Address).Port;

    /// <summary>Body of <c>api_versions</c>.</summary>
    public string Versions { get; set; } = """{"versions":["V1","V2","V3"]}""";

    /// <summary>Answers instead of the usual; null leaves the request to it.</summary>
    public Func<string, string, (int Status, string Body)?> Misbehave { get; set; } = (_, _) => null;

    /// <summary>It takes requests and answers none.</summary>
    public bool IsSilent { get; set; }

    public string JobState { get; set; } = "RUNNING";

    public IReadOnlyList<string> Requests
    {
        get
        {
            lock (_gate)
            {
                return [.. _requests];
            }
        }
    }

    public IReadOnlyList<string> Statements
    {
        get
        {
            lock (_gate)
            {
                return [.. _statements];
            }
        }
    }

    /// <summary>An answer of <see cref="Misbehave"/>: none, the connection is cut.</summary>
    public static (int Status, string Body)? Dropped => (0, "");

    public static string Errors(string trace) => JsonSerializer.Serialize(new Dictionary<string, string[]> { ["errors"] = ["Internal server error.", trace] });

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _server.DisposeAsync();
        _stop.Dispose();
    }

    private async Task ServeAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body, Encoding.UTF8);
        var body = await reader.ReadToEndAsync(context.RequestAborted);
        var request = $"{context.Request.Method} {context.Request.Path}{context.Request.QueryString}";
        lock (_gate)
        {
            _requests.Add(request);
        }

        if (IsSilent)
        {
            using var end = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token, context.RequestAborted);
            // until the client gives up, or the test ends
            await Task.Delay(Timeout.InfiniteTimeSpan, end.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            context.Abort();
            return;
        }

        var (status, answer) = Misbehave(request, body) ?? Answer(request, body);
        if (status == 0)
        {
            context.Abort();
            return;
        }

        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync(answer, context.RequestAborted);
    }

    private (int Status, string Body) Answer(string request, string body)
    {
        var path = request.Split(' ')[1];
        var version = path.Split('/')[1];
        switch (request)
        {
            case "GET /api_versions":
                return (200, Versions);
            case var _ when path.StartsWith("/jobs/", StringComparison.Ordinal):
                return OfJob(request);
            case var _ when request.EndsWith("/sessions", StringComparison.Ordinal):
                return (200, """{"sessionHandle":"s-1"}""");
            case var _ when request == $"GET /{version}/sessions/s-1":
                return (200, $$$"""{"properties":{"rest.address":"127.0.0.1","rest.port":"{{{Port}}}"}}""");
            case var _ when request.EndsWith("/statements", StringComparison.Ordinal):
                lock (_gate)
                {
                    _statements.Add(JsonDocument.Parse(body).RootElement.GetProperty("statement").GetString()!);
                    return (200, $$"""{"operationHandle":"{{_statements.Count}}"}""");
                }

            case var _ when path.Contains("/result/0", StringComparison.Ordinal):
                var isJob = Statements[int.Parse(path.Split('/')[5], System.Globalization.CultureInfo.InvariantCulture) - 1].Contains("INSERT", StringComparison.Ordinal);
                var job = isJob && version != "v1" ? $"\"jobID\":\"{Job}\"," : "";
                return (200, $$"""{"resultType":"PAYLOAD",{{job}}"isQueryResult":false,"results":{"columns":[{"name":"x"}],"data":[{"kind":"INSERT","fields":["{{(isJob ? Job : "OK")}}"]}]},"nextResultUri":"{{path.Replace("result/0", "result/1", StringComparison.Ordinal)}}"}""");
            case var _ when path.Contains("/result/", StringComparison.Ordinal):
                return (200, """{"resultType":"EOS","results":{"columns":[],"data":[]}}""");
            default:
                return (200, "{}");
        }
    }

    private (int Status, string Body) OfJob(string request) => request switch
    {
        $"GET /jobs/{Job}" => (200, $$"""{"jid":"{{Job}}","state":"{{JobState}}"}"""),
        $"GET /jobs/{Job}/exceptions" => (200, """{"exceptionHistory":{"entries":[{"stacktrace":"org.apache.flink.runtime.JobException: Recovery is suppressed\n\tat a.b(C.java:1)\nCaused by: java.lang.IllegalStateException: The connector is trying to read binlog starting at gtid x, but this is no longer available on the server.\n\tat d.e(F.java:2)\n"}]}}"""),
        $"POST /jobs/{Job}/stop" => (202, """{"request-id":"r-1"}"""),
        $"GET /jobs/{Job}/savepoints/r-1" => (200, """{"status":{"id":"COMPLETED"},"operation":{"location":"file:/savepoints/savepoint-012345"}}"""),
        $"PATCH /jobs/{Job}?mode=cancel" => (202, "{}"),
        _ => (404, """{"errors":["Job not found."]}"""),
    };
}
