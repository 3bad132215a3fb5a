using CdcLake.Columnar;

namespace CdcLake.Parquet.Format;

// SchemaElement 6 converted_type (legacy), 7 scale, 8 precision, 9 field_id, 10 logicalType:
//
//   column type          converted  logicalType (union field)
//   DECIMAL(p, s)        5          5 { 1 scale, 2 precision }
//   DATE                 6          6 {}
//   DATETIME             10         8 { 1 isAdjustedToUTC = false, 2 unit { 2 MICROS {} } }
//   TIMESTAMP            10         8 { 1 isAdjustedToUTC = true,  2 unit { 2 MICROS {} } }
//   text                 0          1 {}
//   variant (a group)    none       16 { 1 specification_version i8 }
//   all others           none: integers, also narrow, unsigned and TIME ones, are plain INT32 and INT64
//
// Source: parquet-format/LogicalTypes.md; readers of Iceberg tables refuse annotations of narrow or unsigned integers.

/// <summary>Writes what a column means beyond its physical type.</summary>
internal static class LogicalTypes
{
    private const int ConvertedUtf8 = 0;
    private const int ConvertedDecimal = 5;
    private const int ConvertedDate = 6;
    private const int ConvertedTimestampMicros = 10;

    public const int String = 1;
    public const int Map = 2;
    public const int List = 3;
    public const int Enum = 4;
    public const int Decimal = 5;
    public const int Date = 6;
    public const int Time = 7;
    public const int Timestamp = 8;
    public const int Integer = 10;
    public const int Json = 12;
    public const int Uuid = 14;
    public const int Variant = 16;

    /// <summary>Writes fields 6 to 10 of a SchemaElement; columns inside variants have no id.</summary>
    public static void Write(CompactWriter writer, DataType type, int? fieldId)
    {
        switch (type.Kind)
        {
            case TypeKind.Decimal:
                WriteDecimal(writer, type.Precision, type.Scale, fieldId);
                break;
            case TypeKind.UInt64:
                WriteDecimal(writer, PhysicalTypes.UInt64Precision, 0, fieldId);
                break;
            case TypeKind.Date:
                WriteEmpty(writer, ConvertedDate, Date, fieldId);
                break;
            case TypeKind.String:
                WriteEmpty(writer, ConvertedUtf8, String, fieldId);
                break;
            case TypeKind.DateTime or TypeKind.Timestamp:
                WriteTimestamp(writer, type.Kind == TypeKind.Timestamp, fieldId);
                break;
            default:
                WriteId(writer, fieldId);
                break;
        }
    }

    /// <summary>Writes fields 9 and 10 of the SchemaElement of a variant.</summary>
    public static void WriteVariant(CompactWriter writer, int fieldId)
    {
        writer.WriteI32(9, fieldId);
        writer.BeginStruct(10);
        writer.BeginStruct(Variant);
        writer.WriteI8(1, 1);
        writer.EndStruct();
        writer.EndStruct();
    }

    private static void WriteId(CompactWriter writer, int? fieldId)
    {
        if (fieldId is { } id)
        {
            writer.WriteI32(9, id);
        }
    }

    private static void WriteDecimal(CompactWriter writer, int precision, int scale, int? fieldId)
    {
        writer.WriteI32(6, ConvertedDecimal);
        writer.WriteI32(7, scale);
        writer.WriteI32(8, precision);
        WriteId(writer, fieldId);
        writer.BeginStruct(10);
        writer.BeginStruct(Decimal);
        writer.WriteI32(1, scale);
        writer.WriteI32(2, precision);
        writer.EndStruct();
        writer.EndStruct();
    }

    private static void WriteEmpty(CompactWriter writer, int converted, int logical, int? fieldId)
    {
        writer.WriteI32(6, converted);
        WriteId(writer, fieldId);
        writer.BeginStruct(10);
        writer.BeginStruct(logical);
        writer.EndStruct();
        writer.EndStruct();
    }

    private static void WriteTimestamp(CompactWriter writer, bool utc, int? fieldId)
    {
        writer.WriteI32(6, ConvertedTimestampMicros);
        WriteId(writer, fieldId);
        writer.BeginStruct(10);
        writer.BeginStruct(Timestamp);
        writer.WriteBool(1, utc);
        writer.BeginStruct(2);
        writer.BeginStruct(2); // MICROS
        writer.EndStruct();
        writer.EndStruct();
        writer.EndStruct();
        writer.EndStruct();
    }
}
