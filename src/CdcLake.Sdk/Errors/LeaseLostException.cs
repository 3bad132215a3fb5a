namespace CdcLake;

/// <summary>
/// This instance of a pipeline may not go on, since another one may have begun: its lease on the source server could not be kept. Nothing was committed after that; the instance
/// stands by until the lease is free again.
/// </summary>
public sealed class LeaseLostException : CdcLakeException
{
    internal LeaseLostException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}
