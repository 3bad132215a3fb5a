using CdcLake.MySql.Wire.Packets;

namespace CdcLake.MySql.Wire.Payloads;

// COM_BINLOG_DUMP_GTID:
//
//   size  field
//   1     0x1E
//   2     flags
//   4     server id of the client
//   4     length of the file name
//   n     file name; empty: the server finds the file by the set
//   8     position in the file, 4
//   4     length of the set
//   m     encoded GTID set; the server sends every transaction that is not in it
//
// Source: MySQL source documentation, "COM_BINLOG_DUMP_GTID".

/// <summary>Writes the request for all transactions outside a set.</summary>
internal static class BinlogDumpGtid
{
    private const ulong FirstEventPosition = 4; // a binlog file starts with four magic bytes

    public static void Write(PacketWriter writer, DumpFlags flags, uint serverId, ReadOnlySpan<byte> encodedSet)
    {
        writer.WriteByte((byte)Command.BinlogDumpGtid);
        writer.WriteUInt16((ushort)flags);
        writer.WriteUInt32(serverId);
        writer.WriteUInt32(0);
        writer.WriteUInt64(FirstEventPosition);
        writer.WriteUInt32((uint)encodedSet.Length);
        writer.WriteBytes(encodedSet);
    }
}

/// <summary>How a dump behaves.</summary>
[Flags]
internal enum DumpFlags : ushort
{
    None = 0,

    /// <summary>End the stream at the end of the log instead of waiting. BINLOG_DUMP_NON_BLOCK.</summary>
    NonBlock = 0x01,

    /// <summary>Heartbeats carry 64-bit positions (MySQL 8.0.26 and later). USE_HEARTBEAT_EVENT_V2.</summary>
    HeartbeatV2 = 0x02,
}
