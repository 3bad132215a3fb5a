using CdcLake.Columnar;

namespace CdcLake.Expressions;

// Result types of exact arithmetic, as MySQL computes them (reference manual, "Precision Math"; digits before the point = p − s):
//
//   a + b, a − b   scale max(s1, s2), digits before the point max(p1 − s1, p2 − s2) + 1
//   a × b          scale s1 + s2,     precision p1 + p2
//   a ÷ b          scale s1 + 4,      precision p1 + s2 + 4     (div_precision_increment = 4)
//   a % b          scale max(s1, s2), digits before the point of the larger
//
// A quotient, and AVG, is computed to a multiple of 9 digits and cut off there, then rounded half away from zero: where its scale is that multiple (a DECIMAL(10, 5) by an
// integer, scale 9), it is cut off only. AVG inside arithmetic and comparisons keeps all those digits.
//
// Scales are capped at 30 and precisions at 38; a value beyond 38 digits is an ArithmeticOverflowException (MySQL would carry 65 digits).

/// <summary>SQL decimal types of results.</summary>
internal static class DecimalRules
{
    private const int MaxScale = 30;
    private const int DivisionDigits = 4;
    private const int DigitsPerWord = 9;

    public static DataType Sum(DataType a, DataType b) => Of(Math.Max(Digits(a), Digits(b)) + 1, Math.Max(a.Scale, b.Scale));

    public static DataType Product(DataType a, DataType b) => Of(Digits(a) + Digits(b), a.Scale + b.Scale);

    public static DataType Quotient(DataType a, DataType b) => Of(Digits(a) + b.Scale, a.Scale + DivisionDigits);

    /// <summary>True where MySQL cuts a quotient off instead of rounding it.</summary>
    public static bool IsCutOff(DataType quotient, DataType divisor) => divisor.Scale == 0 && IsCutOff(quotient);

    /// <summary>The same for means, whose divisor is an integer.</summary>
    public static bool IsCutOff(DataType mean) => mean.Scale > 0 && mean.Scale % DigitsPerWord == 0;

    /// <summary>The type of a mean with all digits that MySQL computes, of values of a type; null where they do not fit.</summary>
    public static DataType? WholeMean(DataType type)
    {
        var words = (type.Scale + DigitsPerWord - 1) / DigitsPerWord * DigitsPerWord;
        var more = Math.Max(0, DivisionDigits - (words - type.Scale));
        var scale = words + ((more + DigitsPerWord - 1) / DigitsPerWord * DigitsPerWord);
        return Digits(type) + scale <= DataType.MaxDecimalPrecision ? DataType.Decimal(DataType.MaxDecimalPrecision, scale) : null;
    }

    /// <summary>The smallest decimal that holds all values of both.</summary>
    public static DataType Common(DataType a, DataType b) => Of(Math.Max(Digits(a), Digits(b)), Math.Max(a.Scale, b.Scale));

    /// <summary>True when some result of an operation with this type may need more digits than it has.</summary>
    public static bool IsCapped(ScalarOp op, DataType a, DataType b) => op switch
    {
        ScalarOp.Multiply => a.Precision + b.Precision > DataType.MaxDecimalPrecision,
        ScalarOp.Divide => a.Precision + b.Scale + DivisionDigits > DataType.MaxDecimalPrecision,
        _ => Math.Max(Digits(a), Digits(b)) + 1 + Math.Max(a.Scale, b.Scale) > DataType.MaxDecimalPrecision,
    };

    /// <summary>The decimal that holds all values of an exact numeric type; integers have the digits MySQL gives them.</summary>
    public static DataType Of(DataType type) => type.Kind switch
    {
        TypeKind.Decimal => type,
        TypeKind.Int8 or TypeKind.UInt8 => DataType.Decimal(3, 0),
        TypeKind.Int16 or TypeKind.UInt16 => DataType.Decimal(5, 0),
        TypeKind.Int32 or TypeKind.UInt32 => DataType.Decimal(10, 0),
        TypeKind.Int64 => DataType.Decimal(19, 0),
        _ => DataType.Decimal(20, 0),
    };

    private static int Digits(DataType type) => type.Precision - type.Scale;

    private static DataType Of(int digits, int scale)
    {
        scale = Math.Min(scale, MaxScale);
        return DataType.Decimal(Math.Clamp(digits + scale, 1, DataType.MaxDecimalPrecision), scale);
    }
}
