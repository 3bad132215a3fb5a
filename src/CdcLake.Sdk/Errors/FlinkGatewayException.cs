namespace CdcLake;

/// <summary>Flink's SQL gateway or JobManager did not do what was asked. The message says which statement or request it was, what the server said, and what to do.</summary>
public sealed class FlinkGatewayException : CdcLakeException
{
    internal FlinkGatewayException(FlinkGatewayError error, string message, Exception? innerException = null)
        : base(message, innerException) => Error = error;

    /// <summary>What went wrong, for code that goes on differently.</summary>
    public FlinkGatewayError Error { get; }

    /// <summary>The statement that failed, with placeholders in place of secrets; null when it was none.</summary>
    public string? Statement { get; internal init; }
}
