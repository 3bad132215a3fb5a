namespace CdcLake;

/// <summary>One commit of one sink, as <see cref="PipelineOptions.OnCommit"/> receives it.</summary>
/// <param name="Sink">Kind and target, such as <c>iceberg(demo.sales_by_product)</c>.</param>
/// <param name="Id">The target's own name for it: the Iceberg snapshot id.</param>
/// <param name="Position">Source position it includes: the target now equals the query's result there.</param>
/// <param name="Upserts">Rows written by it.</param>
/// <param name="Deletes">Rows removed by it, without those that an upsert replaced.</param>
/// <param name="TotalRows">Rows in the target after it, or −1 when the target does not know.</param>
public sealed record PipelineCommit(string Sink, string Id, string Position, long Upserts, long Deletes, long TotalRows);
