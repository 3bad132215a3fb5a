using CdcLake.Connectors;
using CdcLake.MySql.Binlog.Events;
using CdcLake.MySql.Binlog.Statements;
using CdcLake.MySql.Gtids;
using CdcLake.MySql.Wire.Packets;

namespace CdcLake.MySql.Binlog;

// GTID, then one of:
//   QUERY BEGIN ... rows ... XID, or QUERY COMMIT for non-transactional tables, or QUERY ROLLBACK
//   one QUERY: DDL and the like
//   QUERY XA START ... rows ... QUERY XA END, XA_PREPARE; later under another GTID one QUERY XA COMMIT or XA ROLLBACK
//   TRANSACTION_PAYLOAD holding BEGIN to the end, compressed
// In the log of MariaDB the GTID event stands for BEGIN and XA START too, and what it compresses are single events.
// Source: MySQL source documentation, "Binlog event group".

/// <summary>The grammar of transactions: where they begin and end, and which of them counts. The events of a compressed one run through the same rules.</summary>
internal sealed class TransactionReader : IDisposable
{
    private readonly BinlogProcessorOptions _options;
    private readonly LogCursor _cursor;
    private readonly IncludedTransactions _included;
    private readonly EpochBuilder _epochs;
    private readonly CaptureSet _tables;
    private readonly RowsReader _rows;
    private readonly DefinitionGuard _guard;
    private readonly XaReader _xa;
    private readonly TransactionStarts _starts = new();
    private readonly PayloadReader _payload = new();
    private readonly CompressedEvents _compressed = new();

    public TransactionReader(BinlogProcessorOptions options, LogCursor cursor, IncludedTransactions included, EpochBuilder epochs, CaptureSet tables)
    {
        (_options, _cursor, _included, _epochs, _tables) = (options, cursor, included, epochs, tables);
        _rows = new RowsReader(cursor, tables, epochs, options);
        _guard = new DefinitionGuard(tables, options, cursor);
        _xa = new XaReader(options, cursor, included, epochs);
    }

    public OpenTransaction Open { get; } = new();

    /// <summary>Changed rows of captured tables since the reader was made.</summary>
    public long Rows => _rows.Rows;

    /// <summary>What the open transaction made of captured tables: the output has to be told, and then <see cref="Follow"/> called, before the next event. Empty when there is nothing to tell.</summary>
    public IReadOnlyList<Alteration> Alterations { get; private set; } = [];

    /// <inheritdoc cref="RowsReader.Arrival"/>
    public Arrival? Arrival => _rows.Arrival;

    /// <summary>True when nothing more may be read before the output has heard of something, or tables were read.</summary>
    public bool MustStop => Alterations.Count > 0 || Arrival is not null || Reread is not null || _tables.Interruption is not null;

    /// <summary>Why the tables have to be read anew, instead of what comes from here on: everything before it is included, and no further event may be given. Null while the log can be followed.</summary>
    public string? Reread => _guard.Reread ?? _rows.Reread;

    /// <summary>True when a compressed transaction was not read to its end, since pending rows have to be handed on: call <see cref="Continue"/> then.</summary>
    public bool HasMore => _payload.IsOpen;

    /// <summary>Takes an event of the log.</summary>
    public void Read(LogEvent log)
    {
        switch (log.Type)
        {
            case EventType.TransactionPayload:
                ReadPayload(log.Body);
                break;
            case EventType.Rotate:
                Discard();
                var rotate = new PacketReader(log.Body);
                _cursor.Follow(RotateEvent.Read(ref rotate));
                break;
            case EventType.FormatDescription:
                Discard();
                break;
            case EventType.PreviousGtids:
                GtidSet.Decode(log.Body);
                break;
            case EventType.GtidList or EventType.BinlogCheckpoint:
                break;
            case EventType.StartEncryption when _cursor.IsFile:
                throw new BinlogUnavailableException(
                    $"{_cursor.Where}: the file is encrypted (encrypt_binlog), and only the server has its keys. Capture from the server, which sends its log decrypted; or fetch the file with mariadb-binlog --raw --read-from-remote-server.");
            case EventType.AnonymousGtid:
                throw GtidsRequired();
            case EventType.Incident:
                throw new BinlogUnavailableException($"{_cursor.Where}: the server reports an incident: changes were lost before they reached its log. Start the pipeline anew with an empty target.");
            default:
                if (_starts.TryRead(log, out var start))
                {
                    Begin(start);
                }
                else
                {
                    ReadInside(log);
                }

                break;
        }
    }

