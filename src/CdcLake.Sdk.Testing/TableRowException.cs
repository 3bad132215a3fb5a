namespace CdcLake.Testing;

/// <summary>A table of a <see cref="PipelineHarness"/> cannot be written so. The transaction is rolled back, and the pipeline sees nothing of it.</summary>
public sealed class TableRowException : Exception
{
    internal TableRowException(TableRowError error, string message, Exception? innerException = null)
        : base(message, innerException) => Error = error;

    /// <summary>What is wrong.</summary>
    public TableRowError Error { get; }
}
