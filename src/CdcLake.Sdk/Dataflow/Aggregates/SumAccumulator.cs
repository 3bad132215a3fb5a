using System.Runtime.CompilerServices;
using CdcLake.Columnar;
using CdcLake.Expressions;
using CdcLake.State.Stores;

namespace CdcLake.Dataflow.Aggregates;

/// <summary>SUM, AVG and COUNT of one column: a sum wide enough that only a result can overflow, never the way to it, then the count of values that are not null.</summary>
internal sealed class SumAccumulator<TSum, TValue> : Accumulator
    where TSum : unmanaged, ISum<TValue>
    where TValue : unmanaged
{
    private readonly int _input;
    private readonly int _scale;
    private readonly AggregateCall _call;

    /// <param name="call">Sum or Average.</param>
    /// <param name="input">Type of the input column.</param>
    public SumAccumulator(AggregateCall call, DataType input)
    {
        _call = call;
        _input = call.Input;
        _scale = input.Scale;
    }

    public override int Size => Unsafe.SizeOf<TSum>() + sizeof(long);

    private int Count => Offset + Unsafe.SizeOf<TSum>();

    public override bool Answers(AggregateCall call) =>
        call.Input == _input && (call.Kind is AggregateKind.Sum or AggregateKind.Average or AggregateKind.Count);

    public override void Add(ChangeBatch batch, int first, ReadOnlySpan<uint> groups, RowMap map)
    {
        var values = batch.Fixed<TValue>(_input).Values[first..];
        var weights = batch.Weights[first..];
        var nulls = batch[_input].HasNulls ? batch[_input].Nulls[first..] : default;
        for (var i = 0; i < groups.Length; i++)
        {
            if (!nulls.IsEmpty && nulls[i] != 0)
            {
                continue;
            }

            if (!map.Field<TSum>(groups[i], Offset).TryAdd(values[i], weights[i] < 0))
            {
                throw Overflow(NameOf(_call), _call.Result, $"one of the values is {CellText.Of(batch[_input], first + i)}");
            }

            map.Field<long>(groups[i], Count) += weights[i];
        }
    }

    public override void AppendResults(AggregateCall call, ReadOnlySpan<uint> groups, RowMap map, Column into)
    {
        foreach (var group in groups)
        {
            var count = map.Field<long>(group, Count);
            if (call.Kind == AggregateKind.Count)
            {
                ((FixedColumn<long>)into).Append(count);
                continue;
            }

            ref var sum = ref map.Field<TSum>(group, Offset);
            if (count == 0)
            {
                into.AppendNull();
            }
            else if (!sum.TryAppend(into, call.Kind == AggregateKind.Average ? count : 1, call.Result.Scale - _scale))
            {
                throw Overflow(NameOf(call), call.Result, sum.ToString() ?? "");
            }
        }
    }

    private static string NameOf(AggregateCall call) => call.Kind == AggregateKind.Average ? "AVG" : "SUM";

    public override bool IsNegative(uint group, RowMap map) => map.Field<long>(group, Count) < 0;
}
