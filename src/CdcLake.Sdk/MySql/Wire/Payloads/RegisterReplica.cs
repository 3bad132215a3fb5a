using CdcLake.MySql.Wire.Packets;

namespace CdcLake.MySql.Wire.Payloads;

// COM_REGISTER_SLAVE:
//
//   size    field
//   1       0x15
//   4       server id of the client
//   1 + n   host shown by SHOW REPLICAS
//   1 + n   user, empty
//   1 + n   password, empty: the real one must never stand here
//   2       port
//   4       rank, 0
//   4       source id, 0
//
// Source: MySQL source documentation, "COM_REGISTER_SLAVE".

/// <summary>Writes the announcement that makes a reader visible to the server's administrators; nothing depends on it.</summary>
internal static class RegisterReplica
{
    public static void Write(PacketWriter writer, uint serverId, string host)
    {
        writer.WriteByte((byte)Command.RegisterReplica);
        writer.WriteUInt32(serverId);
        writer.WriteShortText(host);
        writer.WriteShortText("");
        writer.WriteShortText("");
        writer.WriteUInt16(0);
        writer.WriteUInt32(0);
        writer.WriteUInt32(0);
    }
}
