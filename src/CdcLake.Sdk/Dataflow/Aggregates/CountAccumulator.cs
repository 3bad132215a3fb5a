using CdcLake.Columnar;
using CdcLake.Expressions;
using CdcLake.State.Stores;

namespace CdcLake.Dataflow.Aggregates;

/// <summary>COUNT(*) when the input is −1: reads the group's own row count. Else COUNT of the values that are not null: one long.</summary>
internal sealed class CountAccumulator : Accumulator
{
    private readonly int _input;

    public CountAccumulator(int input) => _input = input;

    public override int Size => _input < 0 ? 0 : sizeof(long);

    private int At => _input < 0 ? GroupRecord.RowCount : Offset;

    public override void Add(ChangeBatch batch, int first, ReadOnlySpan<uint> groups, RowMap map)
    {
        if (_input < 0)
        {
            return;
        }

        var weights = batch.Weights[first..];
        var nulls = batch[_input].HasNulls ? batch[_input].Nulls[first..] : default;
        for (var i = 0; i < groups.Length; i++)
        {
            if (nulls.IsEmpty || nulls[i] == 0)
            {
                map.Field<long>(groups[i], Offset) += weights[i];
            }
        }
    }

    public override void AppendResults(AggregateCall call, ReadOnlySpan<uint> groups, RowMap map, Column into)
    {
        var values = ((FixedColumn<long>)into).AppendUninitialized(groups.Length);
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = map.Field<long>(groups[i], At);
        }
    }

    public override bool IsNegative(uint group, RowMap map) => map.Field<long>(group, At) < 0;
}
