using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using CdcLake.State.Stores;

namespace CdcLake.Dataflow.Aggregates;

/// <summary>The values of groups that have few: the extremes in the group's record, the others in chunks.</summary>
/// <param name="ends">1 when only the first value of a group is asked for, 2 when the last is too.</param>
internal sealed class FewNumbers<T, TOrder>(int ends)
    where T : unmanaged, IComparable<T>
    where TOrder : struct, IMemberOrder
{
    private const int MostChunks = 8;

    private readonly ValueChunks<T> _chunks = new();
    private readonly List<uint> _wanted = [];

    public IStateStore Store => _chunks;

    /// <summary>Values that a group of few may have.</summary>
    public int Most => ends + (MostChunks * ValueChunks<T>.Capacity);

    private static bool IsDescending => typeof(TOrder) == typeof(Descending<FixedOrder<T>>);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Prefetch(in ExtremesPlace<T> at, RowMap map, uint group) => _chunks.Prefetch(ChunksOf(at, map, group));

    /// <summary>Reads at once what lies on disk of these groups.</summary>
    public void Ask(in ExtremesPlace<T> at, RowMap map, ReadOnlySpan<uint> groups)
    {
        _chunks.Log.Settle();
        if (!_chunks.Log.IsPartlyOnDisk)
        {
            return;
        }

        _wanted.Clear();
        foreach (var group in groups)
        {
            _wanted.Add(ChunksOf(at, map, group));
        }

        _chunks.Log.Ask(CollectionsMarshal.AsSpan(_wanted));
    }

    /// <summary>Adds or withdraws a value; false, and nothing is done, where the group has too many then, or does not have the value.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryChange(in ExtremesPlace<T> at, RowMap map, uint group, T value, int weight)
    {
        ref var count = ref at.Count(map, group);
        if (weight <= 0)
        {
            return TryWithdraw(at, map, group, value, ref count);
        }

        if (count >= Most)
        {
            return false;
        }

        Add(at, map, group, value, ref count);
        return true;
    }

    /// <summary>Takes all values, for which there is just room, out of a group, whose record is left to the caller.</summary>
    public void Take(in ExtremesPlace<T> at, RowMap map, uint group, Span<T> values)
    {
        for (var i = 0; i < Math.Min(values.Length, ends); i++)
        {
            values[i] = i == 0 ? at.FirstOf(map, group) : at.LastOf(map, group);
        }

        if (values.Length > ends)
        {
            _chunks.CopyTo(at.RootOf(map, group), values[ends..]);
            _chunks.Clear(ref at.RootOf(map, group));
        }
    }

    /// <summary>Gets the chunks of a group whose record came from another map.</summary>
    public void TakeOver(in ExtremesPlace<T> at, RowMap map, uint group, FewNumbers<T, TOrder> former)
    {
        former._chunks.Log.Settle();
        var values = new T[Math.Max(0, at.Count(map, group) - ends)];
        ref var root = ref at.RootOf(map, group);
        former._chunks.CopyTo(root, values);
        root = 0;
        for (var i = 0; i < values.Length; i++)
        {
            _chunks.Push(ref root, i, values[i]);
        }
    }

    /// <summary>Rewrites the chunks where half of them is unused.</summary>
    public void EndEpoch(in ExtremesPlace<T> at, RowMap map)
    {
        if (_chunks.IsUnused)
        {
            _chunks.Clear();
        }
        else if (_chunks.IsSparse)
        {
            var old = _chunks.BeginRewrite();
            for (var group = map.Next(0); group != 0; group = map.Next(group))
            {
                if (ChunksOf(at, map, group) != 0)
                {
                    map.Touch(group);
                    _chunks.Take(old, ref at.RootOf(map, group));
                }
            }

            old.Clear();
        }
    }

    public void AfterRestore() => _chunks.AfterRestore();

    private static int Compare(T a, T b) => IsDescending ? b.CompareTo(a) : a.CompareTo(b);

    // 0 for a group of many.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint ChunksOf(in ExtremesPlace<T> at, RowMap map, uint group) => at.IsMany(map, group) ? 0 : at.RootOf(map, group);

    private void Add(in ExtremesPlace<T> at, RowMap map, uint group, T value, ref int count)
    {
        ref var first = ref at.FirstOf(map, group);
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

        if (ends == 2)
        {
            ref var last = ref at.LastOf(map, group);
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

        _chunks.Push(ref at.RootOf(map, group), count - ends, value);
        count++;
    }

    private bool TryWithdraw(in ExtremesPlace<T> at, RowMap map, uint group, T value, ref int count)
    {
        ref var first = ref at.FirstOf(map, group);
        ref var last = ref at.LastOf(map, group);
        ref var root = ref at.RootOf(map, group);
        var others = count - ends;
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
        else if (ends == 2 && count > 1 && Compare(value, last) == 0)
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
}
