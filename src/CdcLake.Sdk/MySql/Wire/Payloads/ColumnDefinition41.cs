using System.Text;
using CdcLake.MySql.Wire.Packets;

namespace CdcLake.MySql.Wire.Payloads;

// ColumnDefinition41:
//
//   size    field
//   lenenc  catalog, "def"
//   lenenc  schema
//   lenenc  table alias
//   lenenc  table
//   lenenc  column alias
//   lenenc  column
//   lenenc  0x0C, the length of what follows
//   2       collation id; 63 = binary
//   4       display length
//   1       wire type
//   2       flags
//   1       decimals
//   2       zero
//
// Source: MySQL source documentation, "Protocol::ColumnDefinition41".

/// <summary>One column of a result set.</summary>
/// <param name="Name">The alias given in the statement.</param>
/// <param name="Type">Wire type code as in binary log table maps, though values lie differently.</param>
/// <param name="Flags">Bit flags: 0x20 unsigned, 0x100 enum, 0x800 set, 0x80 binary.</param>
/// <param name="Collation">Collation id; 63 means bytes.</param>
/// <param name="Length">Display length in bytes.</param>
/// <param name="Decimals">Digits behind the point.</param>
internal sealed record ColumnDefinition41(string Name, byte Type, ushort Flags, ushort Collation, uint Length, byte Decimals)
{
    private const ushort UnsignedFlag = 0x20;

    public bool IsUnsigned => (Flags & UnsignedFlag) != 0;

    public static ColumnDefinition41 Read(ReadOnlySpan<byte> payload)
    {
        var reader = new PacketReader(payload);
        for (var i = 0; i < 4; i++)
        {
            reader.ReadLengthEncodedBytes();
        }

        var name = Encoding.UTF8.GetString(reader.ReadLengthEncodedBytes());
        reader.ReadLengthEncodedBytes();
        reader.ReadLengthEncoded();
        var collation = reader.ReadUInt16();
        var length = reader.ReadUInt32();
        return new ColumnDefinition41(name, reader.ReadByte(), reader.ReadUInt16(), collation, length, reader.ReadByte());
    }
}
