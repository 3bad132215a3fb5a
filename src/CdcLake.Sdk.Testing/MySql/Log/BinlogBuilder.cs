using System.Buffers.Binary;
using System.Text;
using CdcLake.MySql.Gtids;

namespace CdcLake.Testing.MySql.Log;

#pragma warning disable CA1001 // a stream in memory holds nothing that would have to be disposed

/// <summary>
/// Writes a binary log as MySQL 9.7 would: an encoder independent of the library's decoder. A log begins with FORMAT_DESCRIPTION and PREVIOUS_GTIDS; transactions get consecutive GTIDs of one source.
/// <code>
/// var sales = new BinlogTable("appdb", "sales", key: [0], BinlogColumn.BigInt("id"), BinlogColumn.Decimal("price", 10, 2));
/// var log = new BinlogBuilder();
/// log.Transaction(t => t.Insert(sales, [1L, "3.50"], [2L, "0.10"]).Update(sales, ([1L, "3.50"], [1L, "4.00"])).Delete(sales, [2L, "0.10"]));
/// File.WriteAllBytes("binlog.000001", log.ToArray());
/// </code>
/// </summary>
internal sealed class BinlogBuilder
{
    public const int DefaultEventSize = 8192;

    private readonly MemoryStream _out = new();
    private readonly Dictionary<BinlogTable, int> _tableIds = [];
    private readonly bool _checksum;
    private long _gtidEvent = -1;
    private int _nextTableId = 100;
    private ulong _nextXid = 1;

    /// <param name="previous">Binary GTID set of earlier files (version 0 or 1); empty set by default.</param>
    /// <param name="checksum">False: events without CRC-32.</param>
    /// <param name="inUse">True: the flag of a file that a server is still writing.</param>
    public BinlogBuilder(byte[]? previous = null, bool checksum = true, bool inUse = false)
    {
        _checksum = checksum;
        _out.Write([0xFE, (byte)'b', (byte)'i', (byte)'n']);
        Event(15, EventBodies.Format(Timestamp, checksum));
        if (inUse)
        {
            _out.GetBuffer()[BinlogEvent.First + 17] |= 1; // not part of the checksum
        }

        Event(35, previous ?? new byte[8]);
    }

    /// <summary>UUID of the transactions, first text digit in the highest bits.</summary>
    public GtidSource Source { get; set; } = new(0x1111111122223333, 0x4444555555555555);

    /// <summary>Tag of the transactions; not empty makes GTID_TAGGED events.</summary>
    public string Tag { get; set; } = "";

    /// <summary>Number of the next transaction.</summary>
    public long NextNumber { get; set; } = 1;

    /// <summary>Header timestamp and commit time in seconds.</summary>
    public uint Timestamp { get; set; } = 1_750_000_000;

    /// <summary>Commit time of the next transaction in microseconds; null: that of <see cref="Timestamp"/>.</summary>
    public long? CommitMicroseconds { get; set; }

    /// <summary>Bytes at which a rows event is closed, as binlog_row_event_max_size.</summary>
    public int EventSize { get; set; } = DefaultEventSize;

    /// <summary>Offset of every event in the file.</summary>
    public List<int> Offsets { get; } = [];

    /// <summary>Bytes so far.</summary>
    public int Length => (int)_out.Length;

    public byte[] ToArray() => _out.ToArray();

    /// <summary>A copy of the bytes from an offset on.</summary>
    public byte[] ToArray(int from) => _out.GetBuffer().AsSpan(from, Length - from).ToArray();

    /// <summary>GTID, BEGIN, what <paramref name="changes"/> writes, XID.</summary>
    public BinlogBuilder Transaction(Action<BinlogBuilder> changes) => Gtid().Query("", "BEGIN").Apply(changes).Xid();

    /// <summary>GTID and one statement.</summary>
    public BinlogBuilder Ddl(string database, string sql) => Gtid().Query(database, sql).EndGroup();

    public BinlogBuilder Insert(BinlogTable table, params object?[][] rows) => Rows(30, table, rows);

    public BinlogBuilder Delete(BinlogTable table, params object?[][] rows) => Rows(32, table, rows);

    public BinlogBuilder Update(BinlogTable table, params (object?[] Old, object?[] New)[] rows) =>
        Rows(31, table, [.. rows.SelectMany(r => new[] { r.Old, r.New })]);

