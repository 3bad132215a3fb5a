using CdcLake.Simulation.Scheduling;
using CdcLake.Testing.Rest;

namespace CdcLake.Simulation.Servers;

/// <summary>A REST catalog as one process reaches it: no socket, but a request that may go wrong; a commit may be answered with that nobody knows what became of it.</summary>
/// <param name="server">Outlives all processes.</param>
/// <param name="node">Who asks.</param>
/// <param name="committed">Told when a commit was carried out.</param>
internal sealed class RestOfNode(RestCatalogHandler server, Node node, Action committed) : HttpMessageHandler
{
    private readonly HttpMessageInvoker _server = new(server, disposeHandler: false);

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var what = $"{request.Method} {request.RequestUri!.AbsolutePath}";
        var writes = request.Method != HttpMethod.Get;
        var body = request.Content is null ? null : await request.Content.ReadAsByteArrayAsync(CancellationToken.None).ConfigureAwait(false);
        var isUnknown = writes && (what.Contains("/tables/", StringComparison.Ordinal) || what.EndsWith("/transactions/commit", StringComparison.Ordinal)) && node.Scheduler.Chance(0.05);
        var answer = await node.Scheduler.AskAsync(
            node, what, writes, () => Carry(Copy(request, body), writes), why => new HttpRequestException($"{why} by the catalog."), cancellationToken).ConfigureAwait(false);
        if (!isUnknown)
        {
            return answer;
        }

        node.Scheduler.Count(FaultKind.Unknown);
        return RestCatalogHandler.Error(500, "CommitStateUnknownException");
    }

    protected override void Dispose(bool disposing)
    {
        _server.Dispose();
        base.Dispose(disposing);
    }

    private HttpResponseMessage Carry(HttpRequestMessage request, bool writes)
    {
        var answer = _server.SendAsync(request, CancellationToken.None).GetAwaiter().GetResult(); // in memory, done when it returns
        if (writes && answer.IsSuccessStatusCode)
        {
            committed();
        }

        return answer;
    }

    private static HttpRequestMessage Copy(HttpRequestMessage request, byte[]? body)
    {
        var copy = new HttpRequestMessage(request.Method, request.RequestUri) { Content = body is null ? null : new ByteArrayContent(body) };
        foreach (var (name, values) in request.Headers)
        {
            copy.Headers.TryAddWithoutValidation(name, values);
        }

        return copy;
    }
}
