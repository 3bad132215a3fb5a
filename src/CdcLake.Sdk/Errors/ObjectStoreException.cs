namespace CdcLake;

/// <summary>A file could not be read or written: missing rights, a full disk, or a failing store.</summary>
public sealed class ObjectStoreException : CdcLakeException
{
    internal ObjectStoreException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }

    /// <summary>
    /// The store's own name of the error, such as S3's <c>NoSuchBucket</c>, <c>AccessDenied</c> or <c>SlowDown</c>; null where it has none, as for local files and
    /// stores that did not answer.
    /// </summary>
    public string? Code { get; init; }
}
