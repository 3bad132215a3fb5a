namespace CdcLake;

/// <summary>A checkpoint cannot be written, or one that exists cannot be read.</summary>
public sealed class CheckpointException : CdcLakeException
{
    internal CheckpointException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}
