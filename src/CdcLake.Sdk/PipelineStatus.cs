namespace CdcLake;

/// <summary>
/// What a pipeline is doing, at one moment. Immutable, cheap to take, and serializable as JSON in every state; take a new one from <c>Pipeline.Status</c> to see progress.
/// </summary>
public sealed record PipelineStatus
{
    /// <summary>Name given to <c>Build</c>.</summary>
    public required string Pipeline { get; init; }

    /// <summary>Where in its life the pipeline is.</summary>
    public PipelineState State { get; init; } = PipelineState.Created;

    /// <summary>When it entered that state.</summary>
    public DateTimeOffset Since { get; init; }

    /// <summary>When this status was taken.</summary>
    public DateTimeOffset At { get; init; }

    /// <summary>A few words on what the source is doing, such as the table being read; null when there is nothing to add.</summary>
    public string? Detail { get; init; }

    /// <summary>Source position of the last transaction that went through the operators: GTID set, or file and offset. Null before the first.</summary>
    public string? Position { get; init; }

    /// <summary>Row changes of captured tables read since the start; an update counts as two (old and new image).</summary>
    public long ChangesRead { get; init; }

    /// <summary>
    /// How far what was read is behind the server. While changes are on their way, and while the server is not heard (an outage, a pause, after a stop), it grows with the clock
    /// from the commit time of the newest transaction that was read. Once the server has nothing more to send it stays, and a heartbeat, which says so, makes it zero. Null before
    /// the first transaction or heartbeat. Meaningful as far as the clocks of the server and this process agree.
    /// </summary>
    public TimeSpan? Lag { get; init; }

    /// <summary>What is read from.</summary>
    public SourceStatus Source { get; init; } = new();

    /// <summary>The initial snapshot, while it is read and afterwards; null when this start needed none.</summary>
    public SnapshotStatus? Snapshot { get; init; }

    /// <summary>The running graph: first the source, then operators, then sinks. Empty before the first run; after the end as it was, without rates.</summary>
    public IReadOnlyList<StageStatus> Stages { get; init; } = [];

    /// <summary>Source position of the last checkpoint of operator state; null when there is none (or no state to keep).</summary>
    public string? CheckpointPosition { get; init; }

    /// <summary>The last checkpoints, newest first; at most 32.</summary>
    public IReadOnlyList<CheckpointStatus> Checkpoints { get; init; } = [];

    /// <summary>The error because of which the last checkpoint could not be written, though the pipeline goes on and tries again at the next one; null when it was written.</summary>
    public PipelineError? CheckpointError { get; init; }

    /// <summary>Runs in a row that failed without a commit; 0 when all is well.</summary>
    public int Failures { get; init; }

    /// <summary>Since when nothing has worked, through all attempts until the log is followed or something is committed again; null when all is well.</summary>
    public DateTimeOffset? TroubleSince { get; init; }

    /// <summary>When the pipeline tries again, while it is waiting to after a run that failed; otherwise null.</summary>
    public DateTimeOffset? NextAttempt { get; init; }

    /// <summary>One entry for each sink, in the order of the <c>To…</c> calls, also before the first start.</summary>
    public IReadOnlyList<SinkStatus> Sinks { get; init; } = [];

    /// <summary>The error that ended the pipeline, or, while <see cref="PipelineState.Retrying"/>, the one it is waiting out; otherwise null.</summary>
    public PipelineError? LastError { get; init; }
}
