using CdcLake.MySql.Binlog.Events;
using CdcLake.MySql.Binlog.Statements;

namespace CdcLake.MySql.Binlog;

/// <summary>Where transactions begin and end, and which of them count: what follows for the position, for the rows that wait, and for XA transactions that are prepared only.</summary>
internal sealed class TransactionBounds(BinlogProcessorOptions options, LogCursor cursor, IncludedTransactions included, EpochBuilder epochs) : IDisposable
{
    private readonly XaReader _xa = new(options, cursor, included, epochs);

    public OpenTransaction Open { get; } = new();

    public void Begin(TransactionStart start)
    {
        if (Open.IsOpen)
        {
            throw MySqlProtocolException.Malformed("Transaction", 0, $"{Open.Gtid} did not end before the next one begins");
        }

        if (!cursor.IsFile && included.IsBehind(start.Gtid))
        {
            throw RefusedEvents.OutOfOrder(cursor.Where, start.Gtid, included.Executed);
        }

        Open.Begin(start, included.Contains(start.Gtid), epochs.RowsHandedOn(start.Gtid), cursor.EventOffset);
    }

    public void End(bool commit)
    {
        Open.Require("the end of a transaction");
        included.NoteLogged(Open.Gtid);
        if (!Open.IsSkipped)
        {
            CheckWhole(commit);
            included.NoteEnd(cursor.Origin, cursor.Offset);
            epochs.Include(Open, commit);
            options.Meter.TransactionEnded();
        }

        Open.Close();
    }

    /// <summary>XA PREPARE: the rows wait, unless there is one phase only.</summary>
    public void Prepare(XaPrepareEvent prepare)
    {
        Open.Require("XA PREPARE");
        if (prepare.OnePhase || Open.IsSkipped)
        {
            End(commit: true);
            return;
        }

        CheckWhole(commit: true);
        _xa.Prepare(prepare.Id, Open);
        included.Hold(Open.Gtid);
        included.NoteLogged(Open.Gtid);
        included.NoteEnd(cursor.Origin, cursor.Offset);
        Open.Close();
    }

    /// <inheritdoc cref="XaReader.Decide"/>
    public void Decide(Statement statement) => _xa.Decide(statement, Open);

    /// <inheritdoc cref="XaReader.Clear"/>
    public void ClearPrepared() => _xa.Clear();

    public void Dispose() => _xa.Dispose();

    private void CheckWhole(bool commit)
    {
        if (Open.RowsWereDropped)
        {
            throw MySqlProtocolException.Malformed("Transaction", 0, $"{Open.Gtid} ends before the length that its GTID event announced");
        }

        if (Open.RowsToSkip > 0 || (!commit && epochs.RowsHandedOn(Open.Gtid) > 0))
        {
            throw MySqlProtocolException.Malformed("Transaction", 0, $"{Open.Gtid} came again with other rows than before the connection was lost");
        }
    }
}
