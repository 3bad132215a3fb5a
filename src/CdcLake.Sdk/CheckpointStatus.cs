namespace CdcLake;

/// <summary>One checkpoint of operator state: taken, restored, or failed. Immutable.</summary>
public sealed record CheckpointStatus
{
    /// <summary>Its number, ascending over all runs of the pipeline; null for one that failed.</summary>
    public long? Number { get; init; }

    /// <summary>Source position that the state includes; null for one that failed.</summary>
    public string? Position { get; init; }

    /// <summary>When it began to count, was restored, or failed.</summary>
    public DateTimeOffset At { get; init; }

    /// <summary>From its barrier to its counting; the time of reading for one that was restored.</summary>
    public TimeSpan Duration { get; init; }

    /// <summary>Bytes of state written for it: what changed since the one before.</summary>
    public long WrittenBytes { get; init; }

    /// <summary>Bytes of all the files that it consists of.</summary>
    public long TotalBytes { get; init; }

    /// <summary>True when the run began with it.</summary>
    public bool IsRestored { get; init; }

    /// <summary>Why it could not be written, though the pipeline goes on; null when it could.</summary>
    public PipelineError? Error { get; init; }
}
