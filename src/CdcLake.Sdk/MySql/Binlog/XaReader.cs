using CdcLake.MySql.Binlog.Events;
using CdcLake.MySql.Binlog.Statements;

namespace CdcLake.MySql.Binlog;

/// <summary>
/// XA transactions in two phases. The first logs the rows under one GTID, the second decides under another. Rows are held until then, and the first GTID is
/// not included before, so that a position never lies between the two: whoever continues from it reads the rows again.
/// </summary>
internal sealed class XaReader(BinlogProcessorOptions options, LogCursor cursor, IncludedTransactions included, EpochBuilder epochs) : IDisposable
{
    private readonly PreparedTransactions _prepared = new();
    private readonly HashSet<XaId> _settled = [.. options.SettledXa];

    /// <summary>The open transaction is prepared: its rows wait.</summary>
    /// <exception cref="BinlogUnavailableException">They are too many.</exception>
    public void Prepare(XaId id, OpenTransaction transaction)
    {
        var bytes = epochs.OpenBytes;
        if (epochs.RowsHandedOn(transaction.Gtid) > 0 || _prepared.Bytes + bytes > options.PreparedBytes)
        {
            throw new BinlogUnavailableException(
                $"{cursor.Where}: XA transaction {id}, prepared as {transaction.Gtid}, changes so many rows of captured tables that they cannot be held until it is decided. " +
                "Use XA COMMIT ... ONE PHASE or ordinary transactions for such changes, and start the pipeline anew with an empty target after this one.");
        }

        _settled.Remove(id); // the name is used anew
        _prepared.Hold(id, new PreparedTransactions.Prepared(transaction.Gtid, epochs.TakeOpen(), bytes));
    }

    /// <summary>XA COMMIT puts the rows into the open transaction, XA ROLLBACK drops them. The caller ends it.</summary>
    /// <exception cref="BinlogUnavailableException">A transaction is committed whose rows were logged before this log began.</exception>
    public void Decide(Statement statement, OpenTransaction transaction)
    {
        var isKnown = statement.Xa is { } id && _prepared.TryTake(id, out var prepared) ? prepared : null;
        if (isKnown is not null)
        {
            Settle(isKnown, commit: statement.Kind == StatementKind.XaCommit && !transaction.IsSkipped, transaction);
        }
        else if (statement.Kind == StatementKind.XaCommit && !transaction.IsSkipped && !(statement.Xa is { } settled && _settled.Remove(settled)))
        {
            throw new BinlogUnavailableException(
                $"{cursor.Where}, transaction {transaction.Gtid}: XA COMMIT {statement.Xa?.ToString() ?? statement.Text} makes rows valid that were logged when it was prepared, before the position " +
                "that this log is read from; whether captured tables are among them is not known any more. Start the pipeline anew with an empty target, so that it takes a new snapshot " +
                "(or, with files, give the earlier ones too).");
        }
    }

    /// <summary>A new connection sends undecided transactions again.</summary>
    public void Clear() => _prepared.Clear();

    public void Dispose() => _prepared.Dispose();

    private void Settle(PreparedTransactions.Prepared prepared, bool commit, OpenTransaction transaction)
    {
        if (commit)
        {
            epochs.Restore(prepared.Rows, prepared.Bytes);
            transaction.Rows += prepared.Rows.Sum(r => r.Batch.Count);
        }
        else
        {
            prepared.Dispose();
        }

        included.Add(prepared.Gtid);
    }
}
