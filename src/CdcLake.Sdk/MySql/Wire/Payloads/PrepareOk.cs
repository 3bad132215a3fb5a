using CdcLake.MySql.Wire.Packets;

namespace CdcLake.MySql.Wire.Payloads;

// COM_STMT_PREPARE_OK:
//
//   offset  size  field
//   0       1     0x00
//   1       4     statement id
//   5       2     columns
//   7       2     parameters
//   9       1     0
//   10      2     warnings
//
// Definitions of parameters, then of columns follow, each list ended by EOF unless DEPRECATE_EOF was agreed.
// Source: MySQL source documentation, "COM_STMT_PREPARE".

/// <summary>A statement was prepared.</summary>
internal readonly record struct PrepareOk(uint StatementId, int Columns, int Parameters)
{
    public static PrepareOk Read(ReadOnlySpan<byte> payload)
    {
        var reader = new PacketReader(payload);
        var first = reader.ReadByte();
        if (first != OkPacket.Marker)
        {
            throw MySqlProtocolException.Malformed("COM_STMT_PREPARE reply", 0, $"first byte 0x{first:X2}");
        }

        return new PrepareOk(reader.ReadUInt32(), reader.ReadUInt16(), reader.ReadUInt16());
    }
}
