namespace CdcLake;

/// <summary>One commit of one sink, as <see cref="PipelineOptions.OnCommit"/> receives it.</summary>
/// <param name="Sink">Kind and target, such as <c>iceberg(demo.sales_by_product)</c>.</param>
/// <param name="Id">The target's own name for it: the Iceberg snapshot id.</param>
/// <param name="Position">Source position it includes: the target now equals the query's result there.</param>
/// <param name="Upserts">Rows written by it.</param>
/// <param name="Deletes">Rows removed by it, without those that an upsert replaced.</param>
/// <param name="TotalRows">Rows in the target after it, or −1 when the target does not know.</param>
public sealed record PipelineCommit(string Sink, string Id, string Position, long Upserts, long Deletes, long TotalRows)
{
    /// <summary>When it became visible.</summary>
    public DateTimeOffset At { get; init; }

    /// <summary>Time from the barrier's arrival at the first sink to its becoming visible: writing files and publishing them.</summary>
    public TimeSpan Duration { get; init; }

    /// <summary>Files that it added to the target, those with deletes included; 0 for a target without files.</summary>
    public int Files { get; init; }

    /// <summary>Bytes of these files.</summary>
    public long Bytes { get; init; }

    /// <summary>Commit time at the source of the newest transaction in it.</summary>
    public DateTimeOffset SourceTime { get; init; }
}
