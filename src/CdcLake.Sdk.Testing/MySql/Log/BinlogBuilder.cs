using System.Buffers.Binary;
using System.Text;

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

    private static readonly uint[] CrcTable = CreateCrcTable();

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
        WriteFormat(inUse);
        Event(35, previous ?? new byte[8]);
    }

    /// <summary>UUID of the transactions, first text digit in the highest bits.</summary>
    public UInt128 Source { get; set; } = UInt128.Parse("11111111222233334444555555555555", System.Globalization.NumberStyles.HexNumber, null);

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
        var body = new MemoryStream();
        var number = NextNumber++;
        if (Tag.Length > 0)
        {
            WriteTaggedGtid(body, number);
            _gtidEvent = -1;
            return Event(42, body.ToArray());
        }

        body.WriteByte(1);
        Span<byte> uuid = stackalloc byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(uuid, Source);
        body.Write(uuid);
        BinlogTable.Write(body, (ulong)number, 8);
        body.WriteByte(2);
        BinlogTable.Write(body, 0, 16);
        BinlogTable.Write(body, (ulong)(CommitMicroseconds ?? (Timestamp * 1_000_000L)), 7);
        body.WriteByte(0xFE);
        BinlogTable.Write(body, 0, 8); // transaction length, set at the end of the group
        BinlogTable.Write(body, 90704, 4);
        _gtidEvent = _out.Length;
        return Event(33, body.ToArray());
    }

    public BinlogBuilder Query(string database, string sql, ulong sqlMode = 0) => Query(database, Encoding.UTF8.GetBytes(sql), sqlMode, collation: 255);

    /// <param name="database">Default database.</param>
    /// <param name="sql">Statement in the client's character set.</param>
    /// <param name="sqlMode">Bits of sql_mode.</param>
    /// <param name="collation">Id that tells the client's character set; null leaves it out, which no server does.</param>
    public BinlogBuilder Query(string database, byte[] sql, ulong sqlMode, int? collation)
    {
        var status = new MemoryStream();
        status.WriteByte(0);
        BinlogTable.Write(status, 0, 4);
        status.WriteByte(1);
        BinlogTable.Write(status, sqlMode, 8);
        status.Write([6, 3, .. "std"u8, 3, 1, 0, 1, 0]);
        if (collation is { } id)
        {
            status.WriteByte(4);
            BinlogTable.Write(status, (uint)id, 2);
            BinlogTable.Write(status, (uint)id, 2);
            BinlogTable.Write(status, 255, 2);
        }

        var body = new MemoryStream();
        BinlogTable.Write(body, 7, 4);
        BinlogTable.Write(body, 0, 4);
        body.WriteByte((byte)Encoding.UTF8.GetByteCount(database));
        BinlogTable.Write(body, 0, 2);
        BinlogTable.Write(body, (ulong)status.Length, 2);
        status.WriteTo(body);
        body.Write(Encoding.UTF8.GetBytes(database));
        body.WriteByte(0);
        body.Write(sql);
        return Event(2, body.ToArray());
    }

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
        var body = new MemoryStream();
        Record(2, compress is null ? 255u : 0);
        Record(3, (ulong)(announced ?? events.Length));
        Record(1, (ulong)payload.Length);
        BinlogTable.WriteLenenc(body, 0);
        body.Write(payload);
        return Event(40, body.ToArray());

        void Record(ulong type, ulong value)
        {
            var number = new MemoryStream();
            BinlogTable.WriteLenenc(number, value);
            BinlogTable.WriteLenenc(body, type);
            BinlogTable.WriteLenenc(body, (ulong)number.Length);
            number.WriteTo(body);
        }
    }

    /// <summary>Commits the group.</summary>
    public BinlogBuilder Xid()
    {
        var body = new byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(body, _nextXid++);
        Event(16, body);
        return EndGroup();
    }

    public BinlogBuilder Rotate(string next)
    {
        byte[] body = [4, 0, 0, 0, 0, 0, 0, 0, .. Encoding.ASCII.GetBytes(next)];
        return Event(4, body);
    }

    /// <summary>Writes the transaction's length into its GTID event, as servers do.</summary>
    public BinlogBuilder EndGroup()
    {
        if (_gtidEvent >= 0)
        {
            var bytes = _out.GetBuffer().AsSpan(0, (int)_out.Length);
            var gtid = bytes[(int)_gtidEvent..];
            var size = BinaryPrimitives.ReadInt32LittleEndian(gtid[9..]);
            BinaryPrimitives.WriteUInt64LittleEndian(gtid[(19 + 50)..], (ulong)(_out.Length - _gtidEvent));
            RepairChecksum(gtid[..size]);
            _gtidEvent = -1;
        }

        return this;
    }

    /// <summary>Any event: common header, body, checksum.</summary>
    public BinlogBuilder Event(byte type, ReadOnlySpan<byte> body, ushort flags = 0, uint? nextPosition = null)
    {
        var bytes = EventOf(type, body, Timestamp, flags, nextPosition ?? (uint)(_out.Length + 19 + body.Length + (_checksum ? 4 : 0)), _checksum);
        Offsets.Add((int)_out.Length);
        _out.Write(bytes);
        return this;
    }

    /// <summary>The bytes of one event: common header, body, checksum.</summary>
    public static byte[] EventOf(byte type, ReadOnlySpan<byte> body, uint timestamp, ushort flags, uint nextPosition, bool checksum)
    {
        var bytes = new byte[19 + body.Length + (checksum ? 4 : 0)];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, timestamp);
        bytes[4] = type;
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(5), 1);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(9), (uint)bytes.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(13), nextPosition);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(17), flags);
        body.CopyTo(bytes.AsSpan(19));
        if (checksum)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(bytes.Length - 4), Crc32(bytes.AsSpan(0, bytes.Length - 4)));
        }

        return bytes;
    }

    /// <summary>Recomputes the CRC-32 at the end of a whole event.</summary>
    public void RepairChecksum(Span<byte> wholeEvent)
    {
        if (_checksum)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(wholeEvent[^4..], Crc32(wholeEvent[..^4]));
        }
    }

    /// <summary>CRC-32 as in zlib, one byte at a time.</summary>
    public static uint Crc32(ReadOnlySpan<byte> bytes)
    {
        var register = 0xFFFFFFFFu;
        foreach (var b in bytes)
        {
            register = (register >> 8) ^ CrcTable[(register ^ b) & 0xFF];
        }

        return ~register;
    }

    private BinlogBuilder Apply(Action<BinlogBuilder> changes)
    {
        changes(this);
        return this;
    }

    private void WriteFormat(bool inUse)
    {
        var body = new MemoryStream();
        BinlogTable.Write(body, 4, 2);
        body.Write([.. "9.7.4-test"u8, .. new byte[40]]);
        BinlogTable.Write(body, Timestamp, 4);
        body.WriteByte(19);
        var lengths = new byte[42];
        (lengths[1], lengths[3], lengths[14], lengths[18], lengths[22], lengths[23], lengths[24]) = (13, 8, 98, 8, 8, 8, 8);
        (lengths[29], lengths[30], lengths[31], lengths[32]) = (10, 10, 10, 42);
        body.Write(lengths);
        body.WriteByte((byte)(_checksum ? 1 : 0));
        if (!_checksum)
        {
            BinlogTable.Write(body, 0, 4); // present even without checksums
        }

        Event(15, body.ToArray());
        if (inUse)
        {
            _out.GetBuffer()[4 + 17] |= 1; // not part of the checksum
        }
    }

    private void WriteTaggedGtid(MemoryStream body, long number)
    {
        var fields = new MemoryStream();
        WriteVarlen(fields, 0);
        WriteVarlen(fields, 0);
        WriteVarlen(fields, 1);
        for (var i = 15; i >= 0; i--)
        {
            WriteVarlen(fields, (byte)(Source >> (8 * i)));
        }

        WriteVarlen(fields, 2);
        WriteVarlen(fields, (ulong)number << 1);
        WriteVarlen(fields, 3);
        WriteVarlen(fields, (ulong)Tag.Length);
        fields.Write(Encoding.ASCII.GetBytes(Tag));
        WriteVarlen(fields, 6);
        WriteVarlen(fields, Timestamp * 1_000_000UL);
        WriteVarlen(body, 1);
        WriteVarlen(body, (ulong)fields.Length + 4);
        WriteVarlen(body, 0);
        fields.WriteTo(body);
    }

    /// <summary>Number of trailing one bits of the first byte, plus one, is the byte count; the value lies in the bits above.</summary>
    private static void WriteVarlen(MemoryStream stream, ulong value)
    {
        var size = 1;
        while (size < 9 && value >> (7 * size) != 0)
        {
            size++;
        }

        if (size == 9)
        {
            stream.WriteByte(0xFF);
            BinlogTable.Write(stream, value, 8);
            return;
        }

        BinlogTable.Write(stream, (value << size) | ((1UL << (size - 1)) - 1), size);
    }

    private static uint[] CreateCrcTable()
    {
        var table = new uint[256];
        for (var i = 0; i < 256; i++)
        {
            var value = (uint)i;
            for (var bit = 0; bit < 8; bit++)
            {
                value = (value & 1) != 0 ? (value >> 1) ^ 0xEDB88320 : value >> 1;
            }

            table[i] = value;
        }

        return table;
    }
}
