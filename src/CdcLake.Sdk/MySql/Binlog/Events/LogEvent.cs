namespace CdcLake.MySql.Binlog.Events;

/// <summary>One framed event: its header, and what lies between header and checksum. Points into the buffer it was read from.</summary>
internal readonly ref struct LogEvent(EventHeader header, ReadOnlySpan<byte> body)
{
    public EventHeader Header { get; } = header;

    /// <summary>Without header and checksum.</summary>
    public ReadOnlySpan<byte> Body { get; } = body;

    public EventType Type => Header.Type;

    /// <summary>An event inside a compressed transaction: it has no checksum and no place in the file.</summary>
    /// <param name="bytes">The whole event.</param>
    /// <exception cref="MySqlProtocolException">Its size is not that of its header.</exception>
    public static LogEvent ReadInner(ReadOnlySpan<byte> bytes)
    {
        var header = EventHeader.Read(bytes);
        return header.Size == bytes.Length
            ? new LogEvent(header, bytes[EventHeader.Length..])
            : throw MySqlProtocolException.Malformed("Event", 9, $"size {header.Size}, but it has {bytes.Length} bytes");
    }
}
