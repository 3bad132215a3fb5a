using System.Numerics;

namespace CdcLake.Expressions.Kernels;

/// <summary>128-bit arithmetic that reports overflow instead of throwing, and the slow exact path beyond it.</summary>
internal static class Wide
{
    /// <summary>False when the product needs more than 127 bits.</summary>
    public static bool TryMultiply(Int128 left, Int128 right, out Int128 result)
    {
        var negative = Int128.IsNegative(left) != Int128.IsNegative(right);
        var (a, b) = (Magnitude(left), Magnitude(right));
        var (a1, a0, b1, b0) = ((ulong)(a >> 64), (ulong)a, (ulong)(b >> 64), (ulong)b);
        var high = Math.BigMul(a0, b0, out var low);
        result = 0;
        if (a1 != 0 && b1 != 0)
        {
            return false;
        }

        var (big, small) = a1 != 0 ? (a1, b0) : (b1, a0);
        var cross = Math.BigMul(big, small, out var crossLow);
        var top = unchecked(high + crossLow);
        if (cross != 0 || top < high || top > long.MaxValue)
        {
            return false;
        }

        result = new Int128(top, low);
        result = negative ? -result : result;
        return true;
    }

    /// <summary>Quotient rounded half away from zero; the divisor is not zero.</summary>
    public static Int128 DivideRounded(Int128 dividend, Int128 divisor)
    {
        if (dividend == (long)dividend && divisor == (long)divisor && dividend != long.MinValue)
        {
            return DivideRounded((long)dividend, (long)divisor);
        }

        var (quotient, remainder) = Int128.DivRem(dividend, divisor);
        if (Magnitude(remainder) >= Magnitude(divisor) - Magnitude(remainder) && remainder != 0)
        {
            quotient += Int128.IsNegative(dividend) == Int128.IsNegative(divisor) ? 1 : -1;
        }

        return quotient;
    }

    private static long DivideRounded(long dividend, long divisor)
    {
        var (quotient, remainder) = Math.DivRem(dividend, divisor);
        var rest = Math.Abs(remainder);
        var isHalf = rest != 0 && (ulong)rest >= (divisor < 0 ? (ulong)-divisor : (ulong)divisor) - (ulong)rest;
        return isHalf ? quotient + ((dividend < 0) == (divisor < 0) ? 1 : -1) : quotient;
    }

    /// <summary>Quotient rounded half to even; the divisor is positive.</summary>
    public static Int128 DivideHalfEven(Int128 dividend, Int128 divisor)
    {
        var (quotient, remainder) = Int128.DivRem(dividend, divisor);
        var twice = Magnitude(remainder) << 1;
        if (twice > Magnitude(divisor) || (twice == Magnitude(divisor) && Int128.IsOddInteger(quotient)))
        {
            quotient += Int128.IsNegative(dividend) ? -1 : 1;
        }

        return quotient;
    }

    /// <summary><paramref name="value"/> × <paramref name="factor"/> ÷ <paramref name="divisor"/>, rounded half away from zero; false when it needs more than 127 bits.</summary>
    public static bool TryMultiplyDivide(Int128 value, Int128 factor, Int128 divisor, out Int128 result)
    {
        if (TryMultiply(value, factor, out var product))
        {
            result = DivideRounded(product, divisor);
            return true;
        }

        var exact = (BigInteger)value * factor;
        var quotient = BigInteger.DivRem(exact, divisor, out var remainder);
        if (BigInteger.Abs(remainder) * 2 >= BigInteger.Abs(divisor))
        {
            quotient += exact.Sign * BigInteger.One * (Int128.IsNegative(divisor) ? -1 : 1);
        }

        result = 0;
        if (quotient > (BigInteger)Int128.MaxValue || quotient < (BigInteger)Int128.MinValue)
        {
            return false;
        }

        result = (Int128)quotient;
        return true;
    }

    private static UInt128 Magnitude(Int128 value) => value < 0 ? unchecked((UInt128)(-value)) : (UInt128)value;
}
