namespace CdcLake.Connectors;

/// <summary>
/// The end of an epoch: one or more whole source transactions, all of whose changes came before it. It travels in-band on every channel.
/// </summary>
/// <param name="Position">What the source includes after this epoch.</param>
/// <param name="CommitTime">Newest commit time at the source of the transactions in it, so that however the log is cut into epochs the newest time so far is the same.</param>
/// <param name="Kind">What its changes mean to a target that already holds rows; the same that was announced when the epoch began.</param>
internal sealed record Epoch(SourcePosition Position, DateTimeOffset CommitTime, EpochKind Kind = EpochKind.Changes)
{
    /// <summary>True when the changes of this epoch are the whole content of the tables.</summary>
    public bool IsCompleteResult => Kind == EpochKind.CompleteResult;
}

/// <summary>What the changes of an epoch mean to a target. Known before the first of them.</summary>
internal enum EpochKind
{
    /// <summary>Changes to what the target holds.</summary>
    Changes,

    /// <summary>
    /// The whole content at the epoch's position (an initial snapshot): a target that already holds rows replaces them by this content in one commit, and need
    /// not look any of them up.
    /// </summary>
    CompleteResult,

    /// <summary>
    /// No changes: the place in the log where a new pipeline begins without the rows that existed before (<see cref="SourcePosition.Since"/>). It is committed before anything else, so
    /// that all targets begin at one and the same place whatever happens then.
    /// </summary>
    StartPoint,
}