    /// <summary>Reads a compressed transaction on.</summary>
    public void Continue()
    {
        while (!_epochs.NeedsFlush && !MustStop && _payload.TryRead(out var inner))
        {
            ReadInside(inner);
        }
    }

    /// <summary>The output knows of <see cref="Alterations"/>: what comes is read with them, and their transaction is included.</summary>
    public void Follow()
    {
        foreach (var (kind, table, after, _, _) in Alterations)
        {
            switch (kind)
            {
                case TableChangeKind.Removed:
                    _tables.Remove(table.Name);
                    break;
                case TableChangeKind.Altered:
                    _tables.Replace(table, after!);
                    _epochs.ReplaceTable(table.Index, after!.Schema);
                    _rows.NoteAltered();
                    break;
            }
        }

        Alterations = [];
        End(commit: true);
    }

    /// <summary>The output knows of <see cref="Arrival"/>: its rows are read.</summary>
    public void Welcome()
    {
        var capture = Arrival!.Capture;
        var number = _tables.Add(capture, isComplete: true);
        _epochs.AddTable(number, capture.Schema);
        _tables.Selected!.Forget(name => name.Equals(capture.Table.Name, StringComparison.OrdinalIgnoreCase));
        _rows.Capture();
    }

    /// <summary>A new connection begins: it sends prepared transactions again.</summary>
    public void BeginStream()
    {
        Discard();
        _xa.Clear();
    }

    /// <summary>Drops the rows of a transaction that did not end; it is not included, and comes again if the log still has it.</summary>
    public void Discard()
    {
        _epochs.Discard();
        _payload.Close();
        Open.Close();
        Alterations = [];
        _rows.Discard();
    }

    /// <summary>Forgets the rows of the open transaction but stays inside it: for one that cannot end in what is left of a file.</summary>
    public void DropOpenRows()
    {
        _epochs.DropOpenRows();
        _payload.Close();
        Open.RowsWereDropped = true;
    }

    public void Dispose()
    {
        _payload.Dispose();
        _xa.Dispose();
    }

    /// <summary>Events that can lie in a compressed transaction too.</summary>
    private void ReadInside(LogEvent log)
    {
        var reader = new PacketReader(log.Body);
        switch (log.Type)
        {
            case EventType.TableMap:
                _rows.ReadTableMap(log.Body, Open);
                DiscardBeforeReread();
                break;
            case EventType.WriteRows or EventType.UpdateRows or EventType.DeleteRows:
            case EventType.WriteRowsV1 or EventType.UpdateRowsV1 or EventType.DeleteRowsV1:
            case EventType.PartialUpdateRows:
                _rows.ReadRows(log.Type, log.Body, Open);
                break;
            case >= EventType.WriteRowsCompressedV1 and <= EventType.DeleteRowsCompressed:
                if (!Open.IsSkipped)
                {
                    _rows.ReadRows(CompressedEvents.PlainTypeOf(log.Type), _compressed.InflateRows(log.Type, log.Body, _cursor.TableIdSize), Open);
                }

                break;
            case EventType.QueryCompressed:
                var inflated = new PacketReader(_compressed.InflateQuery(log.Body));
                ReadQuery(QueryEvent.Read(ref inflated));
                break;
            case EventType.Query:
                ReadQuery(QueryEvent.Read(ref reader));
                break;
            case EventType.Xid:
                End(commit: true);
                break;
            case EventType.XaPrepare:
                ReadXaPrepare(XaPrepareEvent.Read(ref reader));
                break;
            case EventType.AppendBlock or EventType.DeleteFile or EventType.BeginLoadQuery or EventType.ExecuteLoadQuery:
                Open.Require("LOAD DATA");
                _guard.RefuseRows("LOAD DATA", Open);
                break;
            default:
                SkipOrRefuse(log.Header);
                break;
        }
    }

    private static void SkipOrRefuse(EventHeader header)
    {
        var known = header.Type is EventType.Stop or EventType.IntVar or EventType.Rand or EventType.UserVar or EventType.Heartbeat or EventType.HeartbeatV2
            or EventType.Ignorable or EventType.RowsQuery or EventType.TransactionContext or EventType.ViewChange or EventType.AuroraPadding
            or EventType.AnnotateRows or EventType.StartEncryption;
        if (!known && (header.Flags & EventHeader.Ignorable) == 0)
        {
            throw MySqlProtocolException.Malformed("Event", 4, $"type code {(int)header.Type} is not known here, and the event does not say that it may be ignored");
        }
    }

