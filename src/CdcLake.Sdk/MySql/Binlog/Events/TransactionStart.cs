using CdcLake.MySql.Gtids;

namespace CdcLake.MySql.Binlog.Events;

/// <summary>What the event tells that begins a transaction.</summary>
/// <param name="Gtid">Its name; the number is 1 or more.</param>
/// <param name="CommitMicroseconds">Commit time since the Unix epoch.</param>
/// <param name="Length">Bytes of the transaction in this log, this event included; 0 when unknown.</param>
internal readonly record struct TransactionStart(Gtid Gtid, long CommitMicroseconds, long Length);
