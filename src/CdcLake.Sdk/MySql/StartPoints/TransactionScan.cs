using CdcLake.MySql.Binlog;
using CdcLake.MySql.Binlog.Events;
using CdcLake.MySql.Binlog.Statements;
using CdcLake.MySql.Gtids;
using CdcLake.MySql.Wire.Packets;

namespace CdcLake.MySql.StartPoints;

/// <summary>
/// Reads a log for the boundaries between its transactions and for their names alone: what they change does not matter, so nothing in them is refused. Not thread-safe.
/// </summary>
internal sealed class TransactionScan : IDisposable
{
    private readonly LogCursor _cursor = new();
    private readonly TransactionStarts _starts = new();
    private readonly PayloadReader _payload = new();
    private readonly GtidSetBuilder _ended = new();
    private readonly Dictionary<XaId, Gtid> _prepared = [];
    private readonly HashSet<XaId> _decided = [];
    private TransactionStart? _open;
    private XaId? _openXa;
    private long _openAt;

    /// <param name="peer">The server's name, until it tells the file.</param>
    public TransactionScan(string peer) => _cursor.BeginStream(peer, checksum: true);

    /// <summary>File of the last event.</summary>
    public string File => _cursor.Origin;

    /// <summary>Offset behind the last event.</summary>
    public long Offset => _cursor.Offset;

    /// <summary>True once the first event of a file was read that says what came before it.</summary>
    public bool HasBegun { get; private set; }

    /// <summary>Second in which the file was begun, by the server's clock.</summary>
    public DateTimeOffset Begun { get; private set; }

    /// <summary>The transaction that has begun and not ended; null at a boundary.</summary>
    public TransactionStart? Open => _open;

    /// <summary>Offset where <see cref="Open"/> begins.</summary>
    public long OpenAt => _openAt;

    /// <summary>
    /// Transactions before the last boundary: those of earlier files and those that ended in this one. One that is prepared there and not decided is left out, so that it is read when
    /// the log is read on from here.
    /// </summary>
    public GtidSet Ended
    {
        get
        {
            var set = _ended.ToSet();
            var prepared = new GtidSetBuilder();
            foreach (var gtid in _prepared.Values)
            {
                prepared.Add(gtid);
            }

            return set.Subtract(prepared.ToSet());
        }
    }

    /// <summary>True when the first phase of an XA transaction, or its end, was read.</summary>
    public bool Knows(XaId id) => _prepared.ContainsKey(id) || _decided.Contains(id);

    /// <summary>Takes the next event.</summary>
    /// <exception cref="MySqlProtocolException">It is malformed.</exception>
    public void Read(ReadOnlySpan<byte> bytes)
    {
        var log = _cursor.Read(bytes);
        switch (log.Type)
        {
            case EventType.Rotate:
                End();
                var rotate = new PacketReader(log.Body);
                _cursor.Follow(RotateEvent.Read(ref rotate));
                break;
            case EventType.FormatDescription:
                End();
                Begun = log.Header.Timestamp > 0 ? DateTimeOffset.FromUnixTimeSeconds(log.Header.Timestamp) : Begun;
                break;
            case EventType.PreviousGtids:
                _ended.Add(GtidSet.Decode(log.Body));
                HasBegun = true;
                break;
            case EventType.GtidList when (log.Header.Flags & EventHeader.Artificial) == 0:
                var list = new PacketReader(log.Body);
                _ended.Add(GtidListEvent.Read(ref list));
                HasBegun = true;
                break;
            default:
                if (_starts.TryRead(log, out var start))
                {
                    End();
                    (_open, _openXa, _openAt) = (start, null, _cursor.EventOffset);
                }
                else if (_open is not null)
                {
                    ReadInside(log);
                    EndWhenWhole(log);
                }

                break;
        }
    }

    public void Dispose() => _payload.Dispose();

    // Of what is inside a transaction only the two phases of XA matter.
    private void ReadInside(LogEvent log)
    {
        var reader = new PacketReader(log.Body);
        switch (log.Type)
        {
            case EventType.XaPrepare:
                var prepare = XaPrepareEvent.Read(ref reader);
                _openXa = prepare.OnePhase ? null : prepare.Id;
                break;
            case EventType.Query:
                ReadQuery(QueryEvent.Read(ref reader));
                break;
            case EventType.TransactionPayload:
                _payload.Open(TransactionPayloadEvent.Read(ref reader));
                while (_payload.TryRead(out var inner))
                {
                    ReadInside(inner);
                }

                break;
            default:
                break;
        }
    }

    private void ReadQuery(QueryEvent query)
    {
        if (query.Statement.StartsWith("XA "u8) && StatementScanner.Scan(query) is { Kind: StatementKind.XaCommit or StatementKind.XaRollback, Xa: { } decided })
        {
            _prepared.Remove(decided);
            _decided.Add(decided);
        }
    }

    private void EndWhenWhole(LogEvent log)
    {
        if (_open is { } open && (open.Gtid.IsOfDomain ? IsLast(log, open) : open.Length > 0 && _cursor.Offset >= _openAt + open.Length))
        {
            End();
        }
    }

    // MariaDB does not announce how long a transaction is.
    private static bool IsLast(LogEvent log, TransactionStart open)
    {
        if (log.Type != EventType.Query)
        {
            return log.Type is EventType.Xid or EventType.XaPrepare || (log.Type == EventType.QueryCompressed && !open.HasBegun);
        }

        var reader = new PacketReader(log.Body);
        return !open.HasBegun || StatementScanner.Quick(QueryEvent.Read(ref reader).Statement) is StatementKind.Commit or StatementKind.Rollback;
    }

    private void End()
    {
        if (_open is { } open)
        {
            _ended.Add(open.Gtid);
            if (_openXa is { } prepared)
            {
                _prepared[prepared] = open.Gtid;
            }
        }

        _open = null;
    }
}
