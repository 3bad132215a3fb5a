using CdcLake.MySql.Wire.Packets;

namespace CdcLake.MySql.Binlog.Events;

// TRANSACTION_PAYLOAD_EVENT (type 40): records of (type, length, value), all lenenc, ended by type 0; the rest is the payload.
//
//   type 1  bytes of the payload
//   type 2  compression: 0 zstd, 255 none
//   type 3  bytes of the payload when decompressed
//
// Decompressed it is whole events without checksums and with position 0, from BEGIN to the end of the transaction.
// Source: MySQL source, libs/mysql/binlog/event/compression/payload_event_buffer_istream.h and codecs/binary.cpp.

/// <summary>All events of one transaction behind its GTID, compressed.</summary>
/// <param name="payload">The compressed bytes.</param>
/// <param name="isCompressed">False when they are stored as they are.</param>
/// <param name="uncompressedSize">Bytes after decompression; −1 when the event does not tell.</param>
internal readonly ref struct TransactionPayloadEvent(ReadOnlySpan<byte> payload, bool isCompressed, long uncompressedSize)
{
    private const ulong Zstd = 0;
    private const ulong None = 255;

    public ReadOnlySpan<byte> Payload { get; } = payload;

    public bool IsCompressed { get; } = isCompressed;

    public long UncompressedSize { get; } = uncompressedSize;

    /// <summary>Reads the event after its common header; the checksum is already cut off.</summary>
    /// <exception cref="MySqlProtocolException">Another compression, or sizes that contradict each other.</exception>
    public static TransactionPayloadEvent Read(ref PacketReader reader)
    {
        var (size, compression, uncompressed) = (-1L, Zstd, -1L);
        while (reader.ReadLengthEncoded() is var type and not 0)
        {
            var value = new PacketReader(reader.ReadLengthEncodedBytes());
            switch (type)
            {
                case 1:
                    size = (long)Math.Min(value.ReadLengthEncoded(), long.MaxValue);
                    break;
                case 2:
                    compression = value.ReadLengthEncoded();
                    break;
                case 3:
                    uncompressed = (long)Math.Min(value.ReadLengthEncoded(), long.MaxValue);
                    break;
                default:
                    break; // records of later versions
            }
        }

        var at = reader.Position;
        var payload = reader.ReadRest();
        return compression is Zstd or None && (size < 0 || size == payload.Length)
            ? new TransactionPayloadEvent(payload, compression == Zstd, uncompressed)
            : throw MySqlProtocolException.Malformed("TRANSACTION_PAYLOAD_EVENT", at, $"compression {compression}, {payload.Length} bytes where {size} are announced");
    }
}
