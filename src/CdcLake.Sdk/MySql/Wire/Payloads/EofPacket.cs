using CdcLake.MySql.Wire.Packets;

namespace CdcLake.MySql.Wire.Payloads;

// EOF (classic), at most 5 bytes:
//
//   offset  size  field
//   0       1     0xFE
//   1       2     warnings
//   3       2     status flags
//
// Source: MySQL source documentation, "EOF_Packet". With DEPRECATE_EOF rows end with an OK whose first byte is 0xFE.

/// <summary>The end of column definitions, of rows, or of a dump that does not wait.</summary>
internal static class EofPacket
{
    public const byte Marker = 0xFE;

    private const int MaxClassicLength = 9;
    private const int MaxOkLength = 0xFFFFFF;

    /// <summary>
    /// True for an end marker. The length decides: a text row whose first value has 16 MiB or more also begins with 0xFE.
    /// </summary>
    public static bool Is(ReadOnlySpan<byte> payload, bool deprecateEof) =>
        payload.Length > 0 && payload[0] == Marker && payload.Length < (deprecateEof ? MaxOkLength : MaxClassicLength);

    /// <summary>Status flags of an end marker of either form.</summary>
    public static ServerStatus ReadStatus(ReadOnlySpan<byte> payload, bool deprecateEof)
    {
        if (deprecateEof)
        {
            return OkPacket.Read(payload).Status;
        }

        var reader = new PacketReader(payload);
        reader.Skip(3);
        return (ServerStatus)reader.ReadUInt16();
    }
}
