using CdcLake.MySql.Tables;
using CdcLake.MySql.Wire.Packets;

namespace CdcLake.MySql.Binlog.Events;

// Type metadata in TABLE_MAP_EVENT:
//
//   types                                 bytes
//   FLOAT, DOUBLE                         1    width of the value
//   VARCHAR, VAR_STRING                   2    most bytes
//   STRING, ENUM, SET                     2    b0 = real type XOR bits 8 and 9 of the length, shifted to bits 4 and 5; b1 = length, low 8 bits
//   BIT                                   2    bits modulo 8, whole bytes
//   NEWDECIMAL                            2    precision, scale
//   BLOB, JSON, GEOMETRY, VECTOR          1    bytes of the length prefix
//   TIME2, DATETIME2, TIMESTAMP2          1    fractional digits
//   VARCHAR, BLOB of MariaDB, compressed  as without compression
//   TYPED_ARRAY                           1+   element type, then its metadata (VARCHAR: 3 bytes)
//   all others                            0
//
// Source: MySQL source, libs/mysql/binlog/event/rows_event.h (Table_map_event, m_field_metadata).

/// <summary>Type codes and type metadata of TABLE_MAP_EVENT.</summary>
internal static class TableMapTypes
{
    /// <summary>One column with type, length and scale; the rest is filled in by the caller.</summary>
    /// <exception cref="MySqlProtocolException">A type or metadata that no table has.</exception>
    public static MySqlColumn Read(MySqlTypeCode type, ref PacketReader metadata)
    {
        var column = new MySqlColumn("", type, 0, 0, false, "", [], false, 0);
        switch (type)
        {
            case MySqlTypeCode.Tiny or MySqlTypeCode.Short or MySqlTypeCode.Int24 or MySqlTypeCode.Long or MySqlTypeCode.LongLong:
            case MySqlTypeCode.Year or MySqlTypeCode.Date or MySqlTypeCode.OldTime or MySqlTypeCode.OldDateTime or MySqlTypeCode.OldTimestamp:
                return column;
            case MySqlTypeCode.Float or MySqlTypeCode.Double:
                metadata.Skip(1);
                return column;
            case MySqlTypeCode.VarChar or MySqlTypeCode.VarString:
                return column with { Length = metadata.ReadUInt16() };
            case MySqlTypeCode.CompressedVarChar:
                return column with { Type = MySqlTypeCode.VarChar, Length = metadata.ReadUInt16(), IsCompressed = true };
            case MySqlTypeCode.String or MySqlTypeCode.Enum or MySqlTypeCode.Set:
                return ReadString(column, metadata.ReadByte(), metadata.ReadByte());
            case MySqlTypeCode.Bit:
                var bits = metadata.ReadByte() + (8 * metadata.ReadByte());
                return Check(column with { Length = bits }, bits is > 0 and <= 64);
            case MySqlTypeCode.NewDecimal:
                var (precision, scale) = (metadata.ReadByte(), metadata.ReadByte());
                return Check(column with { Length = precision, Scale = scale }, precision is > 0 and <= 65 && scale <= 30 && scale <= precision);
            case MySqlTypeCode.Blob or MySqlTypeCode.Json or MySqlTypeCode.Geometry or MySqlTypeCode.Vector:
                var prefix = metadata.ReadByte();
                return Check(column with { Length = prefix }, prefix is >= 1 and <= 4);
            case MySqlTypeCode.CompressedBlob:
                var packedPrefix = metadata.ReadByte();
                return Check(column with { Type = MySqlTypeCode.Blob, Length = packedPrefix, IsCompressed = true }, packedPrefix is >= 1 and <= 4);
            case MySqlTypeCode.Time2 or MySqlTypeCode.DateTime2 or MySqlTypeCode.Timestamp2:
                var fraction = metadata.ReadByte();
                return Check(column with { Scale = fraction }, fraction <= 6);
            case MySqlTypeCode.TypedArray:
                var element = (MySqlTypeCode)metadata.ReadByte();
                metadata.Skip(element is MySqlTypeCode.VarChar ? 3 : 0);
                return element is MySqlTypeCode.VarChar or MySqlTypeCode.TypedArray
                    ? Check(column with { Length = 4 }, element != MySqlTypeCode.TypedArray)
                    : Read(element, ref metadata) with { Type = MySqlTypeCode.TypedArray, Length = 4, Scale = 0 };
            default:
                throw MySqlProtocolException.Malformed("TABLE_MAP_EVENT", metadata.Position, $"column type {(int)type} is not one a table can have");
        }
    }

    private static MySqlColumn ReadString(MySqlColumn column, int b0, int b1)
    {
        var type = (MySqlTypeCode)(b0 | 0x30);
        var length = b1 | (((b0 & 0x30) ^ 0x30) << 4);
        return type switch
        {
            MySqlTypeCode.Enum => Check(column with { Type = type, Length = length }, length is 1 or 2),
            MySqlTypeCode.Set => Check(column with { Type = type, Length = length }, length is 1 or 2 or 3 or 4 or 8),
            MySqlTypeCode.String => column with { Type = type, Length = length },
            _ => Check(column with { Type = type }, false),
        };
    }

    private static MySqlColumn Check(MySqlColumn column, bool valid) => valid
        ? column
        : throw MySqlProtocolException.Malformed("TABLE_MAP_EVENT", 0, $"metadata of a column of type {(int)column.Type}: length {column.Length}, scale {column.Scale}");
}
