using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using CdcLake.Common;
using CdcLake.State.Rows;

namespace CdcLake.State.Stores;

// A record: prefix (RowHeader, of which only the count is restored), key bytes, bytes of the rest of the row.

/// <summary>
/// Rows by key, each distinct row once with its count: what one side of a join has seen. The rows of a key form a chain, in which a row that is gone stays
/// until the chain is walked or the log rewritten, so that withdrawing touches no other row. A count may be negative for a while, when a row is withdrawn before
/// it is added; <see cref="NegativeRow"/> finds what is left of that. Not thread-safe.
/// </summary>
internal sealed class RowMultiset : IStateStore
{
    // Rows between asking for a slot and reading it, and between asking for a record and reading it.
    private const int SlotAhead = 16;
    private const int RecordAhead = 8;

    private readonly RefIndex _rows = new();
    private readonly RefIndex _heads = new();
    private RecordLog _log = new(sizeof(int), HeaderSize);
    private readonly List<uint> _wanted = [];
    private uint[] _rowHashes = [];
    private long _negative;

    [StructLayout(LayoutKind.Sequential, Pack = 4)]
    private struct RowHeader
    {
        public int Count;
        public int KeyLength;
        public uint Next;
    }

    /// <summary>Distinct rows.</summary>
    public long Count => _log.LiveCount;

    /// <summary>Bytes of the longest row that was ever there, key included.</summary>
    public int Longest { get; private set; }

    public long Bytes => _log.AllocatedBytes + _rows.Bytes + _heads.Bytes;

    public bool IsSparse => _log.IsSparse;

    public int Generation { get; private set; }

    public RecordLog Log => _log;

    private static int HeaderSize => Unsafe.SizeOf<RowHeader>();

    /// <summary>Adds (+1) or withdraws (−1) rows.</summary>
    /// <param name="keys">With hashes computed.</param>
    /// <param name="rests">The other columns of the rows, with hashes computed.</param>
    /// <param name="weights">+1 or −1 for each row.</param>
    /// <param name="skip">Rows to leave out; empty for none.</param>
    public void Apply(EncodedRows keys, EncodedRows rests, ReadOnlySpan<sbyte> weights, ReadOnlySpan<bool> skip)
    {
        var keyHashes = keys.Hashes;
        var rowHashes = HashRows(keyHashes, rests.Hashes);
        Ask(keyHashes, rowHashes);
        for (var i = 0; i < weights.Length; i++)
        {
            if (i + SlotAhead < weights.Length)
            {
                _rows.Prefetch(rowHashes[i + SlotAhead]);
                _heads.Prefetch(RefIndex.Part(keyHashes[i + SlotAhead]));
                _log.Prefetch(_rows.Peek(rowHashes[i + RecordAhead]));
                _log.Prefetch(_heads.Peek(RefIndex.Part(keyHashes[i + RecordAhead])));
            }

            if (skip.IsEmpty || !skip[i])
            {
                Apply(keys[i], rests[i], RefIndex.Part(keyHashes[i]), rowHashes[i], weights[i]);
            }
        }
    }

    /// <summary>First row of each key, or 0.</summary>
    public void FindHeads(EncodedRows keys, ReadOnlySpan<bool> skip, Span<uint> heads)
    {
        var hashes = keys.Hashes;
        Ask(hashes, default);
        for (var i = 0; i < hashes.Length; i++)
        {
            if (i + SlotAhead < hashes.Length)
            {
                _heads.Prefetch(RefIndex.Part(hashes[i + SlotAhead]));
                _log.Prefetch(_heads.Peek(RefIndex.Part(hashes[i + RecordAhead])));
            }

            var head = !skip.IsEmpty && skip[i] ? 0 : FindHead(keys[i], RefIndex.Part(hashes[i]), out _);
            heads[i] = head == 0 || HeaderOf(head).Count != 0 ? head : NextOf(head);
        }
    }

