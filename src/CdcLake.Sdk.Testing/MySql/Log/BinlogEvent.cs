using System.Buffers.Binary;
using System.IO.Hashing;
using System.Text;
using CdcLake.MySql.Binlog.Events;

namespace CdcLake.Testing.MySql.Log;

// Common header: timestamp (4), type (1), server id (4), size of the event (4), position of the next one (4), flags (2); then the body, and perhaps a CRC-32 of all before it.

/// <summary>Bytes of one event.</summary>
internal static class BinlogEvent
{
    /// <summary>Where the first event of a file begins, behind the magic bytes.</summary>
    public const int First = 4;

    private const int HeaderLength = 19;
    private const int ChecksumLength = 4;

    /// <summary>Common header, body, checksum.</summary>
    public static byte[] Of(byte type, ReadOnlySpan<byte> body, uint timestamp, ushort flags, uint nextPosition, bool checksum)
    {
        var bytes = new byte[Size(body.Length, checksum)];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, timestamp);
        bytes[4] = type;
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(5), 1);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(9), (uint)bytes.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(13), nextPosition);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(17), flags);
        body.CopyTo(bytes.AsSpan(HeaderLength));
        if (checksum)
        {
            Seal(bytes);
        }

        return bytes;
    }

    /// <summary>Length of an event with a body of so many bytes.</summary>
    public static int Size(int body, bool checksum) => HeaderLength + body + (checksum ? ChecksumLength : 0);

    /// <summary>What a dump says before the events of a file: its name. Stands in no file.</summary>
    public static byte[] ArtificialRotate(string file) => Of((byte)EventType.Rotate, RotateBody(file), 0, EventHeader.Artificial, 0, checksum: true);

    /// <summary>What a dump says when nothing comes: the name of the file, and in the header the position to which it was read. Stands in no file.</summary>
    public static byte[] Heartbeat(string file, int at) => Of((byte)EventType.Heartbeat, Encoding.ASCII.GetBytes(file), 0, 0, (uint)at, checksum: true);

    /// <summary>Body of an event that leads to a file.</summary>
    public static byte[] RotateBody(string file) => [First, 0, 0, 0, 0, 0, 0, 0, .. Encoding.ASCII.GetBytes(file)];

    /// <summary>Computes the checksum at the end of a whole event.</summary>
    public static void Seal(Span<byte> wholeEvent) => BinaryPrimitives.WriteUInt32LittleEndian(wholeEvent[^ChecksumLength..], Crc32.HashToUInt32(wholeEvent[..^ChecksumLength]));

    /// <summary>Type of the event that begins here.</summary>
    public static EventType TypeOf(ReadOnlySpan<byte> bytes) => (EventType)bytes[4];

    /// <summary>Length of the event that begins here.</summary>
    public static int SizeOf(ReadOnlySpan<byte> bytes) => BinaryPrimitives.ReadInt32LittleEndian(bytes[9..]);
}
