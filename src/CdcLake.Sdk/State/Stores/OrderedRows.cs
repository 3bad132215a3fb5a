using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using CdcLake.State.Rows;

namespace CdcLake.State.Stores;

// A record: prefix (RowHeader, of which only the count is restored), number of the group (8 bytes), the encoded row.

/// <summary>
/// Counted rows by group, in order: adding, withdrawing and finding one, also by its place, costs O(log n) of its group, the first k of a group O(k). The rows of a group form a treap (a
/// search tree that pseudo-random priorities keep flat) inside their records, whose root the caller keeps. Not thread-safe.
/// </summary>
internal sealed class OrderedRows : IGroupedStore
{
    private readonly RowCodec _codec;
    private readonly int _sign;
    private readonly Stack<uint> _path = new();
    private RecordLog _log = new(sizeof(int), HeaderSize);
    private long _negative;

    /// <param name="codec">Form and order of the rows.</param>
    /// <param name="descending">Whether the largest come first.</param>
    public OrderedRows(RowCodec codec, bool descending)
    {
        _codec = codec;
        _sign = descending ? -1 : 1;
    }

    [StructLayout(LayoutKind.Sequential, Pack = 4)]
    private struct RowHeader
    {
        public int Count;
        public uint Left;
        public uint Right;
        public int Below; // rows of its tree, itself included, each as often as it is there
        public long Group;
    }

    public long Bytes => _log.AllocatedBytes;

    public int Generation { get; private set; }

    public RecordLog Log => _log;

    public bool IsSparse => _log.IsSparse;

    private static int HeaderSize => Unsafe.SizeOf<RowHeader>();

    /// <summary>The encoded row.</summary>
    public ReadOnlySpan<byte> this[uint reference] => _log[reference][HeaderSize..];

    /// <summary>Negative when <paramref name="a"/> comes before <paramref name="b"/>.</summary>
    public int Compare(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b) => _sign * _codec.Compare(a, b);

    /// <summary>Adds (+1) or withdraws (−1) one row.</summary>
    /// <param name="group">Number of the group.</param>
    /// <param name="row">Encoded.</param>
    /// <param name="weight">+1 or −1.</param>
    /// <param name="root">Root of the group's tree, 0 when empty; updated.</param>
    public void Apply(long group, ReadOnlySpan<byte> row, int weight, ref uint root)
    {
        _log.Settle();
        for (var at = root; at != 0;)
        {
            ref var header = ref HeaderOf(at);
            var order = Compare(row, this[at]);
            if (order == 0)
            {
                Count(at, weight, ref root);
                return;
            }

            at = order < 0 ? header.Left : header.Right;
        }

        Add(group, row, weight, ref root);
    }

    /// <summary>The first rows of a group, each as often as it is there, until there are <paramref name="count"/>.</summary>
    public void First(uint root, int count, List<uint> into)
    {
        _path.Clear();
        for (var at = root; (at != 0 || _path.Count > 0) && into.Count < count;)
        {
            for (; at != 0; at = HeaderOf(at).Left)
            {
                _path.Push(at);
            }

            at = _path.Pop();
            for (var i = HeaderOf(at).Count; i > 0 && into.Count < count; i--)
            {
                into.Add(at);
            }

            at = HeaderOf(at).Right;
        }
    }

    /// <summary>How many rows a group has, each as often as it is there.</summary>
    public int RowsOf(uint root) => root == 0 ? 0 : HeaderOf(root).Below;

    /// <summary>The row at a place in the order of a group.</summary>
    /// <param name="root">Root of the group's tree.</param>
    /// <param name="place">From 0, less than <see cref="RowsOf"/>.</param>
    public uint At(uint root, int place)
    {
        for (var at = root; ;)
        {
            ref var header = ref HeaderOf(at);
            var before = RowsOf(header.Left);
            if (place < before)
            {
                at = header.Left;
            }
            else if (place < before + header.Count)
            {
                return at;
            }
            else
            {
                (at, place) = (header.Right, place - before - header.Count);
            }
        }
    }

