namespace CdcLake;

/// <summary>A file could not be read or written: missing rights, a full disk, or a failing store.</summary>
public sealed class ObjectStoreException : CdcLakeException
{
    internal ObjectStoreException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}
