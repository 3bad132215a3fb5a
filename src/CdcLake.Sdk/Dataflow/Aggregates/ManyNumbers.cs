using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using CdcLake.Columnar;
using CdcLake.Common;
using CdcLake.State.Stores;

namespace CdcLake.Dataflow.Aggregates;

/// <summary>The values of groups that have many, counted in heaps.</summary>
/// <param name="ends">1 when only the first value of a group is asked for, 2 when the last is too.</param>
internal sealed class ManyNumbers<T, TOrder>(int ends)
    where T : unmanaged, IComparable<T>
    where TOrder : struct, IMemberOrder
{
    private const int SlotAhead = 16;
    private const int RecordAhead = 8;

    private readonly MemberHeaps<TOrder> _members = new(ends);
    private uint[] _hashes = [];
    private long _lastNumber;

    public IStateStore Store => _members;

    /// <summary>Makes the group, whose record is clear, one of many with these values.</summary>
    public void Begin(in ExtremesPlace<T> at, RowMap map, uint group, ReadOnlySpan<T> values)
    {
        at.Count(map, group) = ExtremesPlace<T>.Many;
        at.NumberOf(map, group) = ++_lastNumber;
        var roots = RootsIn(at, map)[group];
        Span<byte> encoded = stackalloc byte[1 + Unsafe.SizeOf<T>()];
        foreach (var value in values)
        {
            _members.Apply(_lastNumber, Encode(value, encoded), HashOf(_lastNumber, encoded), 1, roots);
        }
    }

    /// <summary>Adds and withdraws those values that <paramref name="rows"/> names, of groups of many.</summary>
    public void Add(in ExtremesPlace<T> at, RowMap map, ReadOnlySpan<T> values, ReadOnlySpan<sbyte> weights, ReadOnlySpan<uint> groups, ReadOnlySpan<int> rows)
    {
        if (_hashes.Length < rows.Length)
        {
            _hashes = new uint[Math.Max(rows.Length, ChangeBatch.TargetRows)];
        }

        Span<byte> encoded = stackalloc byte[1 + Unsafe.SizeOf<T>()];
        var hashes = _hashes.AsSpan(0, rows.Length);
        for (var i = 0; i < rows.Length; i++)
        {
            hashes[i] = HashOf(at.NumberOf(map, groups[rows[i]]), Encode(NormalNumber.Of(values[rows[i]]), encoded));
        }

        _members.Ask(hashes);
        var roots = RootsIn(at, map);
        for (var i = 0; i < rows.Length; i++)
        {
            if (i + SlotAhead < rows.Length)
            {
                _members.PrefetchSlot(hashes[i + SlotAhead]);
                _members.PrefetchRecord(hashes[i + RecordAhead]);
            }

            var group = groups[rows[i]];
            _members.Apply(at.NumberOf(map, group), Encode(NormalNumber.Of(values[rows[i]]), encoded), hashes[i], weights[rows[i]], roots[group]);
        }
    }

    /// <summary>Appends the first value of a group of many from one end, or null; a group that has none any more becomes one of few.</summary>
    public void AppendFirst(in ExtremesPlace<T> at, RowMap map, uint group, int end, FixedColumn<T> results)
    {
        var roots = RootsIn(at, map)[group];
        if (_members.First(roots, end) is var member and not 0)
        {
            results.Append(MemoryMarshal.Read<T>(_members.ValueOf(member)[1..]));
            return;
        }

        results.AppendNull();
        if (!roots.ContainsAnyExcept(0u))
        {
            at.Clear(map, group);
        }
    }

    /// <summary>True when more of a value was withdrawn from this group than it had.</summary>
    public bool IsNegative(in ExtremesPlace<T> at, RowMap map, uint group) =>
        _members.HasNegative && at.IsMany(map, group) && MemberHeaps<TOrder>.GroupOf(_members.Log, _members.NegativeMember()) == at.NumberOf(map, group);

    public void EndEpoch(in ExtremesPlace<T> at, RowMap map)
    {
        if (_members.IsSparse)
        {
            Rebuild(at, map);
        }
    }

    /// <summary>Gives a group whose record came from another map a number of its own.</summary>
    /// <returns>The one that it had.</returns>
    public long Renumber(in ExtremesPlace<T> at, RowMap map, uint group)
    {
        ref var number = ref at.NumberOf(map, group);
        var former = number;
        number = ++_lastNumber;
        return former;
    }

    /// <summary>Gets the values of groups whose records came from another map, where they had the numbers in <paramref name="groups"/>.</summary>
    public void TakeOver(in ExtremesPlace<T> at, RowMap map, ManyNumbers<T, TOrder> former, Dictionary<long, uint> groups) => RootsIn(at, map).TakeOver(_members, former._members.Log, groups);

    public void AfterRestore(in ExtremesPlace<T> at, RowMap map)
    {
        Rebuild(at, map);
        for (var group = map.Next(0); group != 0; group = map.Next(group))
        {
            _lastNumber = at.IsMany(map, group) ? Math.Max(_lastNumber, at.NumberOf(map, group)) : _lastNumber;
        }
    }

    // As a RowCodec does it: a byte of null bits, then the value.
    private static ReadOnlySpan<byte> Encode(T value, Span<byte> into)
    {
        into[0] = 0;
        MemoryMarshal.Write(into[1..], value);
        return into;
    }

    private static uint HashOf(long group, ReadOnlySpan<byte> encoded) => MemberHeaps<TOrder>.HashOf(group, Hash64.Of(encoded));

    private GroupRoots RootsIn(in ExtremesPlace<T> at, RowMap map) => new(map, at.Number, at.Root, ends);

    private void Rebuild(ExtremesPlace<T> at, RowMap map) => (RootsIn(at, map) with { Has = g => at.IsMany(map, g) }).Rebuild(_members);
}
