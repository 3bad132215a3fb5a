using System.Globalization;
using System.Numerics;
using System.Runtime.InteropServices;
using CdcLake.Columnar;
using CdcLake.Expressions;

namespace CdcLake.Dataflow.Aggregates;

/// <summary>Integers and decimals stored in at most 64 bits: 128 bits, which no number of rows can overflow.</summary>
internal struct NarrowSum<T> : ISum<T>
    where T : unmanaged, IBinaryInteger<T>
{
    private Int128 _sum;

    public bool TryAdd(T value, bool withdraw)
    {
        var wide = long.CreateTruncating(value);
        _sum = withdraw ? _sum - wide : _sum + wide;
        return true;
    }

    public readonly bool TryAppend(Column into, long count, int shift)
    {
        if (into is FixedColumn<long> longs)
        {
            longs.Append(unchecked((long)_sum));
            return _sum >= long.MinValue && _sum <= long.MaxValue;
        }

        var value = Decimals.Average(_sum, count, shift, DecimalRules.IsCutOff(into.Type));
        ((FixedColumn<Int128>)into).Append(value ?? 0);
        return value is not null;
    }

    public override readonly string ToString() => _sum.ToString(CultureInfo.InvariantCulture);
}

/// <summary>128-bit decimals and unsigned 64-bit integers: 192 bits in two's complement.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 8)]
internal struct WideSum : ISum<Int128>
{
    private UInt128 _low;
    private long _high;

    public bool TryAdd(Int128 value, bool withdraw)
    {
        value = withdraw ? -value : value;
        _low += (UInt128)value;
        _high += (_low < (UInt128)value ? 1 : 0) - (value < 0 ? 1 : 0);
        return true;
    }

    public readonly bool TryAppend(Column into, long count, int shift)
    {
        var value = Decimals.Average(Sum, count, shift, DecimalRules.IsCutOff(into.Type));
        ((FixedColumn<Int128>)into).Append(value ?? 0);
        return value is not null;
    }

    public override readonly string ToString() => Sum.ToString(CultureInfo.InvariantCulture);

    public readonly BigInteger Sum => ((BigInteger)_high << 128) + (BigInteger)_low;
}

/// <summary>
/// Floating point, summed exactly (<see cref="ExactFloatSum"/>) and rounded once: the result depends neither on the order of the changes nor on what was
/// withdrawn meanwhile. MySQL adds in the order in which it happens to read, so its own last digits differ from run to run.
/// </summary>
internal struct FloatSum<T> : ISum<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private ExactFloatSum.Number _words;

    public bool TryAdd(T value, bool withdraw)
    {
        if (!T.IsFinite(value))
        {
            return false;
        }

        ExactFloatSum.Add(_words, double.CreateTruncating(value), withdraw);
        return true;
    }

    public readonly bool TryAppend(Column into, long count, int shift)
    {
        var sum = ExactFloatSum.ToDouble(_words);
        ((FixedColumn<double>)into).Append(count == 1 ? sum : sum / count);
        return double.IsFinite(sum);
    }

    public override readonly string ToString() => "the sum is beyond the range of double";
}
