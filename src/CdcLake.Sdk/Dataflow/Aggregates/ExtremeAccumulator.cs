using CdcLake.Columnar;
using CdcLake.Expressions;
using CdcLake.State.Rows;
using CdcLake.State.Stores;

namespace CdcLake.Dataflow.Aggregates;

/// <summary>MIN and MAX: the first of a group's values.</summary>
internal sealed class ExtremeAccumulator<TOrder>(AggregateCall call, Schema input) : MemberAccumulator<TOrder>(call, input)
    where TOrder : struct, IMemberOrder
{
    private readonly EncodedRows _results = new();

    public override void AppendResults(AggregateCall call, ReadOnlySpan<uint> groups, RowMap map, Column into)
    {
        var at = 0;
        while (at < groups.Length)
        {
            // Runs of groups that have a value are decoded together.
            _results.Clear();
            var first = 0u;
            while (at < groups.Length && (first = Members.First(ref map.Field<uint>(groups[at], Offset))) != 0)
            {
                _results.Append(Members.ValueOf(first));
                at++;
            }

            if (_results.Count > 0)
            {
                Codec.Decode(_results, new ReadOnlySpan<Column>(ref into));
            }

            if (at < groups.Length)
            {
                into.AppendNull();
                at++;
            }
        }
    }

    public override void Dispose()
    {
        _results.Dispose();
        base.Dispose();
    }
}