    /// <summary>A row that was withdrawn more often than added, or 0: the usual answer, and then it costs nothing.</summary>
    public uint NegativeRow()
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
        _negative = 0;
        Generation++;
        return old;
    }

    /// <summary>The group of a row of <paramref name="log"/>.</summary>
    public static long GroupOf(RecordLog log, uint reference) => Unsafe.As<byte, RowHeader>(ref log.At(reference)).Group;

    public void Readd(RecordLog old, uint reference, Span<uint> roots) => AddFrom(old, reference, GroupOf(old, reference), roots);

    public void AddFrom(RecordLog other, uint reference, long group, Span<uint> roots) =>
        Add(group, other[reference][HeaderSize..], Unsafe.As<byte, RowHeader>(ref other.At(reference)).Count, ref roots[0]);

    /// <summary>Does nothing: the caller rebuilds with <see cref="BeginRewrite"/>, since it holds the roots.</summary>
    public void AfterRestore()
    {
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ref RowHeader HeaderOf(uint reference) => ref Unsafe.As<byte, RowHeader>(ref _log.At(reference));

    private void Add(long group, ReadOnlySpan<byte> row, int count, ref uint root)
    {
        var reference = _log.Append(HeaderSize + row.Length);
        row.CopyTo(_log[reference][HeaderSize..]);
        HeaderOf(reference) = new RowHeader { Count = count, Below = count, Group = group };
        _negative += count < 0 ? 1 : 0;
        root = Insert(root, reference);
    }

    private void Count(uint reference, int weight, ref uint root)
    {
        for (var at = root; at != reference; at = Compare(this[reference], this[at]) < 0 ? HeaderOf(at).Left : HeaderOf(at).Right)
        {
            HeaderOf(at).Below += weight;
        }

        ref var header = ref HeaderOf(reference);
        var before = header.Count;
        header.Count = checked(before + weight);
        header.Below += weight;
        _negative += (header.Count < 0 ? 1 : 0) - (before < 0 ? 1 : 0);
        if (header.Count != 0)
        {
            _log.Touch(reference);
            return;
        }

        root = Remove(root, reference);
        _log.Free(reference);
    }

    private uint Insert(uint root, uint node)
    {
        if (root == 0)
        {
            return node;
        }

        ref var top = ref HeaderOf(root);
        if (Priority(node) > Priority(root))
        {
            ref var header = ref HeaderOf(node);
            Split(root, node, out header.Left, out header.Right);
            Sum(ref header);
            return node;
        }

        ref var side = ref Compare(this[node], this[root]) < 0 ? ref top.Left : ref top.Right;
        side = Insert(side, node);
        Sum(ref top);
        return root;
    }

    /// <summary>Parts a tree into what comes before a row and what comes behind it.</summary>
    private void Split(uint root, uint row, out uint before, out uint behind)
    {
        if (root == 0)
        {
            before = behind = 0;
            return;
        }

        ref var header = ref HeaderOf(root);
        if (Compare(this[root], this[row]) < 0)
        {
            Split(header.Right, row, out var middle, out behind);
            header.Right = middle;
            before = root;
            Sum(ref header);
        }
        else
        {
            Split(header.Left, row, out before, out var middle);
            header.Left = middle;
            behind = root;
            Sum(ref header);
        }
    }

    private uint Remove(uint root, uint node)
    {
        ref var header = ref HeaderOf(root);
        if (root == node)
        {
            return Merge(header.Left, header.Right);
        }

        ref var side = ref Compare(this[node], this[root]) < 0 ? ref header.Left : ref header.Right;
        side = Remove(side, node);
        Sum(ref header);
        return root;
    }

    private uint Merge(uint before, uint behind)
    {
        if (before == 0 || behind == 0)
        {
            return before + behind;
        }

        if (Priority(before) > Priority(behind))
        {
            ref var first = ref HeaderOf(before);
            first.Right = Merge(first.Right, behind);
            Sum(ref first);
            return before;
        }

        ref var last = ref HeaderOf(behind);
        last.Left = Merge(before, last.Left);
        Sum(ref last);
        return behind;
    }

    private void Sum(ref RowHeader header) => header.Below = header.Count + RowsOf(header.Left) + RowsOf(header.Right);

    private static uint Priority(uint reference)
    {
        var mixed = (reference ^ (reference >> 16)) * 0x85EBCA6B;
        mixed = (mixed ^ (mixed >> 13)) * 0xC2B2AE35;
        return mixed ^ (mixed >> 16);
    }
}
