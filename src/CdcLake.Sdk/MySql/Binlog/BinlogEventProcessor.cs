using System.IO.Hashing;
using CdcLake.MySql.Binlog.Events;
using CdcLake.MySql.Gtids;
using CdcLake.MySql.Wire;

namespace CdcLake.MySql.Binlog;

/// <summary>
/// Turns the events of a log, one after the other, into batches and epochs. The caller frames events (packets of a dump stream, or a file) and
/// alternates: <see cref="Process"/> until <see cref="NeedsFlush"/>, then <see cref="FlushAsync"/>; when it has no more bytes at hand,
/// <see cref="FlushAsync"/> with <c>idle</c>. After a new connection it calls <see cref="BeginStream"/>, at the start of a file
/// <see cref="BeginFile"/>. Not thread-safe. After an exception only <see cref="DiscardOpen"/> and <see cref="FlushAsync"/> make sense.
/// </summary>
internal sealed partial class BinlogEventProcessor : IDisposable
{
    private const int ChecksumLength = 4;
    private const long FirstEventPosition = 4;

    private readonly BinlogProcessorOptions _options;
    private readonly CapturedTable[] _tables;
    private readonly PendingChanges _pending;
    private readonly GtidSetBuilder _executed;
    private readonly GtidSetBuilder _logged = new();

    private string _origin = "";
    private bool _isFile;
    private bool _hasChecksum;
    private int _tableIdSize = 6;
    private long _offset;
    private long _eventOffset;

    public BinlogEventProcessor(BinlogProcessorOptions options)
    {
        _options = options;
        _pending = new PendingChanges(options.Tables);
        _executed = new GtidSetBuilder(options.Executed);
        _executedSet = options.Executed;
        _tables = [.. options.Tables.Select((t, i) => new CapturedTable(t, i) { IsComplete = options.StartsEmpty })];
        _boundaries = [.. options.Boundaries.OrderBy(b => b.Count)];
        SkipPassedBoundaries();
    }

    /// <summary>Included transactions; ask for this set when connecting again (a transaction that was interrupted is not in it).</summary>
    public GtidSet Executed => _executedSet ??= _executed.ToSet();

    /// <summary>Transactions that ended in the files read so far, skipped ones included.</summary>
    public GtidSet Logged => _logged.ToSet();

    /// <summary>What is included after the last whole transaction, with the file and offset where it ended.</summary>
    public MySqlPosition Position => new(Executed, _endFile, _endOffset);

    /// <summary>True when no transaction has begun without having ended.</summary>
    public bool AtTransactionEnd => !_inTransaction;

    /// <summary>
    /// With an open transaction: offset behind its last event in the current file as its GTID event announced it; 0 when unknown.
    /// </summary>
    public long OpenTransactionEnd { get; private set; }

    /// <summary>True when <see cref="FlushAsync"/> has to be called before the next event: enough rows are pending, an epoch is due, or a boundary was reached.</summary>
    public bool NeedsFlush { get; private set; }

    /// <summary>True when the events that follow end with a CRC-32.</summary>
    public bool HasChecksum => _hasChecksum;

    /// <summary>Changed rows of captured tables since the processor was made, before-images and after-images counted each.</summary>
    public long Rows { get; private set; }

    /// <summary>
    /// A new connection begins: the event format, table maps and the unfinished transaction are forgotten. Rows of that transaction
    /// that were handed on already are left out when the same transaction comes again.
    /// </summary>
    /// <param name="origin">The server's name, until its first ROTATE event tells the file.</param>
    /// <param name="checksum">True when events before the first FORMAT_DESCRIPTION (the artificial ROTATE of a dump) end with a CRC-32.</param>
    public void BeginStream(string origin, bool checksum)
    {
        DiscardOpen();
        (_origin, _isFile, _hasChecksum, _offset) = (origin, false, checksum, 0);
        _stream++;
    }

    /// <summary>A file begins; like <see cref="BeginStream"/>, and the first event is the one behind the four magic bytes.</summary>
    /// <param name="file">Name for positions and messages.</param>
    public void BeginFile(string file)
    {
        DiscardOpen();
        (_origin, _isFile, _hasChecksum, _offset) = (file, true, false, FirstEventPosition);
        _stream++;
    }

    /// <summary>Takes one whole event: common header, body, and checksum if the stream has them. Nothing keeps the span.</summary>
    /// <exception cref="MySqlProtocolException">Malformed, wrong checksum, or an event this library does not know.</exception>
    /// <exception cref="BinlogUnavailableException">The server's log format settings are not as required; the message prints the statement.</exception>
    /// <exception cref="SchemaMismatchException">A captured table changed its definition.</exception>
    /// <exception cref="UnsupportedTypeException">A value that cannot be represented.</exception>
    public void Process(ReadOnlySpan<byte> eventBytes)
    {
        _eventOffset = _offset;
        try
        {
            ProcessEvent(eventBytes);
        }
        catch (MySqlProtocolException e) when (e.Origin is null)
        {
            var type = eventBytes.Length > 4 ? (EventType)eventBytes[4] : EventType.Unknown;
            throw new MySqlProtocolException($"{Where}, event {type} (code {(int)type}): {e.Message} {CorruptAdvice}", e) { Origin = _origin, Offset = _eventOffset };
        }
        catch (UnsupportedTypeException e)
        {
            throw new UnsupportedTypeException($"{Where}: {e.Message}", e);
        }
        catch (OverflowException e)
        {
            throw new UnsupportedTypeException($"{Where}: one event changes so many or so large rows that a column would exceed 2 GB. Leave that column out of the query, or capture the table anew without it.", e);
        }
    }

    public void Dispose() => _pending.Dispose();

    private const string CorruptAdvice =
        "The log is damaged or was written by something this library does not know. Fetch the file again; if it stays so, start anew with an empty target from a log that is whole.";

