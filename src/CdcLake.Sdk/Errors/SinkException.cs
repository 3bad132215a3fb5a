namespace CdcLake;

/// <summary>A target of the application's own failed, or did not keep its position. The inner exception is the target's.</summary>
public sealed class SinkException : CdcLakeException
{
    internal SinkException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}
