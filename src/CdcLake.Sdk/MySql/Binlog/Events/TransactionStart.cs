using CdcLake.MySql.Gtids;

namespace CdcLake.MySql.Binlog.Events;

/// <summary>What the event tells that begins a transaction.</summary>
/// <param name="Gtid">Its name; the number is 1 or more.</param>
/// <param name="CommitMicroseconds">Commit time since the Unix epoch.</param>
/// <param name="Length">Bytes of the transaction in this log, this event included; 0 when unknown.</param>
internal readonly record struct TransactionStart(Gtid Gtid, long CommitMicroseconds, long Length)
{
    /// <summary>True when no BEGIN follows: the transaction has begun with this event.</summary>
    public bool HasBegun { get; init; }

    /// <summary>True when it is an XA transaction up to its first phase.</summary>
    public bool IsXa { get; init; }

    /// <summary>True when the statement that follows has no effect: it tells that one begins, or was given up.</summary>
    public bool IsAnnouncement { get; init; }
}
