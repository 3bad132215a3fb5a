using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using CdcLake.Columnar;
using CdcLake.Common;
using CdcLake.Expressions;
using CdcLake.State.Stores;

namespace CdcLake.Dataflow.Aggregates;

// In a group's prefix:
//
//   few values                                      many
//   how many (4)                                    -1
//   root of the chunks with the others (4)          root of the heap
//   the first in order (size of a value, 4 at least)   root of the heap of the other end (4); not there when one end is asked for
//   the last in order (likewise, 8 at least); not there when one end is asked for: then the first has 8 at least      number of the group (8)

/// <summary>
/// MIN and MAX of numbers and times: all values of each group, those of both ends of a column once. A group of few values has the extremes in its record and the others in chunks; one of many has them
/// counted in heaps, and so has one from which a value is withdrawn that it does not have, until it is empty.
/// </summary>
internal sealed class NumberExtremes<T, TOrder> : Accumulator
    where T : unmanaged, IComparable<T>
    where TOrder : struct, IMemberOrder
{
    private const int Many = -1;
    private const int MostChunks = 8;
    private const int SlotAhead = 16;
    private const int RecordAhead = 8;

    private readonly AggregateCall _asked;
    private readonly int _ends;
    private readonly ValueChunks<T> _chunks = new();
    private readonly MemberHeaps<TOrder> _members;
    private readonly List<uint> _wanted = [];
    private int[] _rows = [];
    private uint[] _hashes = [];
    private long _lastNumber;

    /// <param name="asked">One of the calls that it answers.</param>
    /// <param name="ends">1 when only the first value of a group is asked for, 2 when the last is too.</param>
    public NumberExtremes(AggregateCall asked, int ends)
    {
        _asked = asked;
        _ends = ends;
        _members = new MemberHeaps<TOrder>(ends);
    }

    public override int Size => Number + Math.Max(sizeof(long), Unsafe.SizeOf<T>()) - Offset;

    public override IReadOnlyList<IStateStore> State => [_chunks, _members];

    private static bool IsDescending => typeof(TOrder) == typeof(Descending<FixedOrder<T>>);

    private int MostFew => _ends + (MostChunks * ValueChunks<T>.Capacity);

    private int Root => Offset + sizeof(int);

    private int First => Root + sizeof(uint);

    // Where the last value is too.
    private int Number => First + ((_ends - 1) * Math.Max(sizeof(uint), Unsafe.SizeOf<T>()));

    public override bool Answers(AggregateCall call) => call.Input == _asked.Input && (call.Kind == _asked.Kind || (_ends == 2 && call.Kind is AggregateKind.Min or AggregateKind.Max));

    public override void Add(ChangeBatch batch, int first, ReadOnlySpan<uint> groups, RowMap map)
    {
        Ask(groups, map);
        if (_rows.Length < groups.Length)
        {
            var size = Math.Max(groups.Length, ChangeBatch.TargetRows);
            (_rows, _hashes) = (new int[size], new uint[size]);
        }

        var values = batch.Fixed<T>(_asked.Input).Values[first..];
        var weights = batch.Weights[first..];
        var nulls = batch[_asked.Input].HasNulls ? batch[_asked.Input].Nulls[first..] : default;
        var many = 0;
        for (var i = 0; i < groups.Length; i++)
        {
            if (i + RecordAhead < groups.Length)
            {
                _chunks.Prefetch(ChunksOf(groups[i + RecordAhead], map));
            }

            if ((nulls.IsEmpty || nulls[i] == 0) && !TryChange(groups[i], map, Normal(values[i]), weights[i]))
            {
                _rows[many++] = i;
            }
        }

        if (many > 0)
        {
            AddToMany(values, weights, groups, _rows.AsSpan(0, many), map);
        }
    }

    public override void AppendResults(AggregateCall call, ReadOnlySpan<uint> groups, RowMap map, Column into)
    {
        var results = (FixedColumn<T>)into;
        var end = _ends == 2 && call.Kind == AggregateKind.Max ? 1 : 0;
        foreach (var group in groups)
        {
            var count = map.Field<int>(group, Offset);
            if (count == Many)
            {
                AppendFirst(group, map, end, results);
            }
            else if (count == 0)
            {
                results.AppendNull();
            }
            else
            {
                results.Append(map.Field<T>(group, end == 0 || count == 1 ? First : Number));
            }
        }
    }

    public override bool IsNegative(uint group, RowMap map) =>
        _members.HasNegative && map.Field<int>(group, Offset) == Many && MemberHeaps<TOrder>.GroupOf(_members.Log, _members.NegativeMember()) == map.Field<long>(group, Number);

    public override void EndEpoch(RowMap map)
    {
        if (_members.IsSparse)
        {
            RebuildMembers(map);
        }

        if (_chunks.IsUnused)
        {
            _chunks.Clear();
        }
        else if (_chunks.IsSparse)
        {
            var old = _chunks.BeginRewrite();
            for (var group = map.Next(0); group != 0; group = map.Next(group))
            {
                if (ChunksOf(group, map) != 0)
                {
                    map.Touch(group);
                    _chunks.Take(old, ref map.Field<uint>(group, Root));
                }
            }

            old.Clear();
        }
    }

    public override void TakeOver(Accumulator former, TakenGroups groups, RowMap map)
    {
        var other = (NumberExtremes<T, TOrder>)former;
        var many = new Dictionary<long, uint>();
        var values = new T[MostFew];
        foreach (var group in groups.All)
        {
            map.Log.Settle();
            if (map.Field<int>(group, Offset) == Many)
            {
                many.Add(map.Field<long>(group, Number), group);
                map.Field<long>(group, Number) = ++_lastNumber;
                continue;
            }

            other._chunks.Log.Settle();
            var few = values.AsSpan(0, Math.Max(0, map.Field<int>(group, Offset) - _ends));
            ref var root = ref map.Field<uint>(group, Root);
            other._chunks.CopyTo(root, few);
            root = 0;
            for (var i = 0; i < few.Length; i++)
            {
                _chunks.Push(ref root, i, few[i]);
            }
        }

        RootsIn(map).TakeOver(_members, other._members.Log, many);
    }

    public override void AfterRestore(RowMap map)
    {
        _chunks.AfterRestore();
        RebuildMembers(map);
        for (var group = map.Next(0); group != 0; group = map.Next(group))
        {
            _lastNumber = map.Field<int>(group, Offset) == Many ? Math.Max(_lastNumber, map.Field<long>(group, Number)) : _lastNumber;
        }
    }

    // What equal values have in common, as in RowCodec.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T Normal(T value)
    {
        if (typeof(T) == typeof(double))
        {
            var number = Unsafe.BitCast<T, double>(value);
            return Unsafe.BitCast<double, T>(double.IsNaN(number) ? double.NaN : number == 0 ? 0 : number);
        }

        if (typeof(T) == typeof(float))
        {
            var number = Unsafe.BitCast<T, float>(value);
            return Unsafe.BitCast<float, T>(float.IsNaN(number) ? float.NaN : number == 0 ? 0 : number);
        }

        return value;
    }

    private static int Compare(T a, T b) => IsDescending ? b.CompareTo(a) : a.CompareTo(b);

    /// <summary>Root of the chunks of a group of few values; else 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private uint ChunksOf(uint group, RowMap map) => map.Field<int>(group, Offset) == Many ? 0 : map.Field<uint>(group, Root);

    private GroupRoots RootsIn(RowMap map) => new(map, Number, Root, _ends);

    private void RebuildMembers(RowMap map) => (RootsIn(map) with { Has = g => map.Field<int>(g, Offset) == Many }).Rebuild(_members);

    private void Ask(ReadOnlySpan<uint> groups, RowMap map)
    {
        _chunks.Log.Settle();
        if (_chunks.Log.IsPartlyOnDisk)
        {
            _wanted.Clear();
            foreach (var group in groups)
            {
                _wanted.Add(ChunksOf(group, map));
            }

            _chunks.Log.Ask(CollectionsMarshal.AsSpan(_wanted));
        }
    }

    /// <summary>Adds or withdraws a value of a group of few; false when the group has many from here on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool TryChange(uint group, RowMap map, T value, int weight)
    {
        ref var count = ref map.Field<int>(group, Offset);
        if (count == Many)
        {
            return false;
        }

        if (weight > 0 ? count < MostFew : TryWithdraw(group, map, value, ref count))
        {
            if (weight > 0)
            {
                AddToFew(group, map, value, ref count);
            }

            return true;
        }

        MoveToMany(group, map);
        return false;
    }

    private void AddToFew(uint group, RowMap map, T value, ref int count)
    {
        ref var first = ref map.Field<T>(group, First);
        if (count == 0)
        {
            first = value;
            count = 1;
            return;
        }

        if (Compare(value, first) < 0)
        {
            (value, first) = (first, value);
        }

        if (_ends == 2)
        {
            ref var last = ref map.Field<T>(group, Number);
            if (count == 1)
            {
                last = value;
                count = 2;
                return;
            }

            if (Compare(value, last) > 0)
            {
                (value, last) = (last, value);
            }
        }

        _chunks.Push(ref map.Field<uint>(group, Root), count - _ends, value);
        count++;
    }

    private bool TryWithdraw(uint group, RowMap map, T value, ref int count)
    {
        ref var first = ref map.Field<T>(group, First);
        ref var last = ref map.Field<T>(group, Number); // that of the first where one end is asked for
        ref var root = ref map.Field<uint>(group, Root);
        var others = count - _ends;
        if (count > 0 && Compare(value, first) == 0)
        {
            if (others > 0)
            {
                first = _chunks.RemoveExtreme(ref root, others, IsDescending);
            }
            else
            {
                first = count == 2 ? last : default;
                last = count == 2 ? default : last;
            }
        }
        else if (_ends == 2 && count > 1 && Compare(value, last) == 0)
        {
            last = others > 0 ? _chunks.RemoveExtreme(ref root, others, !IsDescending) : default;
        }
        else if (others <= 0 || !_chunks.TryRemove(ref root, others, value))
        {
            return false;
        }

        count--;
        return true;
    }

    private void MoveToMany(uint group, RowMap map)
    {
        var count = map.Field<int>(group, Offset);
        Span<T> values = stackalloc T[count];
        for (var i = 0; i < Math.Min(count, _ends); i++)
        {
            values[i] = map.Field<T>(group, i == 0 ? First : Number);
        }

        if (count > _ends)
        {
            _chunks.CopyTo(map.Field<uint>(group, Root), values[_ends..]);
            _chunks.Clear(ref map.Field<uint>(group, Root));
        }

        Clear(group, map);
        map.Field<int>(group, Offset) = Many;
        map.Field<long>(group, Number) = ++_lastNumber;
        var roots = RootsIn(map)[group];
        Span<byte> encoded = stackalloc byte[1 + Unsafe.SizeOf<T>()];
        foreach (var value in values)
        {
            _members.Apply(_lastNumber, Encode(value, encoded), HashOf(_lastNumber, encoded), 1, roots);
        }
    }

    private void AddToMany(ReadOnlySpan<T> values, ReadOnlySpan<sbyte> weights, ReadOnlySpan<uint> groups, ReadOnlySpan<int> rows, RowMap map)
    {
        Span<byte> encoded = stackalloc byte[1 + Unsafe.SizeOf<T>()];
        var hashes = _hashes.AsSpan(0, rows.Length);
        for (var i = 0; i < rows.Length; i++)
        {
            hashes[i] = HashOf(map.Field<long>(groups[rows[i]], Number), Encode(Normal(values[rows[i]]), encoded));
        }

        _members.Ask(hashes);
        var roots = RootsIn(map);
        for (var i = 0; i < rows.Length; i++)
        {
            if (i + SlotAhead < rows.Length)
            {
                _members.PrefetchSlot(hashes[i + SlotAhead]);
                _members.PrefetchRecord(hashes[i + RecordAhead]);
            }

            var group = groups[rows[i]];
            _members.Apply(map.Field<long>(group, Number), Encode(Normal(values[rows[i]]), encoded), hashes[i], weights[rows[i]], roots[group]);
        }
    }

    private void AppendFirst(uint group, RowMap map, int end, FixedColumn<T> results)
    {
        var roots = RootsIn(map)[group];
        if (_members.First(roots, end) is var member and not 0)
        {
            results.Append(MemoryMarshal.Read<T>(_members.ValueOf(member)[1..]));
            return;
        }

        results.AppendNull();
        if (!roots.ContainsAnyExcept(0u))
        {
            Clear(group, map); // few again
        }
    }

    private void Clear(uint group, RowMap map) => MemoryMarshal.CreateSpan(ref map.Field<byte>(group, Offset), Size).Clear();

    /// <summary>As a <see cref="State.Rows.RowCodec"/> does it: a byte of null bits, then the value.</summary>
    private static ReadOnlySpan<byte> Encode(T value, Span<byte> into)
    {
        into[0] = 0;
        MemoryMarshal.Write(into[1..], value);
        return into;
    }

    private static uint HashOf(long group, ReadOnlySpan<byte> encoded) => MemberHeaps<TOrder>.HashOf(group, Hash64.Of(encoded));
}
