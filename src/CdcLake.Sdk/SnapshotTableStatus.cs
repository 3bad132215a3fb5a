namespace CdcLake;

/// <summary>How far an initial snapshot has come in one table. Immutable.</summary>
/// <param name="Table">Qualified name.</param>
public sealed record SnapshotTableStatus(string Table)
{
    /// <summary>Rows read.</summary>
    public long Rows { get; init; }

    /// <summary>Rows that the server believes the table to have, from its statistics: right within some percent as a rule; null when it has no idea.</summary>
    public long? EstimatedRows { get; init; }

    /// <summary>True once a worker has begun with it.</summary>
    public bool HasBegun { get; init; }

    /// <summary>True once all its rows were read.</summary>
    public bool IsDone { get; init; }

    /// <summary>Time spent reading it.</summary>
    public TimeSpan Elapsed { get; init; }
}
