using CdcLake.Columnar;

namespace CdcLake.Expressions;

/// <summary>The type in which two values are compared, chosen between, or joined.</summary>
internal static class CommonTypes
{
    /// <summary>Null when the two have nothing in common.</summary>
    public static DataType? Of(DataType a, DataType b)
    {
        if (a == b)
        {
            return a;
        }

        if (a.IsInteger && b.IsInteger)
        {
            return Integers(a, b);
        }

        if (a.IsNumeric && b.IsNumeric)
        {
            return IsFloat(a) || IsFloat(b) ? DataType.Float64 : DecimalRules.Common(DecimalRules.Of(a), DecimalRules.Of(b));
        }

        var fraction = Math.Max(a.Scale, b.Scale);
        return (a.Kind, b.Kind) switch
        {
            (TypeKind.DateTime, TypeKind.DateTime) => DataType.DateTime(fraction),
            (TypeKind.Timestamp, TypeKind.Timestamp) => DataType.Timestamp(fraction),
            (TypeKind.Time, TypeKind.Time) => DataType.Time(fraction),
            (TypeKind.Date, TypeKind.DateTime) => b,
            (TypeKind.DateTime, TypeKind.Date) => a,
            (TypeKind.Date, TypeKind.Timestamp) => b,
            (TypeKind.Timestamp, TypeKind.Date) => a,
            _ => null,
        };
    }

    public static bool IsFloat(DataType type) => type.Kind is TypeKind.Float32 or TypeKind.Float64;

    private static DataType Integers(DataType a, DataType b)
    {
        var (low, high) = (Int128.Min(IntegerRange.Of(a).Min, IntegerRange.Of(b).Min), Int128.Max(IntegerRange.Of(a).Max, IntegerRange.Of(b).Max));
        if (low >= int.MinValue && high <= int.MaxValue)
        {
            return DataType.Int32;
        }

        return low >= long.MinValue && high <= long.MaxValue ? DataType.Int64 : DataType.Decimal(20, 0);
    }
}

/// <summary>Smallest and largest value of an exact numeric type, unscaled.</summary>
internal readonly record struct IntegerRange(Int128 Min, Int128 Max)
{
    public static IntegerRange Of(DataType type) => type.Kind switch
    {
        TypeKind.Boolean => new(0, 1),
        TypeKind.Int8 => new(sbyte.MinValue, sbyte.MaxValue),
        TypeKind.UInt8 => new(0, byte.MaxValue),
        TypeKind.Int16 => new(short.MinValue, short.MaxValue),
        TypeKind.UInt16 => new(0, ushort.MaxValue),
        TypeKind.Int32 => new(int.MinValue, int.MaxValue),
        TypeKind.UInt32 => new(0, uint.MaxValue),
        TypeKind.Int64 => new(long.MinValue, long.MaxValue),
        TypeKind.UInt64 => new(0, ulong.MaxValue),
        _ => new(1 - PowersOfTen.Of(type.Precision), PowersOfTen.Of(type.Precision) - 1),
    };

    public bool Contains(IntegerRange other) => Min <= other.Min && Max >= other.Max;
}
