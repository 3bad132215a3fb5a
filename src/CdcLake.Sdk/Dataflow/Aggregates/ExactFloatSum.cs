using System.Numerics;

namespace CdcLake.Dataflow.Aggregates;

/// <summary>
/// A fixed-point number wide enough to hold any sum of doubles without rounding: 34 words of 64 bits, two's complement, least significant first, in units of
/// the smallest double (2^−1074). Sums are therefore the same in any order, and what is added and withdrawn again leaves nothing.
/// </summary>
internal static class ExactFloatSum
{
    /// <summary>Words of one number; room for 2^63 values of the largest magnitude.</summary>
    public const int Words = 34;

    private const int MantissaBits = 52;

    /// <summary>The words of one number, as a value.</summary>
    [System.Runtime.CompilerServices.InlineArray(Words)]
    internal struct Number
    {
        private ulong _first;
    }

    /// <summary>Adds a finite value, or subtracts it.</summary>
    public static void Add(Span<ulong> words, double value, bool subtract)
    {
        var bits = BitConverter.DoubleToUInt64Bits(value);
        var exponent = (int)(bits >> MantissaBits) & 0x7FF;
        var mantissa = bits & ((1UL << MantissaBits) - 1);
        var shift = 0;
        if (exponent > 0)
        {
            mantissa |= 1UL << MantissaBits;
            shift = exponent - 1;
        }

        var wide = (UInt128)mantissa << (shift & 63);
        var word = shift >> 6;
        if (subtract != (bits >> 63 != 0))
        {
            Subtract(words, word, (ulong)wide, (ulong)(wide >> 64));
        }
        else
        {
            Increase(words, word, (ulong)wide, (ulong)(wide >> 64));
        }
    }

    /// <summary>The nearest double, halves to even; infinite when the sum is beyond the range of doubles.</summary>
    public static double ToDouble(ReadOnlySpan<ulong> words)
    {
        Span<ulong> magnitude = stackalloc ulong[Words];
        words.CopyTo(magnitude);
        var negative = words[^1] >> 63 != 0;
        if (negative)
        {
            Negate(magnitude);
        }

        var top = magnitude.LastIndexOfAnyExcept(0UL);
        if (top < 0)
        {
            return 0;
        }

        var length = (top * 64) + 64 - BitOperations.LeadingZeroCount(magnitude[top]);
        var result = Round(magnitude, length);
        return negative ? -result : result;
    }

    private static double Round(ReadOnlySpan<ulong> magnitude, int length)
    {
        var drop = length - (MantissaBits + 1);
        if (drop <= 0)
        {
            // At most 53 bits in units of the smallest double: exact, subnormal or just above.
            return BitConverter.UInt64BitsToDouble(magnitude[0]);
        }

        var word = drop >> 6;
        var bit = drop & 63;
        var mantissa = magnitude[word] >> bit;
        if (bit > 0 && word + 1 < Words)
        {
            mantissa |= magnitude[word + 1] << (64 - bit);
        }

        mantissa &= (1UL << (MantissaBits + 1)) - 1;
        var half = drop - 1;
        var isHalf = (magnitude[half >> 6] >> (half & 63) & 1) != 0;
        var isMore = (magnitude[half >> 6] & ((1UL << (half & 63)) - 1)) != 0 || magnitude[..(half >> 6)].ContainsAnyExcept(0UL);
        mantissa += isHalf && (isMore || (mantissa & 1) != 0) ? 1UL : 0;

        // A carry out of the mantissa lands in the exponent, which is then one more with a zero mantissa: just what is wanted.
        var exponent = drop + 1;
        return exponent > 2046 ? double.PositiveInfinity : BitConverter.UInt64BitsToDouble(mantissa + ((ulong)(exponent - 1) << MantissaBits));
    }

    private static void Increase(Span<ulong> words, int at, ulong low, ulong high)
    {
        words[at] += low;
        var carry = words[at] < low ? 1UL : 0;
        high += carry; // at most 53 + 63 bits were shifted in: no carry out of here
        words[++at] += high;
        carry = words[at] < high ? 1UL : 0;
        while (carry != 0 && ++at < Words)
        {
            carry = ++words[at] == 0 ? 1UL : 0;
        }
    }

    private static void Subtract(Span<ulong> words, int at, ulong low, ulong high)
    {
        high += words[at] < low ? 1UL : 0;
        words[at] -= low;
        var borrow = words[++at] < high;
        words[at] -= high;
        while (borrow && ++at < Words)
        {
            borrow = words[at]-- == 0;
        }
    }

    private static void Negate(Span<ulong> words)
    {
        var carry = 1UL;
        foreach (ref var word in words)
        {
            word = ~word + carry;
            carry = word == 0 ? carry : 0;
        }
    }
}
