using System.Globalization;
using CdcLake.Columnar;

namespace CdcLake.Flink.Sql;

// type of the plan               in Flink
//
// boolean                        BOOLEAN
// int8 int16 int32 int64         TINYINT SMALLINT INT BIGINT
// uint8 uint16 uint32            SMALLINT INT BIGINT             Flink has no unsigned integers: the next wider one
// uint64                         DECIMAL(20, 0)
// float32 float64                FLOAT DOUBLE
// decimal(p, s)                  DECIMAL(p, s)
// date                           DATE
// datetime(f) timestamp(f)       TIMESTAMP(f) TIMESTAMP_LTZ(f)
// time(f)                        BIGINT                          microseconds: Flink's TIME is a time of day in milliseconds
// string binary                  STRING BYTES

/// <summary>Types of the plan as Flink has them; a <see cref="DataType"/> that is one of Flink's stands for it.</summary>
internal static class FlinkTypes
{
    private const int UInt64Digits = 20;

    /// <summary>The type of Flink that holds every value, and that values of the plan's type have in a script.</summary>
    public static DataType Of(DataType type) => type.Kind switch
    {
        TypeKind.UInt8 => new DataType(TypeKind.Int16),
        TypeKind.UInt16 => DataType.Int32,
        TypeKind.UInt32 or TypeKind.Time => DataType.Int64,
        TypeKind.UInt64 => DataType.Decimal(UInt64Digits, 0),
        _ => type,
    };

    /// <summary>As it is declared.</summary>
    public static string Text(DataType type)
    {
        var own = Of(type);
        return own.Kind switch
        {
            TypeKind.Boolean => "BOOLEAN",
            TypeKind.Int8 => "TINYINT",
            TypeKind.Int16 => "SMALLINT",
            TypeKind.Int32 => "INT",
            TypeKind.Int64 => "BIGINT",
            TypeKind.Float32 => "FLOAT",
            TypeKind.Float64 => "DOUBLE",
            TypeKind.Decimal => string.Create(CultureInfo.InvariantCulture, $"DECIMAL({own.Precision}, {own.Scale})"),
            TypeKind.Date => "DATE",
            TypeKind.DateTime => string.Create(CultureInfo.InvariantCulture, $"TIMESTAMP({own.Scale})"),
            TypeKind.Timestamp => string.Create(CultureInfo.InvariantCulture, $"TIMESTAMP_LTZ({own.Scale})"),
            TypeKind.String => "STRING",
            TypeKind.Binary => "BYTES",
            _ => throw new UnsupportedTypeException($"Type {type} has no counterpart in Flink."),
        };
    }

    /// <summary>The decimal as which Flink takes an exact number in arithmetic.</summary>
    public static DataType AsDecimal(DataType type) => type.Kind switch
    {
        TypeKind.Int8 => DataType.Decimal(3, 0),
        TypeKind.Int16 => DataType.Decimal(5, 0),
        TypeKind.Int32 => DataType.Decimal(10, 0),
        TypeKind.Int64 => DataType.Decimal(19, 0),
        _ => type,
    };
}
