namespace CdcLake;

/// <summary>How far the reading of the rows that existed before the first start has come. Immutable.</summary>
public sealed record SnapshotStatus
{
    /// <summary>When the rows began to be read.</summary>
    public DateTimeOffset StartedAt { get; init; }

    /// <summary>When a row was last read; null before the first.</summary>
    public DateTimeOffset? LastRow { get; init; }

    /// <summary>Time since the start, until now or the end.</summary>
    public TimeSpan Elapsed { get; init; }

    /// <summary>True once every row was read; the tables then show what there was.</summary>
    public bool IsDone { get; init; }

    /// <summary>Rows read of all tables.</summary>
    public long Rows { get; init; }

    /// <summary>Rows that the server believes all tables to have; null when it has no idea of one of them.</summary>
    public long? EstimatedRows { get; init; }

    /// <summary>Rows per second in the last seconds; of a snapshot that is done, on the average.</summary>
    public double RowsPerSecond { get; init; }

    /// <summary>Time to the end at this rate and by that estimate; null when either is missing, or the estimate is exceeded.</summary>
    public TimeSpan? Remaining { get; init; }

    /// <summary>One entry for each captured table.</summary>
    public IReadOnlyList<SnapshotTableStatus> Tables { get; init; } = [];
}
