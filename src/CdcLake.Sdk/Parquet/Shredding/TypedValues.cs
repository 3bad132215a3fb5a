using System.Buffers.Binary;
using CdcLake.Columnar;
using CdcLake.Parquet.Variants;

namespace CdcLake.Parquet.Shredding;

// value                        column
//
// true, false                  boolean
// int8 to int64                INT64
// double                       DOUBLE
// decimals                     DECIMAL(18 or 38, scale), of that very scale
// text                         text
//
// Only what is encoded in the one way in which it is encoded again when it is read: a variant of ours has its bits again. Anything else stays a value beside the column.

/// <summary>Values of variants in columns of one type.</summary>
internal static class TypedValues
{
    /// <summary>Type of the column for a value that is neither object, array nor null; null for none.</summary>
    public static DataType? TypeOf(VariantValue value) => value.Type switch
    {
        VariantType.True or VariantType.False => DataType.Boolean,
        VariantType.Int8 or VariantType.Int16 or VariantType.Int32 or VariantType.Int64 => DataType.Int64,
        VariantType.Double => DataType.Float64,
        VariantType.Text => DataType.String,
        VariantType.Decimal4 or VariantType.Decimal8 when value.Decimal.Scale <= DataType.MaxLongPrecision => DataType.Decimal(DataType.MaxLongPrecision, value.Decimal.Scale),
        VariantType.Decimal4 or VariantType.Decimal8 or VariantType.Decimal16 => DataType.Decimal(DataType.MaxDecimalPrecision, value.Decimal.Scale),
        _ => null,
    };

    /// <summary>Appends a value where it is of the column's type; else nothing, and false.</summary>
    public static bool TryAppend(Column target, VariantValue value)
    {
        switch (target)
        {
            case FixedColumn<byte> c when value.Type is VariantType.True or VariantType.False:
                c.Append((byte)(value.Type == VariantType.True ? 1 : 0));
                return true;
            case FixedColumn<double> c when value.Type == VariantType.Double:
                c.Append(BinaryPrimitives.ReadDoubleLittleEndian(value.Fixed(sizeof(double))));
                return true;
            case BytesColumn c when value.Type == VariantType.Text && value.BasicType == VariantBasicType.ShortText == value.Content.Length <= VariantWriter.ShortText:
                c.Append(value.Content);
                return true;
            case FixedColumn<long> c when c.Type.Kind == TypeKind.Int64 && TryInteger(value, out var number):
                c.Append(number);
                return true;
            case FixedColumn<long> c when c.Type.Kind == TypeKind.Decimal && TryDecimal(value, c.Type, out var unscaled):
                c.Append((long)unscaled);
                return true;
            case FixedColumn<Int128> c when TryDecimal(value, c.Type, out var unscaled):
                c.Append(unscaled);
                return true;
            default:
                return false;
        }
    }

    private static bool TryInteger(VariantValue value, out long number)
    {
        number = value.Type switch
        {
            VariantType.Int8 => (sbyte)value.Fixed(1)[0],
            VariantType.Int16 => BinaryPrimitives.ReadInt16LittleEndian(value.Fixed(sizeof(short))),
            VariantType.Int32 => BinaryPrimitives.ReadInt32LittleEndian(value.Fixed(sizeof(int))),
            VariantType.Int64 => BinaryPrimitives.ReadInt64LittleEndian(value.Fixed(sizeof(long))),
            _ => 0,
        };
        return value.Type is >= VariantType.Int8 and <= VariantType.Int64 && value.Type == VariantWriter.TypeOf(number);
    }

    private static bool TryDecimal(VariantValue value, DataType type, out Int128 unscaled)
    {
        unscaled = 0;
        if (value.Type is not (VariantType.Decimal4 or VariantType.Decimal8 or VariantType.Decimal16))
        {
            return false;
        }

        (var scale, unscaled) = value.Decimal;
        return scale == type.Scale && Int128.Abs(unscaled) < PowersOfTen.Of(type.Precision) && value.Type == VariantWriter.TypeOf(unscaled, scale);
    }
}