    private string Where => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{_origin} at {_eventOffset}");

    private void ProcessEvent(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < EventHeader.Length)
        {
            throw MySqlProtocolException.Malformed("Event", 0, $"{bytes.Length} bytes, fewer than its header has");
        }

        var header = EventHeader.Read(bytes);
        if (header.Size != bytes.Length)
        {
            throw MySqlProtocolException.Malformed("Event", 9, $"size {header.Size}, but it has {bytes.Length} bytes");
        }

        if (header.Type == EventType.FormatDescription)
        {
            ProcessFormat(bytes, header);
            Advance(header);
            return;
        }

        var body = bytes[EventHeader.Length..];
        if (_hasChecksum)
        {
            VerifyChecksum(bytes);
            body = body[..^ChecksumLength];
        }

        Advance(header);
        Dispatch(header, body);
    }

    private void Dispatch(EventHeader header, ReadOnlySpan<byte> body)
    {
        var reader = new PacketReader(body);
        switch (header.Type)
        {
            case EventType.TableMap:
                ProcessTableMap(body);
                break;
            case EventType.WriteRows or EventType.UpdateRows or EventType.DeleteRows:
            case EventType.WriteRowsV1 or EventType.UpdateRowsV1 or EventType.DeleteRowsV1:
            case EventType.PartialUpdateRows:
                ProcessRows(header.Type, body);
                break;
            case EventType.Gtid:
                BeginTransaction(GtidEvent.Read(ref reader), header);
                break;
            case EventType.GtidTagged:
                BeginTransaction(GtidEvent.ReadTagged(ref reader), header);
                break;
            case EventType.Query:
                ProcessQuery(QueryEvent.Read(ref reader));
                break;
            case EventType.Xid:
                EndTransaction(commit: true);
                break;
            case EventType.XaPrepare:
                ProcessXaPrepare(XaPrepareEvent.Read(ref reader));
                break;
            case EventType.Rotate:
                ProcessRotate(RotateEvent.Read(ref reader));
                break;
            case EventType.AnonymousGtid:
                throw GtidsRequired();
            case EventType.TransactionPayload:
                RefusePayload();
                break;
            case EventType.AppendBlock or EventType.DeleteFile or EventType.BeginLoadQuery or EventType.ExecuteLoadQuery:
                RefuseStatementRows("LOAD DATA");
                break;
            case EventType.Incident:
                throw new BinlogUnavailableException($"{Where}: the server reports an incident: changes were lost before they reached its log. Start the pipeline anew with an empty target.");
            case EventType.PreviousGtids:
                GtidSet.Decode(body);
                break;
            default:
                SkipOrRefuse(header);
                break;
        }
    }

    private static void SkipOrRefuse(EventHeader header)
    {
        var known = header.Type is EventType.Stop or EventType.IntVar or EventType.Rand or EventType.UserVar or EventType.Heartbeat or EventType.HeartbeatV2
            or EventType.Ignorable or EventType.RowsQuery or EventType.TransactionContext or EventType.ViewChange or EventType.AuroraPadding;
        if (!known && (header.Flags & EventHeader.Ignorable) == 0)
        {
            throw MySqlProtocolException.Malformed("Event", 4, $"type code {(int)header.Type} is not known, and the event does not say that it may be ignored");
        }
    }

    private void ProcessFormat(ReadOnlySpan<byte> bytes, EventHeader header)
    {
        var reader = new PacketReader(bytes[EventHeader.Length..]);
        var format = FormatDescriptionEvent.Read(ref reader);
        if (format.HasChecksum)
        {
            if ((header.Flags & EventHeader.InUse) != 0)
            {
                var closed = bytes.ToArray(); // the checksum is that of the event without the flag
                closed[17] &= unchecked((byte)~EventHeader.InUse);
                VerifyChecksum(closed);
            }
            else
            {
                VerifyChecksum(bytes);
            }
        }

        DiscardOpen();
        (_hasChecksum, _tableIdSize) = (format.HasChecksum, format.TableIdSize);
        _stream++;
    }

    private static void VerifyChecksum(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < EventHeader.Length + ChecksumLength)
        {
            throw MySqlProtocolException.Malformed("Event", bytes.Length, "no room for its checksum");
        }

        var stored = System.Buffers.Binary.BinaryPrimitives.ReadUInt32LittleEndian(bytes[^ChecksumLength..]);
        var computed = Crc32.HashToUInt32(bytes[..^ChecksumLength]);
        if (stored != computed)
        {
            throw new MySqlProtocolException($"The checksum is 0x{stored:X8}, but the bytes have 0x{computed:X8}: they were changed after the server wrote them.");
        }
    }

    /// <summary>Moves behind the event; artificial events and those resent at the start of a dump are not part of the file.</summary>
    private void Advance(EventHeader header)
    {
        if (_isFile)
        {
            _offset += header.Size;
            if (header.NextPosition != 0 && header.NextPosition != (uint)_offset)
            {
                throw MySqlProtocolException.Malformed("Event", 13, $"it says that it ends at {header.NextPosition}, but it ends at {_offset}: bytes before it are missing or doubled");
            }
        }
        else if (header.NextPosition != 0 && (header.Flags & EventHeader.Artificial) == 0)
        {
            // Only the low 32 bits are sent; positions grow within a file.
            var next = (_offset & ~0xFFFF_FFFFL) | header.NextPosition;
            _offset = next < _offset ? next + (1L << 32) : next;
            _eventOffset = _offset - header.Size;
        }
    }

    private void ProcessRotate(RotateEvent rotate)
    {
        DiscardOpen();
        if (!_isFile)
        {
            (_origin, _offset) = (rotate.NextFile, rotate.NextPosition);
        }
    }
}
