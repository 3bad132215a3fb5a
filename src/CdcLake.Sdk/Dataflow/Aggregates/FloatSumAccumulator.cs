using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using CdcLake.Columnar;
using CdcLake.State.Rows;
using CdcLake.State.Stores;

namespace CdcLake.Dataflow.Aggregates;

/// <summary>
/// SUM and AVG over floating point, summed exactly (<see cref="ExactFloatSum"/>) and rounded once: the result depends neither on the order of the changes nor
/// on what was withdrawn meanwhile. MySQL adds in the order in which it happens to read, so its own last digits differ from run to run.
/// </summary>
internal sealed class FloatSumAccumulator<T> : Accumulator
    where T : unmanaged
{
    private const int Count = ExactFloatSum.Words * sizeof(ulong);

    private readonly int _input;
    private readonly bool _average;

    public FloatSumAccumulator(Expressions.AggregateCall call)
        : base(call.Result)
    {
        _input = call.Input;
        _average = call.Kind == Expressions.AggregateKind.Avg;
    }

    public override int Size => Count + sizeof(long);

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

            var value = typeof(T) == typeof(float) ? Unsafe.BitCast<T, float>(values[i]) : Unsafe.BitCast<T, double>(values[i]);
            if (!double.IsFinite(value))
            {
                throw Overflow(_average ? "AVG" : "SUM", Result, $"one of the values is {ValueText.Of(value)}");
            }

            ExactFloatSum.Add(WordsOf(groups[i], map), value, weights[i] < 0);
            map.Field<long>(groups[i], Offset + Count) += weights[i];
        }
    }

    public override void AppendResults(ReadOnlySpan<uint> groups, RowMap map, Column into)
    {
        var target = (FixedColumn<double>)into;
        foreach (var group in groups)
        {
            var count = map.Field<long>(group, Offset + Count);
            if (count == 0)
            {
                target.AppendNull();
                continue;
            }

            var sum = ExactFloatSum.ToDouble(WordsOf(group, map));
            if (double.IsInfinity(sum))
            {
                throw Overflow(_average ? "AVG" : "SUM", Result, "the sum is beyond the range of double");
            }

            target.Append(_average ? sum / count : sum);
        }
    }

    public override bool IsNegative(uint group, RowMap map) => map.Field<long>(group, Offset + Count) < 0;

    private Span<ulong> WordsOf(uint group, RowMap map) => MemoryMarshal.CreateSpan(ref map.Field<ulong>(group, Offset), ExactFloatSum.Words);
}
