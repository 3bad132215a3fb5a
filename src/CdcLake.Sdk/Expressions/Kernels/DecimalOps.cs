using System.Numerics;

namespace CdcLake.Expressions.Kernels;

/// <summary>a × 10ᵏ ÷ b, cut off; a zero divisor gives null.</summary>
internal readonly struct CutOffDecimal(Int128 factor, Int128 limit) : IBinary<Int128, Int128>
{
    public int Apply(Int128 left, Int128 right, out Int128 result)
    {
        result = 0;
        if (right == 0)
        {
            return Outcome.Null;
        }

        if (!Wide.TryMultiply(left, factor, out var product))
        {
            var exact = (BigInteger)left * factor / right;
            if (BigInteger.Abs(exact) > (BigInteger)limit)
            {
                return Outcome.Overflow;
            }

            result = (Int128)exact;
            return Outcome.Ok;
        }

        result = product / right;
        return Int128.Abs(result) <= limit ? Outcome.Ok : Outcome.Overflow;
    }
}

/// <summary>a × 10ᵏ ÷ b, rounded half away from zero; a zero divisor gives null.</summary>
internal readonly struct DivideDecimal(Int128 factor, Int128 limit) : IBinary<Int128, Int128>
{
    public int Apply(Int128 left, Int128 right, out Int128 result)
    {
        result = 0;
        if (right == 0)
        {
            return Outcome.Null;
        }

        return Wide.TryMultiplyDivide(left, factor, right, out result) && Int128.Abs(result) <= limit ? Outcome.Ok : Outcome.Overflow;
    }
}

/// <summary>a × b ÷ 10ᵏ: a product whose scale exceeds the largest one is rounded half away from zero.</summary>
internal readonly struct MultiplyRounded(Int128 divisor, Int128 limit) : IBinary<Int128, Int128>
{
    public int Apply(Int128 left, Int128 right, out Int128 result) =>
        Wide.TryMultiplyDivide(left, right, divisor, out result) && Int128.Abs(result) <= limit ? Outcome.Ok : Outcome.Overflow;
}

/// <summary>How a value is brought to fewer fractional digits.</summary>
internal enum Rounding
{
    Truncate,
    Floor,
    Ceiling,
    HalfEven,
    HalfAway,
}

/// <summary>Drops fractional digits of a decimal: value ÷ 10ᵏ.</summary>
internal readonly struct RoundDecimal<T>(Rounding rounding, Int128 divisor) : IUnary<T, T>
    where T : unmanaged, IBinaryInteger<T>
{
    public int Apply(T value, out T result)
    {
        var wide = Int128.CreateTruncating(value);
        result = T.CreateTruncating(Round(wide));
        return Outcome.Ok;
    }

    private Int128 Round(Int128 value)
    {
        switch (rounding)
        {
            case Rounding.HalfAway:
                return Wide.DivideRounded(value, divisor);
            case Rounding.HalfEven:
                return Wide.DivideHalfEven(value, divisor);
            default:
                var (quotient, remainder) = Int128.DivRem(value, divisor);
                var step = rounding == Rounding.Floor && remainder < 0 ? -1 : rounding == Rounding.Ceiling && remainder > 0 ? 1 : 0;
                return quotient + step;
        }
    }
}
