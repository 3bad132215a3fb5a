using CdcLake.MySql.Wire.Packets;

namespace CdcLake.MySql.Wire.Payloads;

// COM_BINLOG_DUMP:
//
//   size  field
//   1     0x12
//   4     position of the first event, 4 or more
//   2     flags
//   4     server id of the client
//   rest  file name; empty: the oldest file
//
// Source: MySQL source documentation, "COM_BINLOG_DUMP".

/// <summary>Writes the request for the log from a file position on; positions above 4 GiB cannot be asked for this way.</summary>
internal static class BinlogDump
{
    public static void Write(PacketWriter writer, DumpFlags flags, uint serverId, string file, uint position)
    {
        writer.WriteByte((byte)Command.BinlogDump);
        writer.WriteUInt32(position);
        writer.WriteUInt16((ushort)flags);
        writer.WriteUInt32(serverId);
        writer.WriteText(file);
    }
}
