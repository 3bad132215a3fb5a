using CdcLake.MySql.Wire.Packets;

namespace CdcLake.MySql.Binlog.Events;

// ROTATE_EVENT (type 4):
//
//   offset  size  field
//   0       8     position of the first event in the next file
//   8       rest  name of the next file, no terminator
//
// A server also sends an artificial one (timestamp 0) at the start of every dump.
// Source: MySQL source documentation, binlog event "Rotate_event".

/// <summary>The log continues in another file.</summary>
/// <param name="NextFile">File name such as <c>binlog.000042</c>; ASCII, never empty.</param>
/// <param name="NextPosition">Byte position in that file; 4 or more.</param>
internal readonly record struct RotateEvent(string NextFile, long NextPosition)
{
    private const long FirstEventPosition = 4; // a binlog file starts with four magic bytes

    /// <summary>Reads the event after its common header; the checksum is already cut off.</summary>
    /// <exception cref="MySqlProtocolException">The name is empty or the position lies inside the magic bytes.</exception>
    public static RotateEvent Read(ref PacketReader reader)
    {
        var position = reader.ReadInt64();
        var file = reader.ReadRestAsAscii();
        if (position < FirstEventPosition || file.Length == 0)
        {
            throw MySqlProtocolException.Malformed("ROTATE_EVENT", reader.Position, $"position {position}, file \"{file}\"");
        }

        return new RotateEvent(file, position);
    }
}
