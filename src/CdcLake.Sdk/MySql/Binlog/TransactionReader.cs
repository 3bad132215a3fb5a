using CdcLake.MySql.Binlog.Events;
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
    private readonly LogCursor _cursor;
    private readonly EpochBuilder _epochs;
    private readonly CaptureSet _tables;
    private readonly RowsReader _rows;
    private readonly DefinitionGuard _guard;
    private readonly TransactionBounds _bounds;
    private readonly StatementReader _statements;
    private readonly TransactionStarts _starts = new();
    private readonly PayloadReader _payload = new();
    private readonly CompressedEvents _compressed = new();

    public TransactionReader(BinlogProcessorOptions options, LogCursor cursor, IncludedTransactions included, EpochBuilder epochs, CaptureSet tables)
    {
        (_cursor, _epochs, _tables) = (cursor, epochs, tables);
        _rows = new RowsReader(cursor, tables, epochs, options);
        _guard = new DefinitionGuard(tables, options, cursor);
        _bounds = new TransactionBounds(options, cursor, included, epochs);
        _statements = new StatementReader(_bounds, _guard, tables, epochs, _rows);
    }

    public OpenTransaction Open => _bounds.Open;

    /// <summary>Changed rows of captured tables since the reader was made.</summary>
    public long Rows => _rows.Rows;

    /// <summary>What the open transaction made of captured tables: the output has to be told, and then <see cref="Follow"/> called, before the next event. Empty when there is nothing to tell.</summary>
    public IReadOnlyList<Alteration> Alterations => _statements.Alterations;

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
                throw RefusedEvents.Encrypted(_cursor.Where);
            case EventType.AnonymousGtid:
                throw RefusedEvents.WithoutGtid(_cursor.Where);
            case EventType.Incident:
                throw RefusedEvents.Incident(_cursor.Where);
            default:
                if (_starts.TryRead(log, out var start))
                {
                    _bounds.Begin(start);
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
    public void Follow() => _statements.Follow();

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
        _bounds.ClearPrepared();
    }

    /// <summary>Drops the rows of a transaction that did not end; it is not included, and comes again if the log still has it.</summary>
    public void Discard()
    {
        _epochs.Discard();
        _payload.Close();
        Open.Close();
        _statements.Discard();
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
        _bounds.Dispose();
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
                ReadStatement(QueryEvent.Read(ref inflated), log.Header);
                DiscardBeforeReread();
                break;
            case EventType.Query:
                ReadStatement(QueryEvent.Read(ref reader), log.Header);
                DiscardBeforeReread();
                break;
            case EventType.Xid:
                _bounds.End(commit: true);
                break;
            case EventType.XaPrepare:
                _bounds.Prepare(XaPrepareEvent.Read(ref reader));
                break;
            case EventType.AppendBlock or EventType.DeleteFile or EventType.BeginLoadQuery or EventType.ExecuteLoadQuery:
                Open.Require("LOAD DATA");
                _guard.RefuseRows("LOAD DATA", Open);
                break;
            default:
                RefusedEvents.SkipOrRefuse(log.Header);
                break;
        }
    }

    private void ReadStatement(QueryEvent query, EventHeader header) =>
        _statements.Read(query with { IsMariaDb = _cursor.IsMariaDb, UsesTemporary = (header.Flags & EventHeader.ThreadSpecific) != 0 });

    private void ReadPayload(ReadOnlySpan<byte> body)
    {
        Open.Require("a compressed transaction");
        if (Open.IsSkipped && !_rows.HasUnseenTables)
        {
            _bounds.End(commit: true); // nobody needs to know what is in it
            return;
        }

        var reader = new PacketReader(body);
        _payload.Open(TransactionPayloadEvent.Read(ref reader));
        Continue();
    }

    private void DiscardBeforeReread()
    {
        if (Reread is not null || _tables.Interruption is not null)
        {
            Discard();
        }
    }
}
