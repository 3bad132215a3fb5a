using CdcLake.MySql.Wire.Packets;

namespace CdcLake.MySql.Wire.Payloads;

// OK:
//
//   offset  size    field
//   0       1       0x00, or 0xFE as the end of rows when DEPRECATE_EOF was agreed
//   1       lenenc  affected rows
//           lenenc  last insert id
//           2       status flags
//           2       warnings
//           rest    info
//
// Source: MySQL source documentation, "OK_Packet" (protocol 4.1, no session tracking).

/// <summary>A command succeeded.</summary>
/// <param name="AffectedRows">Rows changed by the statement.</param>
/// <param name="Status">Server status flags.</param>
internal readonly record struct OkPacket(ulong AffectedRows, ServerStatus Status)
{
    /// <summary>First byte of a plain OK.</summary>
    public const byte Marker = 0x00;

    public static OkPacket Read(ReadOnlySpan<byte> payload)
    {
        var reader = new PacketReader(payload);
        var first = reader.ReadByte();
        if (first is not (Marker or EofPacket.Marker))
        {
            throw MySqlProtocolException.Malformed("OK packet", 0, $"first byte 0x{first:X2}");
        }

        var affected = reader.ReadLengthEncoded();
        reader.ReadLengthEncoded();
        return new OkPacket(affected, (ServerStatus)reader.ReadUInt16());
    }
}
