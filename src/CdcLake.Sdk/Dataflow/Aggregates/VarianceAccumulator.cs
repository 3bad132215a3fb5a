using System.Numerics;
using System.Runtime.CompilerServices;
using CdcLake.Columnar;
using CdcLake.Expressions;
using CdcLake.State.Stores;

namespace CdcLake.Dataflow.Aggregates;

/// <summary>VAR_POP, VAR_SAMP, STDDEV_POP and STDDEV_SAMP of one column: what its values are spread by, then their count.</summary>
internal sealed class VarianceAccumulator<TSpread, TValue>(AggregateCall call, DataType input) : Accumulator
    where TSpread : unmanaged, ISpread<TValue>
    where TValue : unmanaged
{
    private const int QuotientBits = 62; // more than the 53 of a double, so that with the last bit for what remains it is rounded rightly

    public override int Size => Unsafe.SizeOf<TSpread>() + sizeof(long);

    private int Count => Offset + Unsafe.SizeOf<TSpread>();

    public override bool Answers(AggregateCall other) => other.Input == call.Input && other.Kind is >= AggregateKind.VarPop and <= AggregateKind.StdDevSamp;

    public override void Add(ChangeBatch batch, int first, ReadOnlySpan<uint> groups, RowMap map)
    {
        var values = batch.Fixed<TValue>(call.Input).Values[first..];
        var weights = batch.Weights[first..];
        var nulls = batch[call.Input].HasNulls ? batch[call.Input].Nulls[first..] : default;
        for (var i = 0; i < groups.Length; i++)
        {
            if (!nulls.IsEmpty && nulls[i] != 0)
            {
                continue;
            }

            if (!map.Field<TSpread>(groups[i], Offset).TryAdd(values[i], weights[i] < 0))
            {
                throw Overflow("The variance", call.Result, $"one of the values is {CellText.Of(batch[call.Input], first + i)}");
            }

            map.Field<long>(groups[i], Count) += weights[i];
        }
    }

    public override void AppendResults(AggregateCall asked, ReadOnlySpan<uint> groups, RowMap map, Column into)
    {
        var results = (FixedColumn<double>)into;
        foreach (var group in groups)
        {
            var count = map.Field<long>(group, Count);
            var divisor = asked.Kind is AggregateKind.VarSamp or AggregateKind.StdDevSamp ? count - 1 : count;
            if (divisor <= 0)
            {
                results.AppendNull();
                continue;
            }

            var spread = map.Field<TSpread>(group, Offset).Spread(count, input.Scale, out var unit);
            var variance = Quotient(spread, unit * count * divisor);
            results.Append(asked.Kind is AggregateKind.StdDevPop or AggregateKind.StdDevSamp ? Math.Sqrt(variance) : variance);
        }
    }

    public override bool IsNegative(uint group, RowMap map) => map.Field<long>(group, Count) < 0;

    /// <summary>The nearest double of a fraction that is not negative.</summary>
    private static double Quotient(BigInteger dividend, BigInteger divisor)
    {
        var shift = QuotientBits - (int)(dividend.GetBitLength() - divisor.GetBitLength());
        var quotient = BigInteger.DivRem(shift > 0 ? dividend << shift : dividend, shift < 0 ? divisor << -shift : divisor, out var rest);
        return Math.ScaleB((double)((long)quotient | (rest.IsZero ? 0L : 1L)), -shift);
    }
}
