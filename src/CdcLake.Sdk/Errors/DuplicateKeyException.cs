namespace CdcLake;

/// <summary>The key given to a sink is not unique in the result at a transaction boundary.</summary>
public sealed class DuplicateKeyException : CdcLakeException
{
    internal DuplicateKeyException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}