    private void Begin(TransactionStart start)
    {
        if (Open.IsOpen)
        {
            throw MySqlProtocolException.Malformed("Transaction", 0, $"{Open.Gtid} did not end before the next one begins");
        }

        if (!_cursor.IsFile && _included.IsBehind(start.Gtid))
        {
            throw new BinlogUnavailableException(
                $"{_cursor.Where}: transaction {start.Gtid} comes after others of domain {start.Gtid.Source} with higher numbers, up to {_included.Executed.Positions}: two servers wrote to one domain. What came from one of them "
                + "cannot be told from what was captured. Give each server that is written to a gtid_domain_id of its own, SET GLOBAL gtid_strict_mode=ON on all, and start the pipeline anew with an empty target.");
        }

        Open.Begin(start, _included.Contains(start.Gtid), _epochs.RowsHandedOn(start.Gtid), _cursor.EventOffset);
    }

    private void ReadPayload(ReadOnlySpan<byte> body)
    {
        Open.Require("a compressed transaction");
        if (Open.IsSkipped && !_rows.HasUnseenTables)
        {
            End(commit: true); // nobody needs to know what is in it
            return;
        }

        var reader = new PacketReader(body);
        _payload.Open(TransactionPayloadEvent.Read(ref reader));
        Continue();
    }

    private void ReadQuery(QueryEvent query)
    {
        Open.Require("a statement");
        if (Open.IsAnnouncement)
        {
            End(commit: true); // another one with the same text has the effect
            return;
        }

        var quick = StatementScanner.Quick(query.Statement);
        var statement = quick is null ? StatementScanner.Scan(query) : null;
        switch (quick ?? statement!.Kind)
        {
            case StatementKind.Begin:
                (Open.HasBegun, Open.IsXa) = (true, statement is { Xa: not null });
                return;
            case StatementKind.Commit:
                End(commit: true);
                return;
            case StatementKind.Rollback:
            case StatementKind.XaRollback when Open.HasBegun:
                End(commit: false);
                return;
            case StatementKind.Inside or StatementKind.Harmless:
                break;
            case StatementKind.XaCommit or StatementKind.XaRollback:
                _xa.Decide(statement!, Open);
                break;
            default:
                _guard.Check(statement!, Open, mayFollow: !Open.HasBegun && !_epochs.HasHandedOnPart);
                DiscardBeforeReread();
                Alterations = _guard.Take();
                break;
        }

        if (Open.IsOpen && !Open.HasBegun && Alterations.Count == 0)
        {
            End(commit: true);
        }
    }

    private void DiscardBeforeReread()
    {
        if (Reread is not null || _tables.Interruption is not null)
        {
            Discard();
        }
    }

    private void ReadXaPrepare(XaPrepareEvent prepare)
    {
        Open.Require("XA PREPARE");
        if (prepare.OnePhase || Open.IsSkipped)
        {
            End(commit: true);
            return;
        }

        CheckWhole(commit: true);
        _xa.Prepare(prepare.Id, Open);
        _included.Hold(Open.Gtid);
        _included.NoteLogged(Open.Gtid);
        _included.NoteEnd(_cursor.Origin, _cursor.Offset);
        Open.Close();
    }

    private void End(bool commit)
    {
        Open.Require("the end of a transaction");
        _included.NoteLogged(Open.Gtid);
        if (!Open.IsSkipped)
        {
            CheckWhole(commit);
            _included.NoteEnd(_cursor.Origin, _cursor.Offset);
            _epochs.Include(Open, commit);
            _options.Meter.TransactionEnded();
        }

        Open.Close();
    }

    private void CheckWhole(bool commit)
    {
        if (Open.RowsWereDropped)
        {
            throw MySqlProtocolException.Malformed("Transaction", 0, $"{Open.Gtid} ends before the length that its GTID event announced");
        }

        if (Open.RowsToSkip > 0 || (!commit && _epochs.RowsHandedOn(Open.Gtid) > 0))
        {
            throw MySqlProtocolException.Malformed("Transaction", 0, $"{Open.Gtid} came again with other rows than before the connection was lost");
        }
    }

    private BinlogUnavailableException GtidsRequired() => new(
        $"{_cursor.Where}: a transaction without GTID. Turn GTIDs on: SET GLOBAL enforce_gtid_consistency=ON; SET GLOBAL gtid_mode=OFF_PERMISSIVE; " +
        "SET GLOBAL gtid_mode=ON_PERMISSIVE; SET GLOBAL gtid_mode=ON; then FLUSH BINARY LOGS and capture from there.");
}
