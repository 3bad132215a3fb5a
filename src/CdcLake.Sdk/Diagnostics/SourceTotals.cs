namespace CdcLake.Diagnostics;

/// <summary>Counters of a source as they stand at one moment.</summary>
internal readonly record struct SourceTotals(long Inserts, long Updates, long Deletes, long Transactions, long Bytes, long Reconnects);

/// <summary>Counters of a stage as they stand at one moment.</summary>
internal readonly record struct StageTotals(string Name, long RowsIn, long RowsOut);
