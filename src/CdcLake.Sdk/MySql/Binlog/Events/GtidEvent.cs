using System.Buffers;
using CdcLake.MySql.Gtids;
using CdcLake.MySql.Wire.Packets;

namespace CdcLake.MySql.Binlog.Events;

// GTID_LOG_EVENT (type 33) and ANONYMOUS_GTID_LOG_EVENT (34); every field after gno is optional by length:
//
//   offset  size    field
//   0       1       flags
//   1       16      uuid
//   17      8       gno
//   25      1       2: logical timestamps follow
//   26      8 + 8   last committed, sequence number
//   42      7       immediate commit time, microseconds; bit 55 set: 7 bytes of original commit time follow
//   ..      lenenc  bytes of the transaction, this event included
//   ..              server versions, commit ticket: not read
//
// GTID_TAGGED_LOG_EVENT (type 42) is written by the serialization library: version, size, last field that must be known, then
// (field id, value) pairs, all as varlen integers (the number of trailing one bits of the first byte, plus one, is the byte count):
//
//   field 0 flags · 1 uuid, 16 varlen bytes · 2 gno, signed · 3 tag, length and characters · 4 last committed, signed · 5 sequence, signed
//   6 immediate commit time · 7 original commit time · 8 transaction length · 9, 10 server versions · 11 commit ticket
//
// Source: MySQL source, libs/mysql/binlog/event/control_events.h and libs/mysql/serialization/readme.md.

/// <summary>A transaction begins.</summary>
/// <param name="source">The server that committed it first.</param>
/// <param name="tag">Characters of the tag; empty without one. Points into the event.</param>
/// <param name="number">Number within source and tag, 1 or more.</param>
/// <param name="commitMicroseconds">Original commit time since the Unix epoch; 0 when the event does not tell.</param>
/// <param name="transactionLength">Bytes of the transaction in this log, this event included; 0 when the event does not tell.</param>
internal readonly ref struct GtidEvent(GtidSource source, ReadOnlySpan<byte> tag, long number, long commitMicroseconds, long transactionLength)
{
    public GtidSource Source { get; } = source;

    public ReadOnlySpan<byte> Tag { get; } = tag;

    public long Number { get; } = number;

    public long CommitMicroseconds { get; } = commitMicroseconds;

    public long TransactionLength { get; } = transactionLength;

    /// <summary>Reads type 33 or 34 after the common header, checksum cut off.</summary>
    public static GtidEvent Read(ref PacketReader reader)
    {
        reader.Skip(1);
        var source = GtidSource.Read(reader.ReadBytes(GtidSource.Size));
        var number = reader.ReadInt64();
        long micros = 0;
        long length = 0;
        if (reader.Remaining >= 17 && reader.ReadByte() == 2)
        {
            reader.Skip(16);
            if (reader.Remaining >= 7)
            {
                micros = (long)reader.ReadUInt56();
                if ((micros & (1L << 55)) != 0)
                {
                    micros = (long)reader.ReadUInt56();
                }

                length = reader.Remaining > 0 ? (long)Math.Min(reader.ReadLengthEncoded(), long.MaxValue) : 0;
            }
        }

        return new GtidEvent(source, default, number, micros, length);
    }

    /// <summary>Reads type 42 after the common header, checksum cut off.</summary>
    /// <exception cref="MySqlProtocolException">Another serialization version, or a field that must be known and is not.</exception>
    public static GtidEvent ReadTagged(ref PacketReader reader)
    {
        var version = ReadVarlen(ref reader);
        var size = ReadVarlen(ref reader);
        var lastNeeded = ReadVarlen(ref reader);
        if (version != 1 || size < (ulong)reader.Position || lastNeeded > LastKnownField)
        {
            throw MySqlProtocolException.Malformed("GTID_TAGGED_LOG_EVENT", reader.Position, $"serialization version {version}, size {size}, fields up to {lastNeeded} needed");
        }

        GtidSource source = default;
        ReadOnlySpan<byte> tag = default;
        long number = 0, immediate = 0, original = 0, length = 0;
        while (reader.Remaining > 0)
        {
            var field = ReadVarlen(ref reader);
            switch (field)
            {
                case 1:
                    source = ReadUuid(ref reader);
                    break;
                case 2:
                    number = ReadSignedVarlen(ref reader);
                    break;
                case 3:
                    tag = reader.ReadBytes(ReadTagLength(ref reader));
                    CheckTag(tag, reader.Position);
                    break;
                case 6:
                    immediate = (long)ReadVarlen(ref reader);
                    break;
                case 7:
                    original = (long)ReadVarlen(ref reader);
                    break;
                case 8:
                    length = (long)Math.Min(ReadVarlen(ref reader), long.MaxValue);
                    break;
                case <= LastKnownField:
                    ReadVarlen(ref reader);
                    break;
                default:
                    reader.Skip(reader.Remaining); // fields of later versions that may be ignored
                    break;
            }
        }

        return new GtidEvent(source, tag, number, original != 0 ? original : immediate, length);
    }

    private const ulong LastKnownField = 11;
    private static readonly SearchValues<byte> TagBytes = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789_"u8);

    private static GtidSource ReadUuid(ref PacketReader reader)
    {
        Span<byte> uuid = stackalloc byte[GtidSource.Size];
        for (var i = 0; i < uuid.Length; i++)
        {
            var part = ReadVarlen(ref reader);
            uuid[i] = part <= byte.MaxValue
                ? (byte)part
                : throw MySqlProtocolException.Malformed("GTID_TAGGED_LOG_EVENT", reader.Position, $"UUID byte {part}");
        }

        return GtidSource.Read(uuid);
    }

    private static int ReadTagLength(ref PacketReader reader)
    {
        var length = ReadVarlen(ref reader);
        return length <= 32 ? (int)length : throw MySqlProtocolException.Malformed("GTID_TAGGED_LOG_EVENT", reader.Position, $"tag of {length} characters");
    }

    private static void CheckTag(ReadOnlySpan<byte> tag, int position)
    {
        if (tag.IndexOfAnyExcept(TagBytes) >= 0)
        {
            throw MySqlProtocolException.Malformed("GTID_TAGGED_LOG_EVENT", position, "a tag with characters that are not allowed");
        }
    }

    private static long ReadSignedVarlen(ref PacketReader reader)
    {
        var value = ReadVarlen(ref reader);
        return (value & 1) == 0 ? (long)(value >> 1) : ~(long)(value >> 1);
    }

    private static ulong ReadVarlen(ref PacketReader reader)
    {
        var first = reader.ReadByte();
        var size = System.Numerics.BitOperations.TrailingZeroCount(~(uint)first) + 1;
        var value = size < 9 ? (ulong)first >> size : 0;
        for (var i = 1; i < size; i++)
        {
            var shift = size == 9 ? 8 * (i - 1) : (8 * i) - size;
            value |= (ulong)reader.ReadByte() << shift;
        }

        return value;
    }
}
