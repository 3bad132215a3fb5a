namespace CdcLake.Iceberg.Catalogs.Rest.Auth;

/// <summary>Says in each request who asks. Safe for concurrent use.</summary>
internal interface IRestAuthentication
{
    /// <summary>Completes a request that is otherwise finished.</summary>
    /// <param name="request">With all its headers.</param>
    /// <param name="body">Its body; empty when it has none.</param>
    /// <param name="cancellationToken">Ends the waiting for a token.</param>
    /// <exception cref="CatalogException">There is no valid credential.</exception>
    ValueTask ApplyAsync(HttpRequestMessage request, ReadOnlyMemory<byte> body, CancellationToken cancellationToken);

    /// <summary>The server refused what <see cref="ApplyAsync"/> said (401 or 419).</summary>
    /// <returns>True when there may be something new to say: the request is worth another try.</returns>
    ValueTask<bool> RefusedAsync(HttpRequestMessage request, CancellationToken cancellationToken);
}
