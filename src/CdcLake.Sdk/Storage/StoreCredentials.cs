namespace CdcLake.Storage;

/// <summary>What a request to S3 is signed with. Prints the key's id only.</summary>
/// <param name="AccessKeyId">Public half of the key.</param>
/// <param name="SecretAccessKey">Secret half of it.</param>
/// <param name="SessionToken">Goes with keys that last for a while only; null for those that stay.</param>
/// <param name="Expires">When they are refused; null when that is not known.</param>
internal sealed record StoreCredentials(string AccessKeyId, string SecretAccessKey, string? SessionToken, DateTimeOffset? Expires)
{
    public override string ToString() => AccessKeyId;
}

/// <summary>
/// Credentials that are renewed, such as those that a REST catalog vends for a table. Asked before every request, so an implementation keeps what it has and fetches
/// anew some minutes before <see cref="StoreCredentials.Expires"/>. Safe for concurrent use.
/// </summary>
internal interface IStoreCredentials
{
    /// <exception cref="CdcLakeException">There are none to be had; it reaches the caller of the store as it is.</exception>
    ValueTask<StoreCredentials> GetAsync(CancellationToken cancellationToken);
}

/// <summary>The same credentials for ever.</summary>
internal sealed class FixedCredentials(StoreCredentials credentials) : IStoreCredentials
{
    public ValueTask<StoreCredentials> GetAsync(CancellationToken cancellationToken) => ValueTask.FromResult(credentials);
}
