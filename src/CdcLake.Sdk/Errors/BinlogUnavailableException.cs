namespace CdcLake;

/// <summary>The source cannot deliver the changes a pipeline needs: purged or missing log files, a wrong server setting, or missing grants. The message prints the statement that repairs it.</summary>
public sealed class BinlogUnavailableException : CdcLakeException
{
    internal BinlogUnavailableException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }

    /// <summary>True when what is needed was in the log and has been removed from it.</summary>
    internal bool IsPurged { get; init; }
}
