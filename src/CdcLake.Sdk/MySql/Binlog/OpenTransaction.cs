using CdcLake.MySql.Binlog.Events;
using CdcLake.MySql.Gtids;

namespace CdcLake.MySql.Binlog;

/// <summary>The transaction that is being read, from its GTID event to its end.</summary>
internal sealed class OpenTransaction
{
    /// <summary>False between two transactions: all else is then without meaning.</summary>
    public bool IsOpen { get; private set; }

    public Gtid Gtid { get; private set; }

    /// <summary>True when it is included already: it is read for its end only.</summary>
    public bool IsSkipped { get; private set; }

    /// <summary>True behind BEGIN or XA START: a statement does not end it.</summary>
    public bool HasBegun { get; set; }

    /// <summary>True behind XA START: it may be prepared only, and is then held until it is decided.</summary>
    public bool IsXa { get; set; }

    /// <summary>True when its statement has no effect.</summary>
    public bool IsAnnouncement { get; private set; }

    public long CommitMicroseconds { get; private set; }

    /// <summary>Rows of captured tables, before-images and after-images counted each, those handed on before a reconnect included.</summary>
    public long Rows { get; set; }

    /// <summary>Rows still to come that were handed on before the connection was lost.</summary>
    public long RowsToSkip { get; set; }

    /// <summary>True once rows were dropped since its end is not in the file: then it must not end.</summary>
    public bool RowsWereDropped { get; set; }

    /// <summary>Offset behind its last event as its GTID event announced it; 0 when unknown.</summary>
    public long AnnouncedEnd { get; private set; }

    public void Begin(TransactionStart start, bool isSkipped, long rowsToSkip, long eventOffset)
    {
        (IsOpen, Gtid, IsSkipped, HasBegun, IsXa, IsAnnouncement) = (true, start.Gtid, isSkipped, start.HasBegun, start.IsXa, start.IsAnnouncement);
        (Rows, RowsToSkip, RowsWereDropped) = (0, rowsToSkip, false);
        CommitMicroseconds = start.CommitMicroseconds;
        AnnouncedEnd = start.Length > 0 ? eventOffset + start.Length : 0;
    }

    /// <summary>It ended, or is dropped.</summary>
    public void Close()
    {
        (IsOpen, IsSkipped, HasBegun, RowsWereDropped) = (false, false, false, false);
        (Rows, RowsToSkip, AnnouncedEnd) = (0, 0, 0);
    }

    /// <exception cref="MySqlProtocolException">No transaction is open.</exception>
    public void Require(string what)
    {
        if (!IsOpen)
        {
            throw MySqlProtocolException.Malformed("Transaction", 0, $"{what} without a GTID before it");
        }
    }
}
