using CdcLake.Columnar;

namespace CdcLake.Connectors;

/// <summary>
/// A target for the result of a pipeline. One object serves one running pipeline; calls come one at a time, in this order: <see cref="OpenAsync"/>, then epochs
/// (<see cref="BeginEpochAsync"/>, any number of <see cref="ChangesAsync"/>, <see cref="EndEpochAsync"/>), and between two epochs now and then
/// <see cref="PrepareAsync"/> followed by the publication of what it returned. The sink never decides when to commit.
/// </summary>
/// <remarks>After an exception the object is unusable; a new one opened on the same target finds either all of a commit or none.</remarks>
internal interface ISink : IAsyncDisposable
{
    /// <summary>For status, names and messages: <c>iceberg(demo.sales_by_product)</c>.</summary>
    string Name { get; }

    /// <summary>
    /// True when what is committed outlives the process and says its own position. A volatile sink (a view in memory) reports no position, takes part in no commit
    /// group, shows every epoch at once, and keeps its content in checkpoints.
    /// </summary>
    bool IsDurable => true;

    /// <summary>Opens or creates the target and reports what it has committed for this pipeline.</summary>
    /// <returns>Position properties of the newest commit of this pipeline, or null when it has none.</returns>
    /// <exception cref="CatalogException">The target is not ours or has another schema.</exception>
    Task<IReadOnlyDictionary<string, string>?> OpenAsync(SinkOpening opening, CancellationToken cancellationToken);

    /// <summary>
    /// Once opened: true when the target has other columns, or another key, than the result has now, since a table was altered. Then the first epoch has to be a
    /// <see cref="EpochKind.CompleteResult"/>, which gives the target the result's columns and rows in one commit.
    /// </summary>
    bool NeedsCompleteResult => false;

    /// <summary>Once opened: what of the target's content comes from others and goes with the first commit, which has the complete result, as a clause; null where nothing does.</summary>
    string? Replaced => null;

    /// <summary>True when columns of the result may change in place: <see cref="TableChangedAsync"/> follows what <see cref="TableChange.Former"/> describes.</summary>
    bool ChangesInPlace => false;

    /// <summary>
    /// Once opened: true when the sink can keep parts of a complete result to itself. What it prepares at a position that <see cref="SourcePosition.IsPartial"/> is durable when it is
    /// published, and visible to nobody until a commit at a whole position shows all of it in one act.
    /// </summary>
    bool KeepsParts => false;

    /// <summary>Once opened: the parts it has that no whole commit has followed, by the properties of their positions, newest first. <see cref="OpenAsync"/> stands at the newest.</summary>
    IReadOnlyList<IReadOnlyDictionary<string, string>> Parts => [];

    /// <summary>Once opened, before the first epoch: goes back to an earlier one of the <see cref="Parts"/>, where the others stand.</summary>
    /// <param name="opening">What it was opened with.</param>
    /// <param name="part">Properties of the part's position.</param>
    /// <param name="cancellationToken">Gives up.</param>
    Task ReturnToAsync(SinkOpening opening, IReadOnlyDictionary<string, string> part, CancellationToken cancellationToken) =>
        throw new InvalidOperationException($"{Name} keeps no parts.");

    /// <summary>An epoch begins. With <see cref="EpochKind.CompleteResult"/> nothing that the target holds counts any more once this epoch is committed.</summary>
    ValueTask BeginEpochAsync(EpochKind kind, CancellationToken cancellationToken);

    /// <summary>Result changes inside the current epoch. Ownership of the batch passes. Order within an epoch carries no meaning: only its sum per key does.</summary>
    ValueTask ChangesAsync(ChangeBatch batch, CancellationToken cancellationToken);

    /// <summary>The epoch is whole: what came since the last one becomes committable, together with its position. Never commits by itself.</summary>
    /// <exception cref="DuplicateKeyException">At this boundary a key would have more than one row.</exception>
    ValueTask EndEpochAsync(Epoch epoch, CancellationToken cancellationToken);

    /// <summary>A captured table that reaches this sink is another one from here on; between two epochs. A sink that can go on changes its target with the next commit.</summary>
    /// <param name="change">What happened.</param>
    /// <param name="opening">What the sink would be opened with from here on; null where that is not known.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="SchemaMismatchException">The sink cannot go on with it.</exception>
    ValueTask TableChangedAsync(TableChange change, SinkOpening? opening, CancellationToken cancellationToken) =>
        change.KeepsColumns ? ValueTask.CompletedTask : throw change.RefusedBy(Name);

    /// <summary>Bytes and rows that a commit would make visible now; drives the commit policy. May be read from another thread.</summary>
    SinkBacklog Backlog { get; }

    /// <summary>
    /// Writes everything up to the last ended epoch, durable but invisible, with that epoch's position, also when only the position moved. Null when no epoch has
    /// ended since the last commit. Until the returned part is published or abandoned the sink takes no further call.
    /// </summary>
    Task<IPreparedCommit?> PrepareAsync(CancellationToken cancellationToken);
}

/// <summary>What a sink needs to know when it opens.</summary>
/// <param name="Pipeline">Name of the pipeline; markers of commits carry it.</param>
/// <param name="Schema">The result's columns.</param>
/// <param name="Key">Ordinals of the upsert key.</param>
/// <param name="Clock">Source of all times the sink writes.</param>
/// <param name="Fingerprint">
/// Hash of what the pipeline computes for this sink. A target keeps it: one that holds the result of another computation is refused with a
/// <see cref="PlanChangedException"/>, since rows of both would stand side by side. Empty where it is not known.
/// </param>
/// <param name="Tables">
/// Hash of what the captured tables look like, as far as they are read. A target keeps it: when it has changed, a difference in columns or <paramref name="Fingerprint"/>
/// comes from the tables and not from the pipeline. Empty where a target must not change with them.
/// </param>
internal sealed record SinkOpening(string Pipeline, Schema Schema, IReadOnlyList<int> Key, TimeProvider Clock, string Fingerprint = "", string Tables = "")
{
    /// <summary>Of a database the table that the target is a replica of, which a target keeps: so it is known when that table is gone. Else empty.</summary>
    public string ReplicaOf { get; init; } = "";

    /// <summary>True when a target of <paramref name="former"/> holds the result of this very query over the same tables, from before these were altered.</summary>
    /// <param name="former">Its <see cref="Tables"/>; null or empty where it keeps none.</param>
    public bool FollowsAlteration(string? former) => CapturedTables.WereAltered(former, Tables);
}

/// <summary>What waits for a commit.</summary>
internal readonly record struct SinkBacklog(long Rows, long Bytes, bool HasEpoch);

/// <summary>One commit that a sink made.</summary>
/// <param name="Position">What it includes.</param>
/// <param name="CommitTime">Commit time at the source of the newest transaction in it.</param>
/// <param name="Id">The target's own name for it: the Iceberg snapshot id.</param>
/// <param name="Upserts">Rows written.</param>
/// <param name="Deletes">Rows removed (not counting those an upsert replaced).</param>
/// <param name="TotalRows">Rows in the target after it, or −1 when the target does not know.</param>
internal sealed record SinkCommit(SourcePosition Position, DateTimeOffset CommitTime, string Id, long Upserts, long Deletes, long TotalRows)
{
    /// <summary>Files that it added, those of deletes included.</summary>
    public int Files { get; init; }

    /// <summary>Their bytes.</summary>
    public long Bytes { get; init; }
}
