using System.Globalization;
using System.Runtime.CompilerServices;
using CdcLake.Columnar;
using CdcLake.State.Stores;

namespace CdcLake.Dataflow.Aggregates;

/// <summary>SUM and AVG over integers and decimals stored in at most 64 bits: a 128-bit sum, which no number of rows can overflow, and a count.</summary>
internal sealed class SumAccumulator<T> : Accumulator
    where T : unmanaged
{
    private readonly int _input;
    private readonly bool _average;
    private readonly int _shift;

    /// <param name="call">Sum or Avg.</param>
    /// <param name="input">Type of the input column.</param>
    public SumAccumulator(Expressions.AggregateCall call, DataType input)
        : base(call.Result)
    {
        _input = call.Input;
        _average = call.Kind == Expressions.AggregateKind.Avg;
        _shift = call.Result.Scale - input.Scale;
    }

    // A 128-bit sum, then the count of values that are not null.
    public override int Size => 24;

    public override void Add(ChangeBatch batch, int first, ReadOnlySpan<uint> groups, RowMap map)
    {
        var values = batch.Fixed<T>(_input).Values[first..];
        var weights = batch.Weights[first..];
        var nulls = batch[_input].HasNulls ? batch[_input].Nulls[first..] : default;
        for (var i = 0; i < groups.Length; i++)
        {
            if (!nulls.IsEmpty && nulls[i] != 0)
            {
                continue;
            }

            var value = ToLong(values[i]);
            ref var sum = ref map.Field<Int128>(groups[i], Offset);
            sum = weights[i] > 0 ? sum + value : sum - value;
            map.Field<long>(groups[i], Offset + 16) += weights[i];
        }
    }

    public override void AppendResults(ReadOnlySpan<uint> groups, RowMap map, Column into)
    {
        foreach (var group in groups)
        {
            var count = map.Field<long>(group, Offset + 16);
            if (count == 0)
            {
                into.AppendNull();
                continue;
            }

            var sum = map.Field<Int128>(group, Offset);
            if (_average)
            {
                ((FixedColumn<Int128>)into).Append(Decimals.Average(sum, count, _shift) ?? throw Overflow("AVG", Result, Text(sum)));
            }
            else
            {
                AppendSum(sum, into);
            }
        }
    }

    public override bool IsNegative(uint group, RowMap map) => map.Field<long>(group, Offset + 16) < 0;

    private void AppendSum(Int128 sum, Column into)
    {
        if (into is FixedColumn<long> longs)
        {
            longs.Append(sum >= long.MinValue && sum <= long.MaxValue ? (long)sum : throw Overflow("SUM", Result, Text(sum)));
            return;
        }

        var value = _shift == 0 ? sum : sum * Decimals.Pow10(_shift);
        ((FixedColumn<Int128>)into).Append(Int128.Abs(value) < Decimals.Limit ? value : throw Overflow("SUM", Result, Text(sum)));
    }

    private static long ToLong(T value) =>
        typeof(T) == typeof(long) ? Unsafe.BitCast<T, long>(value)
        : typeof(T) == typeof(int) ? Unsafe.BitCast<T, int>(value)
        : Unsafe.BitCast<T, byte>(value);

    private static string Text(Int128 sum) => sum.ToString(CultureInfo.InvariantCulture);
}
