using CdcLake.Columnar;

namespace CdcLake.MySql.Binlog;

/// <summary>Rows of one table that wait outside of the stream. Whoever holds it owns the batch.</summary>
internal readonly record struct HeldBatch(int Table, ChangeBatch Batch);
