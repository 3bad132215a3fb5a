using System.Globalization;
using CdcLake.Storage;

namespace CdcLake.Iceberg.Catalogs.Rest.Auth;

/// <summary>
/// Signs requests, as Glue and S3 Tables want it. A token of the same catalog travels beside it as <c>Original-Authorization</c>, as Iceberg Java sends it. Safe for concurrent use.
/// </summary>
internal sealed class SigV4Authentication(IStoreCredentials credentials, string region, string service, IRestAuthentication inner, TimeProvider clock) : IRestAuthentication
{
    public async ValueTask ApplyAsync(HttpRequestMessage request, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        await inner.ApplyAsync(request, body, cancellationToken).ConfigureAwait(false);
        if (request.Headers.Authorization is { } original)
        {
            request.Headers.Authorization = null;
            request.Headers.TryAddWithoutValidation("Original-Authorization", original.ToString());
        }

        var keys = await KeysAsync(cancellationToken).ConfigureAwait(false);
        var time = clock.GetUtcNow();
        var hash = SigV4.Hash(body.Span); // of nothing too: some services refuse requests without it
        request.Headers.TryAddWithoutValidation("x-amz-date", time.ToString(SigV4.TimeFormat, CultureInfo.InvariantCulture));
        request.Headers.TryAddWithoutValidation("x-amz-content-sha256", hash);
        if (keys.SessionToken is { } session)
        {
            request.Headers.TryAddWithoutValidation("x-amz-security-token", session);
        }

        var signed = new SortedDictionary<string, string>(StringComparer.Ordinal) { ["host"] = request.RequestUri!.Authority };
        foreach (var (name, values) in request.Headers.Where(h => IsSigned(h.Key)))
        {
            signed[name.ToLowerInvariant()] = string.Join(',', values);
        }

        if (request.Content?.Headers.ContentType is { } type)
        {
            signed["content-type"] = type.ToString();
        }

        var text = SigV4.Authorization(request.Method.Method, request.RequestUri, signed, hash, time, (region, service), keys);
        request.Headers.TryAddWithoutValidation("Authorization", text);
    }

    public ValueTask<bool> RefusedAsync(HttpRequestMessage request, CancellationToken cancellationToken) => inner.RefusedAsync(request, cancellationToken);

    private async ValueTask<StoreCredentials> KeysAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await credentials.GetAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (ObjectStoreException e)
        {
            throw new CatalogException($"Requests are to be signed, but there are no keys: set {AuthProperties.AccessKey} and {AuthProperties.SecretKey}, or those of AWS. {e.Message}", e)
            {
                Error = CatalogError.NotAuthenticated,
            };
        }
    }

    // Proxies may change the others.
    private static bool IsSigned(string name) =>
        name.StartsWith("x-amz-", StringComparison.OrdinalIgnoreCase) || name.Equals("Original-Authorization", StringComparison.OrdinalIgnoreCase);
}
