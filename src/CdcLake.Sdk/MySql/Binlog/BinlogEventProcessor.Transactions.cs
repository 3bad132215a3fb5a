using System.Text;
using CdcLake.MySql.Binlog.Events;
using CdcLake.MySql.Binlog.Statements;
using CdcLake.MySql.Gtids;

namespace CdcLake.MySql.Binlog;

// GTID, then one of:
//   QUERY BEGIN ... rows ... XID, or QUERY COMMIT for non-transactional tables, or QUERY ROLLBACK
//   one QUERY: DDL and the like
//   QUERY XA START ... rows ... QUERY XA END, XA_PREPARE
//   TRANSACTION_PAYLOAD holding all of it, compressed
// Source: MySQL source documentation, "Binlog event group".

/// <summary>Transactions: where they begin and end, and statements.</summary>
internal sealed partial class BinlogEventProcessor
{
    private bool _inTransaction;
    private bool _skipping;
    private bool _hasBegun;
    private Gtid _gtid;
    private long _commitMicroseconds;
    private long _transactionRows;
    private string _lastTag = "";
    private string? _endFile;
    private long _endOffset;
    private GtidSet? _executedSet;

    /// <summary>Drops the rows of a transaction that did not end; it is not included, and comes again if the log still has it.</summary>
    public void DiscardOpen()
    {
        _pending.Discard();
        (_inTransaction, _skipping, _hasBegun, _rowsWereDropped) = (false, false, false, false);
        (_transactionRows, OpenTransactionEnd) = (0, 0);
    }

    private void BeginTransaction(GtidEvent gtid, EventHeader header)
    {
        if (_inTransaction)
        {
            throw MySqlProtocolException.Malformed("Transaction", 0, $"{_gtid} did not end before the next one begins");
        }

        if (gtid.Number is < 1 or long.MaxValue)
        {
            throw MySqlProtocolException.Malformed("GTID event", 17, $"transaction number {gtid.Number}");
        }

        if (!Ascii.Equals(gtid.Tag, _lastTag))
        {
            _lastTag = Encoding.ASCII.GetString(gtid.Tag);
        }

        _gtid = new Gtid(gtid.Source, _lastTag, gtid.Number);
        (_inTransaction, _hasBegun, _transactionRows) = (true, false, 0);
        _skipping = _executed.Contains(_gtid);
        _commitMicroseconds = gtid.CommitMicroseconds is > 0 and < MaxCommitMicroseconds ? gtid.CommitMicroseconds : header.Timestamp * 1_000_000L;
        OpenTransactionEnd = gtid.TransactionLength > 0 ? _eventOffset + gtid.TransactionLength : 0;
        _rowsToSkip = _handedOn == _gtid ? _handedOnRows : 0;
    }

    private const long MaxCommitMicroseconds = 253_402_300_799_000_000; // end of the year 9999

    private void EndTransaction(bool commit)
    {
        RequireTransaction("the end of a transaction");
        (_inTransaction, OpenTransactionEnd) = (false, 0);
        _logged.Add(_gtid);
        if (_skipping)
        {
            _skipping = false;
            return;
        }

        if (_rowsWereDropped)
        {
            throw MySqlProtocolException.Malformed("Transaction", 0, $"{_gtid} ends before the length that its GTID event announced");
        }

        if (_rowsToSkip > 0 || (!commit && _handedOn == _gtid))
        {
            throw MySqlProtocolException.Malformed("Transaction", 0, $"{_gtid} came again with other rows than before the connection was lost");
        }

        if (commit)
        {
            _pending.Commit();
        }
        else
        {
            _pending.Discard();
        }

        if (_handedOn == _gtid)
        {
            _handedOn = default;
        }

        _executed.Add(_gtid);
        _executedSet = null;
        (_endFile, _endOffset) = (_origin, _offset);
        NoteTransactionEnd();
    }