    /// <summary>TABLE_MAP and rows events of <paramref name="type"/> (23–25 or 30–32), split as a server does. Updates: old and new images alternate.</summary>
    public BinlogBuilder Rows(byte type, BinlogTable table, IReadOnlyList<object?[]> images)
    {
        if (!_tableIds.TryGetValue(table, out var id))
        {
            _tableIds.Add(table, id = _nextTableId++);
        }

        TableMap(table, id);
        var body = new MemoryStream();
        var step = type is 24 or 31 ? 2 : 1;
        for (var i = 0; i < images.Count;)
        {
            body.SetLength(0);
            table.WriteRowsHeader(body, type, id);
            do
            {
                for (var image = 0; image < step; image++)
                {
                    table.WriteImage(body, images[i++]);
                }
            }
            while (i < images.Count && body.Length < EventSize - 64);
            if (i >= images.Count)
            {
                body.GetBuffer()[6] |= 1; // statement end
            }

            Event(type, body.GetBuffer().AsSpan(0, (int)body.Length));
        }

        return this;
    }

    public BinlogBuilder TableMap(BinlogTable table, int id)
    {
        var body = new MemoryStream();
        table.WriteMap(body, id);
        return Event(19, body.ToArray());
    }

    /// <summary>Begins a transaction group with the next GTID.</summary>
    public BinlogBuilder Gtid()
    {
        var number = NextNumber++;
        var isTagged = Tag.Length > 0;
        _gtidEvent = isTagged ? -1 : _out.Length;
        return isTagged
            ? Event(42, EventBodies.TaggedGtid(Source, Tag, number, Timestamp * 1_000_000UL))
            : Event(33, EventBodies.Gtid(Source, number, (ulong)(CommitMicroseconds ?? (Timestamp * 1_000_000L))));
    }

    public BinlogBuilder Query(string database, string sql, ulong sqlMode = 0) => Query(database, Encoding.UTF8.GetBytes(sql), sqlMode, collation: 255);

    /// <param name="database">Default database.</param>
    /// <param name="sql">Statement in the client's character set.</param>
    /// <param name="sqlMode">Bits of sql_mode.</param>
    /// <param name="collation">Id that tells the client's character set; null leaves it out, which no server does.</param>
    public BinlogBuilder Query(string database, byte[] sql, ulong sqlMode, int? collation) => Event(2, EventBodies.Query(database, sql, sqlMode, collation));

    /// <summary>One event that holds those of <paramref name="changes"/>, as binlog_transaction_compression writes them.</summary>
    /// <param name="changes">BEGIN to XID.</param>
    /// <param name="compress">zstd; null stores the events as they are.</param>
    /// <param name="announced">Uncompressed size to announce instead of the true one.</param>
    public BinlogBuilder Payload(Action<BinlogBuilder> changes, Func<byte[], byte[]>? compress, long? announced = null)
    {
        var inner = new BinlogBuilder(checksum: false) { Timestamp = Timestamp, EventSize = EventSize };
        changes(inner);
        var bytes = inner.ToArray();
        foreach (var at in inner.Offsets.Skip(2))
        {
            BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(at + 13), 0);
        }

        var events = bytes[inner.Offsets[2]..];
        var payload = compress is null ? events : compress(events);
        return Event(40, EventBodies.Payload(payload, isCompressed: compress is not null, announced ?? events.Length));
    }

    /// <summary>Commits the group.</summary>
    public BinlogBuilder Xid()
    {
        var body = new byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(body, _nextXid++);
        Event(16, body);
        return EndGroup();
    }

    public BinlogBuilder Rotate(string next) => Event(4, BinlogEvent.RotateBody(next));

    /// <summary>Writes the transaction's length into its GTID event, as servers do.</summary>
    public BinlogBuilder EndGroup()
    {
        if (_gtidEvent >= 0)
        {
            var bytes = _out.GetBuffer().AsSpan(0, (int)_out.Length);
            var gtid = bytes[(int)_gtidEvent..];
            var size = BinlogEvent.SizeOf(gtid);
            BinaryPrimitives.WriteUInt64LittleEndian(gtid[(19 + 50)..], (ulong)(_out.Length - _gtidEvent));
            RepairChecksum(gtid[..size]);
            _gtidEvent = -1;
        }

        return this;
    }

    /// <summary>Any event: common header, body, checksum.</summary>
    public BinlogBuilder Event(byte type, ReadOnlySpan<byte> body, ushort flags = 0, uint? nextPosition = null)
    {
        var bytes = BinlogEvent.Of(type, body, Timestamp, flags, nextPosition ?? (uint)(_out.Length + BinlogEvent.Size(body.Length, _checksum)), _checksum);
        Offsets.Add((int)_out.Length);
        _out.Write(bytes);
        return this;
    }

    /// <summary>Recomputes the CRC-32 at the end of a whole event.</summary>
    public void RepairChecksum(Span<byte> wholeEvent)
    {
        if (_checksum)
        {
            BinlogEvent.Seal(wholeEvent);
        }
    }

    private BinlogBuilder Apply(Action<BinlogBuilder> changes)
    {
        changes(this);
        return this;
    }
}
