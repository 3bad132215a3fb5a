using System.Runtime.CompilerServices;
using CdcLake.Columnar;
using CdcLake.Expressions;
using CdcLake.State.Stores;

namespace CdcLake.Dataflow.Aggregates;

/// <summary>
/// MIN and MAX of numbers and times: all values of each group, those of both ends of a column once. A group of few values has the extremes in its record and the others in chunks; one of many has them
/// counted in heaps, and so has one from which a value is withdrawn that it does not have, until it is empty.
/// </summary>
/// <param name="asked">One of the calls that it answers.</param>
/// <param name="ends">1 when only the first value of a group is asked for, 2 when the last is too.</param>
internal sealed class NumberExtremes<T, TOrder>(AggregateCall asked, int ends) : Accumulator
    where T : unmanaged, IComparable<T>
    where TOrder : struct, IMemberOrder
{
    private const int RecordAhead = 8;

    private readonly FewNumbers<T, TOrder> _few = new(ends);
    private readonly ManyNumbers<T, TOrder> _many = new(ends);
    private int[] _rows = [];

    public override int Size => Place.Size;

    public override IReadOnlyList<IStateStore> State => [_few.Store, _many.Store];

    private ExtremesPlace<T> Place => new(Offset, ends);

    public override bool Answers(AggregateCall call) => call.Input == asked.Input && (call.Kind == asked.Kind || (ends == 2 && call.Kind is AggregateKind.Min or AggregateKind.Max));

    public override void Add(ChangeBatch batch, int first, ReadOnlySpan<uint> groups, RowMap map)
    {
        var at = Place;
        _few.Ask(at, map, groups);
        if (_rows.Length < groups.Length)
        {
            _rows = new int[Math.Max(groups.Length, ChangeBatch.TargetRows)];
        }

        var values = batch.Fixed<T>(asked.Input).Values[first..];
        var weights = batch.Weights[first..];
        var nulls = batch[asked.Input].HasNulls ? batch[asked.Input].Nulls[first..] : default;
        var many = 0;
        for (var i = 0; i < groups.Length; i++)
        {
            if (i + RecordAhead < groups.Length)
            {
                _few.Prefetch(at, map, groups[i + RecordAhead]);
            }

            if ((nulls.IsEmpty || nulls[i] == 0) && !TryChange(at, map, groups[i], NormalNumber.Of(values[i]), weights[i]))
            {
                _rows[many++] = i;
            }
        }

        if (many > 0)
        {
            _many.Add(at, map, values, weights, groups, _rows.AsSpan(0, many));
        }
    }

    public override void AppendResults(AggregateCall call, ReadOnlySpan<uint> groups, RowMap map, Column into)
    {
        var at = Place;
        var results = (FixedColumn<T>)into;
        var end = ends == 2 && call.Kind == AggregateKind.Max ? 1 : 0;
        foreach (var group in groups)
        {
            switch (at.Count(map, group))
            {
                case ExtremesPlace<T>.Many:
                    _many.AppendFirst(at, map, group, end, results);
                    break;
                case 0:
                    results.AppendNull();
                    break;
                case var count:
                    results.Append(end == 0 || count == 1 ? at.FirstOf(map, group) : at.LastOf(map, group));
                    break;
            }
        }
    }

    public override bool IsNegative(uint group, RowMap map) => _many.IsNegative(Place, map, group);

    public override void EndEpoch(RowMap map)
    {
        _many.EndEpoch(Place, map);
        _few.EndEpoch(Place, map);
    }

    public override void TakeOver(Accumulator former, TakenGroups groups, RowMap map)
    {
        var at = Place;
        var other = (NumberExtremes<T, TOrder>)former;
        var many = new Dictionary<long, uint>();
        foreach (var group in groups.All)
        {
            map.Log.Settle();
            if (at.IsMany(map, group))
            {
                many.Add(_many.Renumber(at, map, group), group);
            }
            else
            {
                _few.TakeOver(at, map, group, other._few);
            }
        }

        _many.TakeOver(at, map, other._many, many);
    }

    public override void AfterRestore(RowMap map)
    {
        _few.AfterRestore();
        _many.AfterRestore(Place, map);
    }

    /// <summary>Adds or withdraws a value of a group of few; false when the group has many from here on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool TryChange(in ExtremesPlace<T> at, RowMap map, uint group, T value, int weight)
    {
        if (at.IsMany(map, group))
        {
            return false;
        }

        if (_few.TryChange(at, map, group, value, weight))
        {
            return true;
        }

        MoveToMany(at, map, group);
        return false;
    }

    private void MoveToMany(in ExtremesPlace<T> at, RowMap map, uint group)
    {
        Span<T> values = stackalloc T[at.Count(map, group)];
        _few.Take(at, map, group, values);
        at.Clear(map, group);
        _many.Begin(at, map, group, values);
    }
}
