namespace CdcLake;

/// <summary>What a pipeline is doing, at one moment. Immutable; take a new one from <c>Pipeline.Status</c> to see progress.</summary>
public sealed record PipelineStatus
{
    /// <summary>Name given to <c>Build</c>.</summary>
    public required string Pipeline { get; init; }

    /// <summary>Where in its life the pipeline is.</summary>
    public PipelineState State { get; init; } = PipelineState.Created;

    /// <summary>A few words on what the source is doing, such as the table being read; null when there is nothing to add.</summary>
    public string? Detail { get; init; }

    /// <summary>Source position of the last transaction that went through the operators: GTID set, or file and offset. Null before the first.</summary>
    public string? Position { get; init; }

    /// <summary>Row changes of captured tables read since the start; an update counts as two (old and new image).</summary>
    public long ChangesRead { get; init; }

    /// <summary>
    /// Wall clock minus commit time of the newest transaction that went through the operators, taken when it did. Null before the first.
    /// Meaningful as far as the clocks of the server and this process agree.
    /// </summary>
    public TimeSpan? Lag { get; init; }

    /// <summary>Position, time and number of the last checkpoint of operator state; null when there is none (or no state to keep).</summary>
    public string? CheckpointPosition { get; init; }

    /// <summary>The error because of which the last checkpoint could not be written, though the pipeline goes on and tries again at the next one; null when it was written.</summary>
    public Exception? CheckpointError { get; init; }

    /// <summary>Runs in a row that failed without a commit; 0 when all is well.</summary>
    public int Failures { get; init; }

    /// <summary>When the pipeline tries again, while it is waiting to after a run that failed; otherwise null.</summary>
    public DateTimeOffset? NextAttempt { get; init; }

    /// <summary>One entry for each sink, in the order of the <c>To…</c> calls.</summary>
    public IReadOnlyList<SinkStatus> Sinks { get; init; } = [];

    /// <summary>The error that ended the pipeline, or, while <see cref="PipelineState.Retrying"/>, the one it is waiting out; otherwise null.</summary>
    public Exception? LastError { get; init; }
}
