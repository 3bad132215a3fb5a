using System.Text;
using CdcLake.MySql.Wire.Packets;

namespace CdcLake.MySql.Binlog.Events;

// FORMAT_DESCRIPTION_EVENT (type 15):
//
//   offset  size  field
//   0       2     binlog version, 4
//   2       50    server version, zero padded
//   52      4     creation time, 0 when resent in the middle of a file
//   56      1     length of the common header, 19
//   57      n     post-header length of every event type from 1
//   57+n    1     checksum algorithm: 0 none, 1 CRC-32
//   58+n    4     checksum of this event, present also with algorithm 0
//
// Source: MySQL source documentation, binlog event "Format_description_event".

/// <summary>How the events that follow are laid out.</summary>
/// <param name="ServerVersion">Text such as <c>9.7.4</c>.</param>
/// <param name="HasChecksum">True when every event ends with a CRC-32.</param>
/// <param name="TableIdSize">Bytes of the table id in TABLE_MAP and rows events: 4 or 6.</param>
internal readonly record struct FormatDescriptionEvent(string ServerVersion, bool HasChecksum, int TableIdSize)
{
    /// <summary>True for MariaDB, which describes tables a little differently.</summary>
    public bool IsMariaDb => ServerVersion.Contains("MariaDB", StringComparison.OrdinalIgnoreCase);

    private const int ChecksumTail = 5;
    private const int TableMapIndex = (int)EventType.TableMap - 1;

    /// <summary>Reads the event after its common header, checksum algorithm and checksum included.</summary>
    /// <exception cref="MySqlProtocolException">Too short, another binlog version, or an unknown checksum algorithm.</exception>
    public static FormatDescriptionEvent Read(ref PacketReader reader)
    {
        var version = reader.ReadUInt16();
        var server = reader.ReadBytes(50);
        reader.Skip(4);
        var headerLength = reader.ReadByte();
        if (version != 4 || headerLength != EventHeader.Length)
        {
            throw MySqlProtocolException.Malformed("FORMAT_DESCRIPTION_EVENT", 0, $"binlog version {version} with headers of {headerLength} bytes; only version 4 of MySQL 5.0 and later can be read");
        }

        if (reader.Remaining < ChecksumTail + TableMapIndex)
        {
            throw MySqlProtocolException.Malformed("FORMAT_DESCRIPTION_EVENT", reader.Position, $"{reader.Remaining} bytes left for the post-header lengths");
        }

        var lengths = reader.ReadBytes(reader.Remaining - ChecksumTail);
        var algorithm = reader.ReadByte();
        if (algorithm > 1)
        {
            throw MySqlProtocolException.Malformed("FORMAT_DESCRIPTION_EVENT", reader.Position - 1, $"checksum algorithm {algorithm}; known are 0 (none) and 1 (CRC-32)");
        }

        var end = server.IndexOf((byte)0);
        return new FormatDescriptionEvent(
            Encoding.ASCII.GetString(end < 0 ? server : server[..end]),
            algorithm == 1,
            lengths.Length > TableMapIndex && lengths[TableMapIndex] == 6 ? 4 : 6);
    }
}
