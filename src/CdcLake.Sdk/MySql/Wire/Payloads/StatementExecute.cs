using CdcLake.MySql.Wire.Packets;

namespace CdcLake.MySql.Wire.Payloads;

// COM_STMT_EXECUTE:
//
//   size        field
//   1           0x17
//   4           statement id
//   1           cursor type, 0 = none
//   4           iterations, 1
//   -- with parameters:
//   (n+7)/8     null bitmap, bit 0 first
//   1           1 = types follow
//   2 each      wire type, and 0x80 in the second byte for unsigned
//   each        value: 8 bytes, or lenenc bytes; nothing for NULL
//
// Source: MySQL source documentation, "COM_STMT_EXECUTE".

/// <summary>Writes the execution of a prepared statement.</summary>
internal static class StatementExecute
{
    private const byte TypeNull = 6; // MYSQL_TYPE_NULL
    private const byte TypeLongLong = 8; // MYSQL_TYPE_LONGLONG
    private const byte TypeBlob = 252; // MYSQL_TYPE_BLOB
    private const byte TypeVarString = 253; // MYSQL_TYPE_VAR_STRING
    private const byte Unsigned = 0x80;

    public static void Write(PacketWriter writer, uint statementId, ReadOnlySpan<StatementParameter> parameters)
    {
        writer.WriteByte((byte)Command.StatementExecute);
        writer.WriteUInt32(statementId);
        writer.WriteByte(0);
        writer.WriteUInt32(1);
        if (parameters.Length == 0)
        {
            return;
        }

        var nulls = writer.WriteZeros((parameters.Length + 7) / 8);
        for (var i = 0; i < parameters.Length; i++)
        {
            if (parameters[i].Kind == ParameterKind.Null)
            {
                nulls[i / 8] |= (byte)(1 << (i % 8));
            }
        }

        writer.WriteByte(1);
        foreach (var parameter in parameters)
        {
            writer.WriteByte(parameter.Kind switch
            {
                ParameterKind.Null => TypeNull,
                ParameterKind.Int64 or ParameterKind.UInt64 => TypeLongLong,
                ParameterKind.Bytes => TypeBlob,
                _ => TypeVarString,
            });
            writer.WriteByte(parameter.Kind == ParameterKind.UInt64 ? Unsigned : (byte)0);
        }

        foreach (var parameter in parameters)
        {
            if (parameter.Kind is ParameterKind.Int64 or ParameterKind.UInt64)
            {
                writer.WriteUInt64(unchecked((ulong)parameter.Integer));
            }
            else if (parameter.Kind != ParameterKind.Null)
            {
                writer.WriteLengthEncodedBytes(parameter.Bytes.Span);
            }
        }
    }
}