    /// <summary>First row of one key, or 0.</summary>
    public uint HeadOf(ReadOnlySpan<byte> key)
    {
        var head = FindHead(key, RefIndex.Part(Hash64.Of(key)), out _);
        return head == 0 || HeaderOf(head).Count != 0 ? head : NextOf(head);
    }

    /// <summary>The next row of the same key, or 0.</summary>
    public uint NextOf(uint reference)
    {
        ref var next = ref HeaderOf(reference).Next;
        while (next != 0 && HeaderOf(next).Count == 0)
        {
            next = HeaderOf(next).Next;
        }

        return next;
    }

    /// <summary>How often the row is there; not 0, negative when it was withdrawn before it was added.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int CountOf(uint reference) => HeaderOf(reference).Count;

    public ReadOnlySpan<byte> KeyOf(uint reference) => _log[reference].Slice(HeaderSize, HeaderOf(reference).KeyLength);

    /// <summary>The row without its key.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ReadOnlySpan<byte> RestOf(uint reference) => _log[reference][(HeaderSize + HeaderOf(reference).KeyLength)..];

    /// <summary>Takes over a row that another multiset holds and this one does not.</summary>
    public void AddFrom(RowMultiset other, uint reference)
    {
        var key = other.KeyOf(reference);
        var rest = other.RestOf(reference);
        var keyHash = Hash64.Of(key);
        Add(key, rest, RefIndex.Part(keyHash), RefIndex.Part(Hash64.Combine(keyHash, Hash64.Of(rest))), other.CountOf(reference));
    }

    /// <summary>A row with a negative count, or 0: the usual answer, and then it costs nothing.</summary>
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

    /// <summary>Forgets all rows.</summary>
    public void Clear()
    {
        _log.Clear();
        _rows.Clear();
        _heads.Clear();
        _negative = 0;
        Generation++;
    }

    /// <summary>Rewrites the log without what is dead. All references change.</summary>
    public void Compact()
    {
        var old = _log;
        _log = old.Successor();
        for (var from = old.Next(0); from != 0; from = old.Next(from))
        {
            var record = old[from];
            record.CopyTo(_log[_log.Append(record.Length)]);
            old.ReleaseBefore(from);
        }

        old.Clear();
        AfterRestore();
        Generation++;
    }

