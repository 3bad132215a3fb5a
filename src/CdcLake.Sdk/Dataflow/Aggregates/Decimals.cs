using System.Numerics;
using CdcLake.Columnar;

namespace CdcLake.Dataflow.Aggregates;

/// <summary>Exact arithmetic on unscaled decimals.</summary>
internal static class Decimals
{
    /// <summary>10^38: one more than the largest unscaled value of a decimal.</summary>
    public static readonly Int128 Limit = PowersOfTen.Of(DataType.MaxDecimalPrecision);

    /// <summary>
    /// sum × 10^<paramref name="shift"/> / count, rounded half away from zero, or, where <paramref name="cutOff"/> is set, cut off; null when it has more than 38 digits.
    /// </summary>
    public static Int128? Average(Int128 sum, long count, int shift, bool cutOff)
    {
        if (count == 1 && shift == 0)
        {
            return Int128.Abs(sum) < Limit ? sum : null;
        }

        var quotient = Int128.DivRem(sum, count);
        var scale = shift >= 0 && shift <= 18 ? PowersOfTen.Of(shift) : 0;
        if (scale == 0 || Int128.Abs(quotient.Quotient) >= Limit / scale)
        {
            return Average((BigInteger)sum, count, shift, cutOff);
        }

        // The remainder is below 2^63 and the scale below 2^60: the product fits.
        var rest = quotient.Remainder * scale;
        var digits = rest / count;
        rest -= digits * count;
        if (!cutOff && Int128.Abs(rest) * 2 >= count)
        {
            digits += Int128.Sign(rest);
        }

        var value = (quotient.Quotient * scale) + digits;
        return Int128.Abs(value) < Limit ? value : null;
    }

    /// <summary>The same for sums of any size.</summary>
    public static Int128? Average(BigInteger sum, BigInteger count, int shift, bool cutOff)
    {
        var divisor = count;
        if (shift >= 0)
        {
            sum *= BigInteger.Pow(10, shift);
        }
        else
        {
            divisor *= BigInteger.Pow(10, -shift);
        }

        var quotient = BigInteger.DivRem(sum, divisor, out var rest);
        if (!cutOff && BigInteger.Abs(rest) * 2 >= divisor)
        {
            quotient += rest.Sign;
        }

        return BigInteger.Abs(quotient) < (BigInteger)Limit ? (Int128)quotient : null;
    }
}
