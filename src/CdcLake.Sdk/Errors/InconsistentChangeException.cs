namespace CdcLake;

/// <summary>The change stream contradicts the state built from it, for example a delete of a row that was never inserted: the log does not start at the beginning of the table, or changes are missing from it.</summary>
public sealed class InconsistentChangeException : CdcLakeException
{
    internal InconsistentChangeException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}
