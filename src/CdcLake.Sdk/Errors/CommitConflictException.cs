namespace CdcLake;

/// <summary>Another writer committed to the table at the same time and the commit could not be rebased.</summary>
public sealed class CommitConflictException : CdcLakeException
{
    internal CommitConflictException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}
