namespace CdcLake;

/// <summary>
/// The root of all errors this library raises on purpose. The message says what happened, where, the likely cause and what to do;
/// nothing that was committed before is lost when one is thrown.
/// </summary>
public abstract class CdcLakeException : Exception
{
    /// <summary>Creates the error with its full text.</summary>
    private protected CdcLakeException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }

    /// <summary>
    /// True when the same operation may succeed later without anybody changing anything (a dropped connection, a busy server).
    /// The pipeline retries such errors itself; false means that somebody has to act.
    /// </summary>
    public bool IsTransient { get; init; }

    /// <summary>Name of the pipeline that failed, or null when the error was raised outside a running pipeline.</summary>
    public string? Pipeline { get; internal set; }

    /// <summary>Name of the stage (source, operator or sink) that failed, or null when unknown.</summary>
    public string? Stage { get; internal set; }

    /// <summary>Text of the last complete source position before the failure, or null when nothing had been read.</summary>
    public string? Position { get; internal set; }
}
