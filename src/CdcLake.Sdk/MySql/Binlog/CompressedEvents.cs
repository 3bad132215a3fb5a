using CdcLake.MySql.Binlog.Events;
using CdcLake.MySql.Wire.Packets;

namespace CdcLake.MySql.Binlog;

// Compressed rows events (types 166-168 of version 1, 169-171 of version 2) and QUERY_COMPRESSED_EVENT (165) are as those without compression, but that the row images, or the statement, are
// one compressed record.

/// <summary>Makes plain events of those that MariaDB compressed (<c>log_bin_compress</c>). Not thread-safe.</summary>
internal sealed class CompressedEvents
{
    private readonly CompressedRecord _record = new();

    /// <summary>Type of the event without compression.</summary>
    public static EventType PlainTypeOf(EventType type) => type < EventType.WriteRowsCompressed
        ? EventType.WriteRowsV1 + (type - EventType.WriteRowsCompressedV1)
        : EventType.WriteRows + (type - EventType.WriteRowsCompressed);

    /// <summary>The body of a rows event without compression; valid until the next call.</summary>
    /// <exception cref="MySqlProtocolException">It is damaged.</exception>
    public ReadOnlySpan<byte> InflateRows(EventType type, ReadOnlySpan<byte> body, int tableIdSize)
    {
        if (body.Length < tableIdSize + 2)
        {
            throw MySqlProtocolException.Malformed("Rows event", 0, $"{body.Length} bytes");
        }

        var images = tableIdSize + 2 + RowsEvent.HeadLength(PlainTypeOf(type), body[(tableIdSize + 2)..]);
        return images == body.Length ? body : _record.Inflate(body[..images], body[images..]);
    }

    /// <summary>The body of a QUERY event without compression; valid until the next call.</summary>
    /// <exception cref="MySqlProtocolException">It is damaged.</exception>
    public ReadOnlySpan<byte> InflateQuery(ReadOnlySpan<byte> body)
    {
        var reader = new PacketReader(body);
        var statement = QueryEvent.Read(ref reader).Statement;
        return _record.Inflate(body[..^statement.Length], statement);
    }
}
