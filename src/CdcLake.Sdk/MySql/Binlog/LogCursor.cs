using System.Buffers.Binary;
using System.Globalization;
using System.IO.Hashing;
using CdcLake.MySql.Binlog.Events;
using CdcLake.MySql.Wire.Packets;

namespace CdcLake.MySql.Binlog;

/// <summary>
/// Frames the events of one stream after the other, and knows where each lies: the file, offsets beyond 4 GiB, whether events end with a checksum (then
/// verified here), and how wide table ids are. Knows nothing of transactions.
/// </summary>
internal sealed class LogCursor
{
    private const int ChecksumLength = 4;
    private const long FirstEventPosition = 4;

    private bool _isFile;

    /// <summary>The file, or the server's name until its first ROTATE event tells the file.</summary>
    public string Origin { get; private set; } = "";

    /// <summary>Offset behind the last event in <see cref="Origin"/>.</summary>
    public long Offset { get; private set; }

    /// <summary>Offset of the last event.</summary>
    public long EventOffset { get; private set; }

    /// <summary>True when the events that follow end with a CRC-32.</summary>
    public bool HasChecksum { get; private set; }

    /// <summary>True when MariaDB wrote the events that follow.</summary>
    public bool IsMariaDb { get; private set; }

    /// <summary>True for a file, which is read from its beginning; false for a stream, which a server begins where it was asked to.</summary>
    public bool IsFile => _isFile;

    /// <summary>Bytes of a table id.</summary>
    public int TableIdSize { get; private set; } = 6;

    /// <summary>Grows with every stream and every event format: table ids mean nothing outside the one they were seen in.</summary>
    public long Stream { get; private set; }

    /// <summary>Where the last event lies, for messages.</summary>
    public string Where => string.Create(CultureInfo.InvariantCulture, $"{Origin} at {EventOffset}");

    /// <param name="origin">The server's name, until its first ROTATE event tells the file.</param>
    /// <param name="checksum">True when events before the first FORMAT_DESCRIPTION (the artificial ROTATE of a dump) end with a CRC-32.</param>
    public void BeginStream(string origin, bool checksum)
    {
        (Origin, _isFile, HasChecksum, Offset, EventOffset) = (origin, false, checksum, 0, 0);
        Stream++;
    }

    /// <param name="file">Name for positions and messages; the first event is the one behind the four magic bytes.</param>
    public void BeginFile(string file)
    {
        (Origin, _isFile, HasChecksum, Offset, EventOffset) = (file, true, false, FirstEventPosition, FirstEventPosition);
        Stream++;
    }

    /// <summary>Checks a whole event and moves behind it.</summary>
    /// <exception cref="MySqlProtocolException">Its size, its place or its checksum is wrong.</exception>
    public LogEvent Read(ReadOnlySpan<byte> bytes)
    {
        EventOffset = Offset;
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
            ReadFormat(bytes, header);
            Advance(header);
            return new LogEvent(header, bytes[EventHeader.Length..]);
        }

        var body = bytes[EventHeader.Length..];
        if (HasChecksum)
        {
            VerifyChecksum(bytes);
            body = body[..^ChecksumLength];
        }

        Advance(header);
        return new LogEvent(header, body);
    }

    /// <summary>The log goes on in another file; a file that is read says so itself, by its name.</summary>
    public void Follow(RotateEvent rotate)
    {
        if (!_isFile)
        {
            (Origin, Offset) = (rotate.NextFile, rotate.NextPosition);
        }
    }

    private void ReadFormat(ReadOnlySpan<byte> bytes, EventHeader header)
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

        (HasChecksum, TableIdSize, IsMariaDb) = (format.HasChecksum, format.TableIdSize, format.IsMariaDb);
        Stream++;
    }

    private static void VerifyChecksum(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < EventHeader.Length + ChecksumLength)
        {
            throw MySqlProtocolException.Malformed("Event", bytes.Length, "no room for its checksum");
        }

        var stored = BinaryPrimitives.ReadUInt32LittleEndian(bytes[^ChecksumLength..]);
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
            Offset += header.Size;
            if (header.NextPosition != 0 && header.NextPosition != (uint)Offset)
            {
                throw MySqlProtocolException.Malformed("Event", 13, $"it says that it ends at {header.NextPosition}, but it ends at {Offset}: bytes before it are missing or doubled");
            }
        }
        else if (header.NextPosition != 0 && (header.Flags & EventHeader.Artificial) == 0)
        {
            // Only the low 32 bits are sent; positions grow within a file.
            var next = (Offset & ~0xFFFF_FFFFL) | header.NextPosition;
            Offset = next < Offset ? next + (1L << 32) : next;
            EventOffset = Offset - header.Size;
        }
    }
}
