using System.Globalization;
using System.Numerics;
using CdcLake.Columnar;
using CdcLake.State.Stores;

namespace CdcLake.Dataflow.Aggregates;

/// <summary>
/// SUM and AVG over 128-bit decimals and unsigned 64-bit integers: a 192-bit sum and a count, so that only a result can overflow, never the way to it.
/// </summary>
internal sealed class WideSumAccumulator : Accumulator
{
    private const int High = 16;
    private const int Count = 24;

    private readonly int _input;
    private readonly bool _average;
    private readonly int _shift;

    public WideSumAccumulator(Expressions.AggregateCall call, DataType input)
        : base(call.Result)
    {
        _input = call.Input;
        _average = call.Kind == Expressions.AggregateKind.Avg;
        _shift = call.Result.Scale - input.Scale;
    }

    // Low 128 bits, high 64 bits (two's complement over all 192), then the count of values that are not null.
    public override int Size => 32;

    public override void Add(ChangeBatch batch, int first, ReadOnlySpan<uint> groups, RowMap map)
    {
        var values = batch.Fixed<Int128>(_input).Values[first..];
        var weights = batch.Weights[first..];
        var nulls = batch[_input].HasNulls ? batch[_input].Nulls[first..] : default;
        for (var i = 0; i < groups.Length; i++)
        {
            if (!nulls.IsEmpty && nulls[i] != 0)
            {
                continue;
            }

            var value = weights[i] > 0 ? values[i] : -values[i];
            ref var low = ref map.Field<UInt128>(groups[i], Offset);
            ref var high = ref map.Field<long>(groups[i], Offset + High);
            low += (UInt128)value;
            high += (low < (UInt128)value ? 1 : 0) - (value < 0 ? 1 : 0);
            map.Field<long>(groups[i], Offset + Count) += weights[i];
        }
    }

    public override void AppendResults(ReadOnlySpan<uint> groups, RowMap map, Column into)
    {
        var target = (FixedColumn<Int128>)into;
        foreach (var group in groups)
        {
            var count = map.Field<long>(group, Offset + Count);
            if (count == 0)
            {
                target.AppendNull();
                continue;
            }

            var sum = ((BigInteger)map.Field<long>(group, Offset + High) << 128) + (BigInteger)map.Field<UInt128>(group, Offset);
            var value = Decimals.Average(sum, _average ? count : 1, _shift);
            target.Append(value ?? throw Overflow(_average ? "AVG" : "SUM", Result, sum.ToString(CultureInfo.InvariantCulture)));
        }
    }

    public override bool IsNegative(uint group, RowMap map) => map.Field<long>(group, Offset + Count) < 0;
}
