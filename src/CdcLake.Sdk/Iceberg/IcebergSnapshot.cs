namespace CdcLake;

/// <summary>A version of an <see cref="IcebergTable"/>.</summary>
/// <param name="Id">As <see cref="IcebergScan{T}.AtSnapshot"/> takes it.</param>
/// <param name="ParentId">The snapshot it was made from; null for the first one.</param>
/// <param name="SequenceNumber">Order of the commits of the table.</param>
/// <param name="CommittedAt">By the clock of the writer.</param>
/// <param name="Operation"><c>append</c>, <c>overwrite</c>, <c>delete</c>, or <c>replace</c> for rows that were only moved.</param>
/// <param name="Summary">What the commit did, in the words of its writer; those of this library have the GTID set in <c>cdclake.gtid</c>.</param>
public sealed record IcebergSnapshot(
    long Id, long? ParentId, long SequenceNumber, DateTimeOffset CommittedAt, string Operation, IReadOnlyDictionary<string, string> Summary);