    public void AfterRestore()
    {
        _rows.Clear();
        _heads.Clear();
        _rows.Reserve(_log.LiveCount);
        _negative = 0;
        for (var at = _log.Next(0); at != 0; at = _log.Next(at))
        {
            var length = _log.LengthOf(at);
            ref var header = ref HeaderOf(at);
            if (length < HeaderSize || header.KeyLength < 0 || header.KeyLength > length - HeaderSize)
            {
                throw new CheckpointException($"A stored row has an impossible length. Delete the checkpoint folder: the pipeline rebuilds it from the source.");
            }

            Longest = Math.Max(Longest, length - HeaderSize);
            var keyHash = Hash64.Of(KeyOf(at));
            _negative += header.Count < 0 ? 1 : 0;
            _rows.Insert(RefIndex.Part(Hash64.Combine(keyHash, Hash64.Of(RestOf(at)))), at);
            Link(at, KeyOf(at), RefIndex.Part(keyHash));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ref RowHeader HeaderOf(uint reference) => ref Unsafe.As<byte, RowHeader>(ref _log.At(reference));

    private void Apply(ReadOnlySpan<byte> key, ReadOnlySpan<byte> rest, uint keyHash, uint rowHash, int weight)
    {
        var reference = FindRow(key, rest, rowHash);
        if (reference == 0)
        {
            Add(key, rest, keyHash, rowHash, weight);
            return;
        }

        ref var header = ref HeaderOf(reference);
        var before = header.Count;
        header.Count = checked(before + weight);
        _negative += (header.Count < 0 ? 1 : 0) - (before < 0 ? 1 : 0);
        if (header.Count == 0)
        {
            _rows.Remove(rowHash, reference);
            _log.Free(reference);
        }
        else
        {
            _log.Touch(reference);
        }
    }

    // What is on disk of the heads of the keys, and of the rows themselves, is looked at soon.
    private void Ask(ReadOnlySpan<ulong> keyHashes, ReadOnlySpan<uint> rowHashes)
    {
        _log.Settle();
        if (_log.IsPartlyOnDisk)
        {
            _wanted.Clear();
            for (var i = 0; i < keyHashes.Length; i++)
            {
                _heads.Prefetch(RefIndex.Part(keyHashes[Math.Min(i + SlotAhead, keyHashes.Length - 1)]));
                _wanted.Add(_heads.First(RefIndex.Part(keyHashes[i])));
            }

            for (var i = 0; i < rowHashes.Length; i++)
            {
                _rows.Prefetch(rowHashes[Math.Min(i + SlotAhead, rowHashes.Length - 1)]);
                _wanted.Add(_rows.First(rowHashes[i]));
            }

            _log.Ask(CollectionsMarshal.AsSpan(_wanted));
        }
    }

    private uint FindRow(ReadOnlySpan<byte> key, ReadOnlySpan<byte> rest, uint rowHash)
    {
        for (var at = _rows.Home(rowHash); ;)
        {
            var reference = _rows.Find(rowHash, ref at);
            if (reference == 0)
            {
                return 0;
            }

            var record = _log[reference];
            if (record.Length == HeaderSize + key.Length + rest.Length
                && record[(HeaderSize + key.Length)..].SequenceEqual(rest)
                && record.Slice(HeaderSize, key.Length).SequenceEqual(key)
                && HeaderOf(reference).KeyLength == key.Length)
            {
                return reference;
            }
        }
    }

    private void Add(ReadOnlySpan<byte> key, ReadOnlySpan<byte> rest, uint keyHash, uint rowHash, int weight)
    {
        _log.MakeRoom(_rows.Growth + _heads.Growth);
        var reference = _log.Append(HeaderSize + key.Length + rest.Length);
        var record = _log[reference];
        key.CopyTo(record[HeaderSize..]);
        rest.CopyTo(record[(HeaderSize + key.Length)..]);
        ref var header = ref HeaderOf(reference);
        header.Count = weight;
        header.KeyLength = key.Length;
        Longest = Math.Max(Longest, key.Length + rest.Length);
        _negative += weight < 0 ? 1 : 0;
        _rows.Insert(rowHash, reference);
        Link(reference, key, keyHash);
    }

    private ReadOnlySpan<uint> HashRows(ReadOnlySpan<ulong> keys, ReadOnlySpan<ulong> rests)
    {
        if (_rowHashes.Length < keys.Length)
        {
            _rowHashes = new uint[Math.Max(keys.Length, Columnar.ChangeBatch.TargetRows)];
        }

        for (var i = 0; i < keys.Length; i++)
        {
            _rowHashes[i] = RefIndex.Part(Hash64.Combine(keys[i], rests[i]));
        }

        return _rowHashes.AsSpan(0, keys.Length);
    }

    /// <summary>Makes a row the first of its key's chain.</summary>
    private void Link(uint reference, ReadOnlySpan<byte> key, uint keyHash)
    {
        var head = FindHead(key, keyHash, out var slot);
        if (head == 0)
        {
            HeaderOf(reference).Next = 0;
            _heads.Insert(keyHash, reference);
        }
        else
        {
            HeaderOf(reference).Next = HeaderOf(head).Count != 0 ? head : NextOf(head);
            _heads.Replace(slot, keyHash, reference);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private uint FindHead(ReadOnlySpan<byte> key, uint hash, out uint slot)
    {
        for (slot = _heads.Home(hash); ;)
        {
            var reference = _heads.Find(hash, ref slot);
            if (reference == 0 || KeyOf(reference).SequenceEqual(key))
            {
                return reference;
            }
        }
    }
}
