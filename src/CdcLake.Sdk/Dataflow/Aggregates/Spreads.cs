using System.Numerics;
using System.Runtime.InteropServices;

namespace CdcLake.Dataflow.Aggregates;

/// <summary>Integers and decimals: squares of 128 bits in 320.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 8)]
internal struct ExactSpread<T> : ISpread<T>
    where T : unmanaged, IBinaryInteger<T>
{
    private WideSum _sum;
    private Words _squares;

    public bool TryAdd(T value, bool withdraw)
    {
        var wide = Int128.CreateTruncating(value);
        _sum.TryAdd(wide, withdraw);
        var magnitude = (UInt128)Int128.Abs(wide);
        var (high, low) = ((ulong)(magnitude >> 64), (ulong)magnitude);
        var cross = (UInt128)high * low;
        var square = (UInt128)low * low;
        var carried = square + (cross << 65);
        Span<ulong> words = _squares;
        var top = ((UInt128)high * high) + (cross >> 63) + (carried < square ? UInt128.One : UInt128.Zero);
        Add(words, [(ulong)carried, (ulong)(carried >> 64), (ulong)top, (ulong)(top >> 64), 0], withdraw);
        return true;
    }

    public readonly BigInteger Spread(long count, int scale, out BigInteger unit)
    {
        ReadOnlySpan<ulong> words = _squares;
        unit = BigInteger.Pow(10, 2 * scale);
        var sum = _sum.Sum;
        return (count * new BigInteger(MemoryMarshal.AsBytes(words))) - (sum * sum);
    }

    private static void Add(Span<ulong> words, ReadOnlySpan<ulong> value, bool withdraw)
    {
        var carry = withdraw ? UInt128.One : UInt128.Zero;
        for (var i = 0; i < words.Length; i++)
        {
            carry += (UInt128)words[i] + (withdraw ? ~value[i] : value[i]);
            words[i] = (ulong)carry;
            carry >>= 64;
        }
    }

    [System.Runtime.CompilerServices.InlineArray(5)]
    private struct Words
    {
        private ulong _first;
    }
}

/// <summary>Floating point: a square is its nearest double and what that leaves, both added up exactly.</summary>
internal struct FloatSpread<T> : ISpread<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private const int UnitBits = 1074; // the smallest double is 2^−1074

    private ExactFloatSum.Number _sum;
    private ExactFloatSum.Number _squares;

    public bool TryAdd(T value, bool withdraw)
    {
        var wide = double.CreateTruncating(value);
        var square = wide * wide;
        if (!double.IsFinite(square))
        {
            return false;
        }

        ExactFloatSum.Add(_sum, wide, withdraw);
        ExactFloatSum.Add(_squares, square, withdraw);
        ExactFloatSum.Add(_squares, Math.FusedMultiplyAdd(wide, wide, -square), withdraw);
        return true;
    }

    public readonly BigInteger Spread(long count, int scale, out BigInteger unit)
    {
        ReadOnlySpan<ulong> sums = _sum;
        ReadOnlySpan<ulong> squares = _squares;
        var sum = new BigInteger(MemoryMarshal.AsBytes(sums));
        unit = BigInteger.One << (2 * UnitBits);
        return (count * (new BigInteger(MemoryMarshal.AsBytes(squares)) << UnitBits)) - (sum * sum);
    }
}
