using CdcLake.Testing.Rest;

namespace CdcLake.Testing.Crashes;

/// <summary>A REST catalog in memory as one process reaches it: until the process is killed. A commit, of however many tables, is one request.</summary>
/// <param name="server">Outlives the process.</param>
/// <param name="life">The process.</param>
internal sealed class MortalRestHandler(RestCatalogHandler server, Life life) : HttpMessageHandler
{
    private readonly HttpMessageInvoker _server = new(server, disposeHandler: false);

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        life.ThrowIfOver();
        var isCommit = await IsCommitAsync(request, cancellationToken).ConfigureAwait(false);
        if (isCommit)
        {
            life.Publishing();
        }

        var answer = await _server.SendAsync(request, cancellationToken).ConfigureAwait(false);
        if (isCommit && answer.IsSuccessStatusCode)
        {
            life.Published();
        }

        return answer;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _server.Dispose();
        }

        base.Dispose(disposing);
    }

    // Only one with a snapshot shows rows; others set properties.
    private static async Task<bool> IsCommitAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        request.Method == HttpMethod.Post && request.Content is { } content && (await content.ReadAsStringAsync(cancellationToken).ConfigureAwait(false)).Contains("\"add-snapshot\"", StringComparison.Ordinal);
}
