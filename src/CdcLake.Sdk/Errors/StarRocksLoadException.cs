namespace CdcLake;

/// <summary>A StarRocks cluster did not take rows, or did not say in time whether it did. What it said stands in the message, with the rows that it rejected.</summary>
public sealed class StarRocksLoadException : CdcLakeException
{
    internal StarRocksLoadException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }

    /// <summary>Label of the load or transaction, by which the cluster's administrator finds it; null when it failed before one was used.</summary>
    public string? Label { get; init; }
}
