using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using CdcLake.Common;

namespace CdcLake.State.Stores;

// A record: count (4 bytes, of the prefix the only part that is restored), number of the group (8 bytes), for each end first child and next sibling (4 bytes each), the encoded value.

/// <summary>
/// Counted values by group, of which the first in order is always at hand, and the last where both ends are asked for: what MIN and MAX need when the present extreme is withdrawn.
/// The members of a group form a pairing heap for each end inside their records: adding one costs O(1); one whose count falls to zero stays until it comes to the top, so
/// taking the first costs O(log n) per change over time, whatever the group's size. The roots are kept by the caller, one for each end. Not thread-safe.
/// </summary>
internal sealed class MemberHeaps<TOrder> : IGroupedStore
    where TOrder : struct, IMemberOrder
{
    private const int Group = sizeof(int);
    private const int Links = Group + sizeof(long);
    private const uint Absent = uint.MaxValue; // as sibling of a member that is in the heap of the other end alone

    private readonly RefIndex _index = new();
    private readonly List<uint> _scratch = [];
    private readonly int _ends;
    private RecordLog _log;
    private long _negative;
    private long _zero;

    /// <param name="ends">1 when only the first of each group is asked for, 2 when the last is too.</param>
    public MemberHeaps(int ends = 1)
    {
        _ends = ends;
        _log = new RecordLog(sizeof(int), HeaderSize);
    }

    private struct Link
    {
        public uint Child;
        public uint Sibling;
    }

    public long Bytes => _log.AllocatedBytes + _index.Bytes;

    public int Generation { get; private set; }

    public RecordLog Log => _log;

    /// <summary>True when most of the memory belongs to values that are gone; then <see cref="BeginRewrite"/> pays.</summary>
    public bool IsSparse => _log.IsSparse || (_zero > _log.LiveCount / 2 && _zero > 16_384);

    /// <summary>True when some value was withdrawn more often than added.</summary>
    public bool HasNegative => _negative != 0;

    private int HeaderSize => Links + (_ends * Unsafe.SizeOf<Link>());

    /// <summary>The hash under which a value of a group is found.</summary>
    public static uint HashOf(long group, ulong valueHash) => RefIndex.Part(Hash64.Combine((ulong)group, valueHash));

    /// <summary>Asks the processor for the slot of a hash.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void PrefetchSlot(uint hash) => _index.Prefetch(hash);

    /// <summary>Asks the processor for the record of a hash whose slot it has.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void PrefetchRecord(uint hash) => _log.Prefetch(_index.Peek(hash));

    /// <summary>Says which values are looked at soon.</summary>
    public void Ask(ReadOnlySpan<uint> hashes)
    {
        _log.Settle();
        if (_log.IsPartlyOnDisk)
        {
            _scratch.Clear();
            foreach (var hash in hashes)
            {
                _scratch.Add(_index.First(hash));
            }

            _log.Ask(CollectionsMarshal.AsSpan(_scratch));
        }
    }

    /// <summary>Adds or withdraws one value.</summary>
    /// <param name="group">Number of the group.</param>
    /// <param name="value">Encoded, not null.</param>
    /// <param name="hash">Its <see cref="HashOf"/>.</param>
    /// <param name="weight">+1 or −1.</param>
    /// <param name="roots">Root of the group's heap for each end, 0 when empty; updated.</param>
    public void Apply(long group, ReadOnlySpan<byte> value, uint hash, int weight, Span<uint> roots)
    {
        for (var at = _index.Home(hash); ;)
        {
            var reference = _index.Find(hash, ref at);
            if (reference == 0)
            {
                Add(group, value, hash, weight, roots);
                return;
            }

            if (GroupOf(reference) == group && ValueOf(reference).SequenceEqual(value))
            {
                Count(reference, weight, roots);
                _log.Touch(reference);
                return;
            }
        }
    }

    /// <summary>The first value of a group that is there, or 0; from the other end the last. Frees withdrawn ones on the way.</summary>
    public uint First(Span<uint> roots, int end)
    {
        ref var root = ref roots[end];
        while (root != 0 && CountOf(root) == 0)
        {
            var gone = root;
            root = MergeChildren(gone, end);
            LinkOf(gone, end) = new Link { Sibling = Absent };
            if (_ends == 1 || LinkOf(gone, 1 - end).Sibling == Absent)
            {
                _index.Remove(HashOf(GroupOf(gone), Hash64.Of(ValueOf(gone))), gone);
                _log.Free(gone);
                _zero--;
            }
        }

        return root;
    }

    /// <summary>Adds all members of a heap of the first end that are there, in no order.</summary>
    public void Collect(uint root, List<uint> into)
    {
        _scratch.Clear();
        _scratch.Add(root);
        while (_scratch.Count > 0)
        {
            var member = _scratch[^1];
            _scratch.RemoveAt(_scratch.Count - 1);
            if (CountOf(member) > 0)
            {
                into.Add(member);
            }

            for (var child = LinkOf(member, 0).Child; child != 0; child = LinkOf(child, 0).Sibling)
            {
                _scratch.Add(child);
            }
        }
    }

    /// <summary>The encoded value of a member.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ReadOnlySpan<byte> ValueOf(uint reference) => _log[reference][HeaderSize..];

    /// <summary>How often the value is there.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int CountOf(uint reference) => Unsafe.ReadUnaligned<int>(ref _log.At(reference));

    /// <summary>Group and value of a member that was withdrawn more often than added, or 0.</summary>
    public uint NegativeMember()
    {
        for (var at = _negative == 0 ? 0 : _log.Next(0); at != 0; at = _log.Next(at))
        {
            if (CountOf(at) < 0)
            {
                return at;
            }
        }

        return 0;
    }

    public RecordLog BeginRewrite()
    {
        var old = _log;
        _log = old.Successor();
        _index.Clear();
        _index.Reserve(Math.Max(0, old.LiveCount - _zero));
        _negative = 0;
        _zero = 0;
        Generation++;
        return old;
    }

    /// <summary>The group of a member of <paramref name="log"/>, or −1 when its count is zero.</summary>
    public static long GroupOf(RecordLog log, uint reference)
    {
        ref var record = ref log.At(reference);
        return Unsafe.ReadUnaligned<int>(ref record) == 0 ? -1 : Unsafe.ReadUnaligned<long>(ref Unsafe.Add(ref record, Group));
    }

    public void Readd(RecordLog old, uint reference, Span<uint> roots) => AddFrom(old, reference, GroupOf(old, reference), roots);

    public void AddFrom(RecordLog other, uint reference, long group, Span<uint> roots)
    {
        var value = other[reference][HeaderSize..];
        Add(group, value, HashOf(group, Hash64.Of(value)), Unsafe.ReadUnaligned<int>(ref other.At(reference)), roots);
    }

    /// <summary>Does nothing: the caller rebuilds with <see cref="BeginRewrite"/>, since it holds the roots.</summary>
    public void AfterRestore()
    {
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private long GroupOf(uint reference) => Unsafe.ReadUnaligned<long>(ref Unsafe.Add(ref _log.At(reference), Group));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ref Link LinkOf(uint reference, int end) => ref Unsafe.As<byte, Link>(ref Unsafe.Add(ref _log.At(reference), Links + (end * Unsafe.SizeOf<Link>())));

    private void Add(long group, ReadOnlySpan<byte> value, uint hash, int weight, Span<uint> roots)
    {
        _log.MakeRoom(_index.Growth);
        var reference = _log.Append(HeaderSize + value.Length);
        var record = _log[reference];
        MemoryMarshal.Write(record, weight);
        MemoryMarshal.Write(record[Group..], group);
        value.CopyTo(record[HeaderSize..]);
        _negative += weight < 0 ? 1 : 0;
        _index.Insert(hash, reference);
        for (var end = 0; end < _ends; end++)
        {
            Enter(reference, end, ref roots[end]);
        }
    }

    private void Enter(uint reference, int end, ref uint root)
    {
        LinkOf(reference, end) = default;
        root = root == 0 ? reference : Meld(root, reference, end);
    }

    private void Count(uint reference, int weight, Span<uint> roots)
    {
        ref var count = ref _log.At(reference);
        var before = Unsafe.ReadUnaligned<int>(ref count);
        var after = checked(before + weight);
        Unsafe.WriteUnaligned(ref count, after);
        _negative += (after < 0 ? 1 : 0) - (before < 0 ? 1 : 0);
        _zero += (after == 0 ? 1 : 0) - (before == 0 ? 1 : 0);
        for (var end = 0; before == 0 && _ends > 1 && end < _ends; end++)
        {
            if (LinkOf(reference, end).Sibling == Absent)
            {
                Enter(reference, end, ref roots[end]);
            }
        }
    }

    /// <summary>Joins two heaps; the root that comes later in order becomes the first child of the other.</summary>
    private uint Meld(uint a, uint b, int end)
    {
        if (TOrder.Compare(ValueOf(b), ValueOf(a)) is var order && (end == 0 ? order < 0 : order > 0))
        {
            (a, b) = (b, a);
        }

        ref var parent = ref LinkOf(a, end);
        LinkOf(b, end).Sibling = parent.Child;
        parent.Child = b;
        return a;
    }

    private uint MergeChildren(uint reference, int end)
    {
        _scratch.Clear();
        for (var child = LinkOf(reference, end).Child; child != 0;)
        {
            ref var link = ref LinkOf(child, end);
            _scratch.Add(child);
            (child, link.Sibling) = (link.Sibling, 0);
        }

        // In pairs from the left, then all from the right: the order that gives the amortised bound.
        var pairs = 0;
        for (var i = 0; i < _scratch.Count; i += 2)
        {
            _scratch[pairs++] = i + 1 < _scratch.Count ? Meld(_scratch[i], _scratch[i + 1], end) : _scratch[i];
        }

        var root = pairs == 0 ? 0 : _scratch[pairs - 1];
        for (var i = pairs - 2; i >= 0; i--)
        {
            root = Meld(root, _scratch[i], end);
        }

        return root;
    }
}
