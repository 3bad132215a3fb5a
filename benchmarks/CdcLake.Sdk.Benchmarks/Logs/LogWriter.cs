using System.Buffers.Binary;
using System.IO.Hashing;

namespace CdcLake.Benchmarks.Logs;

// A binary log file as MySQL 9.7 writes it: FE 'bin', FORMAT_DESCRIPTION, PREVIOUS_GTIDS, then transactions
// (GTID, QUERY "BEGIN", TABLE_MAP and rows events of about 8 KiB, XID). Each event:
//
//   offset  size  field
//   0       4     time, seconds since 1970
//   4       1     type
//   5       4     server id
//   9       4     length of the event with header and checksum
//   13      4     position of the next event
//   17      2     flags
//   19      n     body
//   19+n    4     CRC-32 of all before it
//
// Source: MySQL source documentation, "Binlog event". The constant parts are those a MySQL 9.7.4 server wrote.

/// <summary>Writes binary log files for measurements, several hundred MB a second.</summary>
internal sealed class LogWriter : IDisposable
{
    public const int HeaderLength = 19;
    public const int RowsEventSize = 8192; // the server's default binlog_row_event_max_size
    private const int ChecksumLength = 4;
    private const uint ServerId = 97;

    private static readonly byte[] FormatDescription = Convert.FromHexString(
        "0400" + "392e372e342d32" + new string('0', 86) + "00000000" + "13"
        + "000d0008000000000400040000006300041a08000000000000020000000a0a0a2a2a001234000a28000001");

    private static readonly byte[] Begin = Convert.FromHexString(
        "0a0000000000000005" + "0000" + "1d00" + "00000000000001" + "2000a045000000000603737464" + "04ff00ff00ff00" + "12ff" + "617070646200" + "424547494e");

    private static readonly byte[] SourceUuid = Convert.FromHexString("4bbbe4a3e5a011f1ae5c02fc00000001");

    private readonly FileStream _file;
    private readonly byte[] _event = new byte[4 * RowsEventSize];
    private readonly byte[] _buffer = new byte[1 << 20];
    private readonly PayloadWriter? _payload;
    private int _buffered;
    private long _position;
    private long _transactions;

    /// <param name="path">Where to write.</param>
    /// <param name="compress">Transactions are compressed, as with binlog_transaction_compression=ON.</param>
    public LogWriter(string path, bool compress = false)
    {
        _payload = compress ? new PayloadWriter() : null;
        _file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.Read, 1);
        Write([0xFE, .. "bin"u8]);
        Event(15, FormatDescription);
        Event(35, new byte[8]);
    }

    /// <summary>Seconds since 1970 that following events carry.</summary>
    public uint Time { get; set; } = 1_790_000_000;

    /// <summary>Bytes written so far.</summary>
    public long Length => _position;

    public long Transactions => _transactions;

    public void BeginTransaction()
    {
        _transactions++;
        Span<byte> body = stackalloc byte[54];
        body[0] = 0;
        SourceUuid.CopyTo(body[1..]);
        BinaryPrimitives.WriteInt64LittleEndian(body[17..], _transactions);
        body[25] = 2;
        BinaryPrimitives.WriteInt64LittleEndian(body[26..], _transactions - 1);
        BinaryPrimitives.WriteInt64LittleEndian(body[34..], _transactions);
        BinaryPrimitives.WriteInt64LittleEndian(body[42..], Time * 1_000_000L);
        body[49] = 100; // transaction length, only informative
        BinaryPrimitives.WriteInt32LittleEndian(body[50..], 90704);
        Event(33, body);
        _payload?.Begin();
        Event(2, Begin);
    }

    public void EndTransaction()
    {
        Span<byte> body = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(body, _transactions);
        Event(16, body);
        if (_payload is not null)
        {
            Event(40, _payload.End());
        }
    }

    public void Event(byte type, ReadOnlySpan<byte> body)
    {
        if (_payload is { IsOpen: true })
        {
            _payload.Event(type, Time, ServerId, body);
            return;
        }

        var length = HeaderLength + body.Length + ChecksumLength;
        var bytes = length <= _event.Length ? _event.AsSpan(0, length) : new byte[length];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, Time);
        bytes[4] = type;
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[5..], ServerId);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[9..], length);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[13..], (uint)(_position + length));
        BinaryPrimitives.WriteUInt16LittleEndian(bytes[17..], 0);
        body.CopyTo(bytes[HeaderLength..]);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[^ChecksumLength..], Crc32.HashToUInt32(bytes[..^ChecksumLength]));
        Write(bytes);
    }

    public void Dispose()
    {
        _file.Write(_buffer, 0, _buffered);
        _file.Dispose();
        _payload?.Dispose();
    }

    private void Write(ReadOnlySpan<byte> bytes)
    {
        if (_buffered + bytes.Length > _buffer.Length)
        {
            _file.Write(_buffer, 0, _buffered);
            _buffered = 0;
        }

        bytes.CopyTo(_buffer.AsSpan(_buffered));
        _buffered += bytes.Length;
        _position += bytes.Length;
    }
}
