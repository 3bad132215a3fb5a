using CdcLake.Columnar;
using CdcLake.Expressions;
using CdcLake.State.Rows;
using CdcLake.State.Stores;

namespace CdcLake.Dataflow.Aggregates;

/// <summary>MIN and MAX of texts: the first and the last of a group's values, those of a column from one set of them.</summary>
internal sealed class ExtremeAccumulator<TOrder> : MemberAccumulator<TOrder>
    where TOrder : struct, IMemberOrder
{
    private readonly EncodedRows _results = new();
    private readonly AggregateCall _asked;
    private readonly int _ends;

    /// <param name="asked">One of the calls that it answers.</param>
    /// <param name="input">Columns of the input.</param>
    /// <param name="ends">1 when only the first value of a group is asked for, 2 when the last is too.</param>
    public ExtremeAccumulator(AggregateCall asked, Schema input, int ends)
        : base(asked, input, ends)
    {
        _asked = asked;
        _ends = ends;
    }

    public override bool Answers(AggregateCall call) => call.Input == _asked.Input && (call.Kind == _asked.Kind || (_ends == 2 && call.Kind is AggregateKind.Min or AggregateKind.Max));

    public override void AppendResults(AggregateCall call, ReadOnlySpan<uint> groups, RowMap map, Column into)
    {
        var roots = RootsIn(map);
        var end = _ends == 2 && call.Kind == AggregateKind.Max ? 1 : 0;
        var at = 0;
        while (at < groups.Length)
        {
            // Runs of groups that have a value are decoded together.
            _results.Clear();
            var first = 0u;
            while (at < groups.Length && (first = Members.First(roots[groups[at]], end)) != 0)
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
