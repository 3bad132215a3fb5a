using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using CdcLake.Common;

namespace CdcLake.State.Stores;

// A record: prefix (MemberHeader, of which only the count is restored), number of the group (8 bytes), the encoded value.

/// <summary>
/// Counted values by group, of which the first in order is always at hand: what MIN and MAX need when the present extreme is withdrawn.
/// The members of a group form a pairing heap inside their records: adding one costs O(1); one whose count falls to zero stays until it comes to the top, so
/// taking the first costs O(log n) per change over time, whatever the group's size. The root of each heap is kept by the caller. Not thread-safe.
/// </summary>
internal sealed class MemberHeaps<TOrder> : IGroupedStore
    where TOrder : struct, IMemberOrder
{
    private readonly RefIndex _index = new();
    private readonly List<uint> _scratch = [];
    private RecordLog _log = new(sizeof(int), HeaderSize);
    private long _negative;
    private long _zero;

    [StructLayout(LayoutKind.Sequential, Pack = 4)]
    private struct MemberHeader
    {
        public int Count;
        public uint Child;
        public uint Sibling;
        public long Group;
    }

    public long Bytes => _log.AllocatedBytes + _index.Bytes;

    public int Generation { get; private set; }

    public RecordLog Log => _log;

    /// <summary>True when most of the memory belongs to values that are gone; then <see cref="BeginRewrite"/> pays.</summary>
    public bool IsSparse => _log.IsSparse || (_zero > _log.LiveCount / 2 && _zero > 16_384);

    /// <summary>True when some value was withdrawn more often than added.</summary>
    public bool HasNegative => _negative != 0;

    private static int HeaderSize => Unsafe.SizeOf<MemberHeader>();

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
    /// <param name="root">Root of the group's heap, 0 when empty; updated.</param>
    public void Apply(long group, ReadOnlySpan<byte> value, uint hash, int weight, ref uint root)
    {
        for (var at = _index.Home(hash); ;)
        {
            var reference = _index.Find(hash, ref at);
            if (reference == 0)
            {
                Add(group, value, hash, weight, ref root);
                return;
            }

            ref var header = ref HeaderOf(reference);
            if (header.Group == group && ValueOf(reference).SequenceEqual(value))
            {
                Count(ref header, weight);
                _log.Touch(reference);
                return;
            }
        }
    }

    /// <summary>The first value of a group that is there, or 0. Frees withdrawn ones on the way.</summary>
    public uint First(ref uint root)
    {
        while (root != 0 && HeaderOf(root).Count == 0)
        {
            var gone = root;
            root = MergeChildren(gone);
            _index.Remove(HashOf(HeaderOf(gone).Group, Hash64.Of(ValueOf(gone))), gone);
            _log.Free(gone);
            _zero--;
        }

        return root;
    }

    /// <summary>Adds all members of a heap that are there, in no order.</summary>
    public void Collect(uint root, List<uint> into)
    {
        _scratch.Clear();
        _scratch.Add(root);
        while (_scratch.Count > 0)
        {
            var member = _scratch[^1];
            _scratch.RemoveAt(_scratch.Count - 1);
            if (HeaderOf(member).Count > 0)
            {
                into.Add(member);
            }

            for (var child = HeaderOf(member).Child; child != 0; child = HeaderOf(child).Sibling)
            {
                _scratch.Add(child);
            }
        }
    }

    /// <summary>The encoded value of a member.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ReadOnlySpan<byte> ValueOf(uint reference) => _log[reference][HeaderSize..];

    /// <summary>How often the value is there.</summary>
    public int CountOf(uint reference) => HeaderOf(reference).Count;

    /// <summary>Group and value of a member that was withdrawn more often than added, or 0.</summary>
    public uint NegativeMember()
    {
        for (var at = _negative == 0 ? 0 : _log.Next(0); at != 0; at = _log.Next(at))
        {
            if (HeaderOf(at).Count < 0)
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
        ref var header = ref Unsafe.As<byte, MemberHeader>(ref log.At(reference));
        return header.Count == 0 ? -1 : header.Group;
    }

    public void Readd(RecordLog old, uint reference, ref uint root)
    {
        var header = Unsafe.As<byte, MemberHeader>(ref old.At(reference));
        var value = old[reference][HeaderSize..];
        Add(header.Group, value, HashOf(header.Group, Hash64.Of(value)), header.Count, ref root);
    }

    public void AddFrom(RecordLog other, uint reference, long group, ref uint root)
    {
        var value = other[reference][HeaderSize..];
        Add(group, value, HashOf(group, Hash64.Of(value)), Unsafe.As<byte, MemberHeader>(ref other.At(reference)).Count, ref root);
    }

    /// <summary>Does nothing: the caller rebuilds with <see cref="BeginRewrite"/>, since it holds the roots.</summary>
    public void AfterRestore()
    {
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ref MemberHeader HeaderOf(uint reference) => ref Unsafe.As<byte, MemberHeader>(ref _log.At(reference));

    private void Add(long group, ReadOnlySpan<byte> value, uint hash, int weight, ref uint root)
    {
        var reference = _log.Append(HeaderSize + value.Length);
        value.CopyTo(_log[reference][HeaderSize..]);
        HeaderOf(reference) = new MemberHeader { Count = weight, Group = group };
        _negative += weight < 0 ? 1 : 0;
        _index.Insert(hash, reference);
        root = root == 0 ? reference : Meld(root, reference);
    }

    private void Count(ref MemberHeader header, int weight)
    {
        var before = header.Count;
        var after = checked(before + weight);
        header.Count = after;
        _negative += (after < 0 ? 1 : 0) - (before < 0 ? 1 : 0);
        _zero += (after == 0 ? 1 : 0) - (before == 0 ? 1 : 0);
    }

    /// <summary>Joins two heaps; the root that comes later in order becomes the first child of the other.</summary>
    private uint Meld(uint a, uint b)
    {
        if (TOrder.Compare(ValueOf(b), ValueOf(a)) < 0)
        {
            (a, b) = (b, a);
        }

        ref var parent = ref HeaderOf(a);
        HeaderOf(b).Sibling = parent.Child;
        parent.Child = b;
        return a;
    }

    private uint MergeChildren(uint reference)
    {
        _scratch.Clear();
        for (var child = HeaderOf(reference).Child; child != 0;)
        {
            var next = HeaderOf(child).Sibling;
            HeaderOf(child).Sibling = 0;
            _scratch.Add(child);
            child = next;
        }

        // In pairs from the left, then all from the right: the order that gives the amortised bound.
        var pairs = 0;
        for (var i = 0; i < _scratch.Count; i += 2)
        {
            _scratch[pairs++] = i + 1 < _scratch.Count ? Meld(_scratch[i], _scratch[i + 1]) : _scratch[i];
        }

        var root = pairs == 0 ? 0 : _scratch[pairs - 1];
        for (var i = pairs - 2; i >= 0; i--)
        {
            root = Meld(root, _scratch[i]);
        }

        return root;
    }
}