    private void ProcessQuery(QueryEvent query)
    {
        RequireTransaction("a statement");
        var quick = StatementScanner.Quick(query.Statement);
        var statement = quick is null ? StatementScanner.Scan(query) : null;
        switch (quick ?? statement!.Kind)
        {
            case StatementKind.Begin:
                _hasBegun = true;
                return;
            case StatementKind.Commit:
                EndTransaction(commit: true);
                return;
            case StatementKind.Rollback:
                EndTransaction(commit: false);
                return;
            case StatementKind.Inside or StatementKind.Harmless or StatementKind.XaCommit or StatementKind.XaRollback:
                break;
            default:
                Check(statement!);
                break;
        }

        if (!_hasBegun)
        {
            EndTransaction(commit: true);
        }
    }

    private void ProcessXaPrepare(XaPrepareEvent prepare)
    {
        if (!prepare.OnePhase && !_skipping && _transactionRows > 0)
        {
            throw new BinlogUnavailableException(
                $"{Where}: XA transaction {_gtid} changes captured tables and is prepared in two phases, so that its outcome is decided later. " +
                "Such transactions are not supported on captured tables: use XA COMMIT ... ONE PHASE or ordinary transactions, and start the pipeline anew after this one.");
        }

        EndTransaction(commit: true);
    }

    private void Check(Statement statement)
    {
        if (statement.Kind is StatementKind.ChangeRows or StatementKind.Unknown)
        {
            RefuseStatementRows($"statement \"{statement.Text}\"");
            return;
        }

        foreach (var table in _tables)
        {
            if (statement.Fills.Any(t => t.MayBe(table.Name)))
            {
                RefuseDefinition(table);
            }
            else if (statement.Tables.Any(t => t.MayBe(table.Name)))
            {
                CheckDefinition(statement.Kind, table);
            }
        }
    }

    /// <summary>DDL is harmless while the table is known to have no rows: the next TABLE_MAP tells what it became.</summary>
    private void CheckDefinition(StatementKind kind, CapturedTable table)
    {
        var creates = kind is StatementKind.CreateTable or StatementKind.CreateTableIfNotExists;
        if (!creates && (table.HasRows || !(table.IsComplete || _options.TablesMustBeCreated)))
        {
            RefuseDefinition(table);
        }

        if (!table.HasRows && kind is StatementKind.CreateTable or StatementKind.EmptyTable or StatementKind.DropDatabase)
        {
            table.IsComplete = true;
        }
    }

    private void RefuseDefinition(CapturedTable table)
    {
        if (!_skipping)
        {
            throw new SchemaMismatchException(
                $"{Where}, transaction {_gtid}: a statement changes the definition or the rows of captured table {table.Name} without logging rows " +
                "(ALTER, DROP, TRUNCATE, RENAME, REPAIR, EXCHANGE PARTITION or IMPORT). What was captured until then is complete and stays. " +
                "Start the pipeline anew with an empty target, so that it reads the table as it is now.");
        }
    }

    private void RequireTransaction(string what)
    {
        if (!_inTransaction)
        {
            throw MySqlProtocolException.Malformed("Transaction", 0, $"{what} without a GTID before it");
        }
    }

    private void RefusePayload()
    {
        RequireTransaction("a compressed transaction");
        if (_skipping)
        {
            EndTransaction(commit: true);
            return;
        }

        throw new BinlogUnavailableException(
            $"{Where}: transaction {_gtid} is compressed, which is not read yet. Run SET GLOBAL binlog_transaction_compression=OFF on the server and start the pipeline anew with an empty target.");
    }

    private void RefuseStatementRows(string what)
    {
        RequireTransaction(what);
        if (!_skipping)
        {
            throw new BinlogUnavailableException(
                $"{Where}, transaction {_gtid}: {what} is not known to leave rows alone, and the log does not say which it changes. " +
                "Run SET GLOBAL binlog_format=ROW on the server, make its sessions reconnect, and start the pipeline anew with an empty target.");
        }
    }

    private BinlogUnavailableException GtidsRequired() => new(
        $"{Where}: a transaction without GTID. Turn GTIDs on: SET GLOBAL enforce_gtid_consistency=ON; SET GLOBAL gtid_mode=OFF_PERMISSIVE; " +
        "SET GLOBAL gtid_mode=ON_PERMISSIVE; SET GLOBAL gtid_mode=ON; then FLUSH BINARY LOGS and capture from there.");
}
