namespace CdcLake;

/// <summary>The stored checkpoint belongs to another plan than the one that was built. The message prints what differs and the ways out.</summary>
public sealed class PlanChangedException : CdcLakeException
{
    internal PlanChangedException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }

    /// <summary>True when the query is the same, and its tables were altered.</summary>
    internal bool WereTablesAltered { get; init; }
}
