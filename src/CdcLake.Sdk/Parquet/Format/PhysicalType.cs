using CdcLake.Columnar;

namespace CdcLake.Parquet.Format;

/// <summary>How values are stored in a Parquet file; the numbers are <c>Type</c> in parquet.thrift.</summary>
internal enum PhysicalType
{
    Boolean = 0,
    Int32 = 1,
    Int64 = 2,

    /// <summary>Timestamps of Spark, Hive and Impala before there were logical types: 8 bytes nanoseconds of the day, 4 bytes Julian day; only read.</summary>
    Int96 = 3,
    Float = 4,
    Double = 5,
    ByteArray = 6,
    FixedLenByteArray = 7,
}

/// <summary>Which physical type holds which column type: the storage of the matching Iceberg type.</summary>
internal static class PhysicalTypes
{
    private const int MaxInt32Precision = 9;

    /// <summary>Digits of a decimal that holds every unsigned 64-bit integer.</summary>
    public const int UInt64Precision = 20;

    public static PhysicalType Of(DataType type) => type.Kind switch
    {
        TypeKind.Boolean => PhysicalType.Boolean,
        TypeKind.Int8 or TypeKind.UInt8 or TypeKind.Int16 or TypeKind.UInt16 or TypeKind.Int32 or TypeKind.Date => PhysicalType.Int32,
        TypeKind.UInt32 or TypeKind.Int64 or TypeKind.Time or TypeKind.DateTime or TypeKind.Timestamp => PhysicalType.Int64,
        TypeKind.UInt64 => PhysicalType.FixedLenByteArray,
        TypeKind.Float32 => PhysicalType.Float,
        TypeKind.Float64 => PhysicalType.Double,
        TypeKind.Decimal => type.Precision <= MaxInt32Precision ? PhysicalType.Int32
            : type.Precision <= DataType.MaxLongPrecision ? PhysicalType.Int64
            : PhysicalType.FixedLenByteArray,
        TypeKind.String or TypeKind.Binary => PhysicalType.ByteArray,
        _ => throw new UnsupportedTypeException($"Type {type} has no Parquet storage."),
    };

    /// <summary>Bytes of one value for <see cref="PhysicalType.FixedLenByteArray"/>, else 0.</summary>
    public static int FixedLength(DataType type) => Of(type) != PhysicalType.FixedLenByteArray
        ? 0
        : BytesForPrecision(type.Kind == TypeKind.UInt64 ? UInt64Precision : type.Precision);

    /// <summary>The fewest bytes whose two's complement holds every decimal of <paramref name="precision"/> digits (1–38).</summary>
    public static int BytesForPrecision(int precision)
    {
        var bits = 128 - (int)Int128.LeadingZeroCount(LargestUnscaled(precision)) + 1; // one more for the sign
        return (bits + 7) / 8;
    }

    /// <summary>The largest unscaled value of a decimal of <paramref name="precision"/> digits (1–38): as many nines.</summary>
    public static Int128 LargestUnscaled(int precision)
    {
        Int128 power = 1;
        for (var i = 0; i < precision; i++)
        {
            power *= 10;
        }

        return power - 1;
    }
}
