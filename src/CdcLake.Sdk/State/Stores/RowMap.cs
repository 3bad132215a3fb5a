using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using CdcLake.State.Rows;

namespace CdcLake.State.Stores;

/// <summary>
/// One record per key: a prefix of fixed size that its owner changes in place, then the key's bytes. References stay valid until <see cref="Compact"/>.
/// Not thread-safe.
/// </summary>
internal sealed class RowMap : IStateStore
{
    // Rows between asking for a slot and reading it, and between asking for a record and reading it.
    private const int SlotAhead = 16;
    private const int RecordAhead = 8;

    private readonly int _prefix;
    private RecordLog _log;
    private readonly RefIndex _index = new();
    private readonly List<uint> _wanted = [];

    /// <param name="prefixBytes">Bytes of the prefix of each record; zeroed in a new record.</param>
    public RowMap(int prefixBytes)
    {
        _prefix = prefixBytes;
        _log = new RecordLog(prefixBytes);
    }

    public long Count => _log.LiveCount;

    public long Bytes => _log.AllocatedBytes + _index.Bytes;

    public bool IsSparse => _log.IsSparse;

    public ReadOnlySpan<byte> PrefixOf(uint reference) => _log[reference][.._prefix];

    /// <summary>A value inside the prefix.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ref T Field<T>(uint reference, int offset)
        where T : unmanaged => ref Unsafe.As<byte, T>(ref Unsafe.Add(ref _log.At(reference), offset));

    public ReadOnlySpan<byte> KeyOf(uint reference) => _log[reference][_prefix..];

    /// <summary>The record of each key, made where there was none.</summary>
    /// <param name="keys">With hashes computed.</param>
    /// <param name="references">One entry for each key.</param>
    public void FindOrAdd(EncodedRows keys, Span<uint> references)
    {
        var hashes = keys.Hashes;
        Ask(hashes);
        for (var i = 0; i < hashes.Length; i++)
        {
            Prefetch(hashes, i);
            var key = keys[i];
            var hash = RefIndex.Part(hashes[i]);
            var found = Find(key, hash);
            references[i] = found != 0 ? found : Add(key, hash);
        }
    }

    /// <summary>The record of each key, or 0.</summary>
    public void Find(EncodedRows keys, Span<uint> references)
    {
        var hashes = keys.Hashes;
        Ask(hashes);
        for (var i = 0; i < hashes.Length; i++)
        {
            Prefetch(hashes, i);
            references[i] = Find(keys[i], RefIndex.Part(hashes[i]));
        }
    }

    /// <summary>Makes a record for a key that has none.</summary>
    /// <param name="key">The key's bytes.</param>
    /// <param name="prefix">The whole prefix.</param>
    public uint Add(ReadOnlySpan<byte> key, ReadOnlySpan<byte> prefix)
    {
        var reference = Add(key, RefIndex.Part(Common.Hash64.Of(key)));
        prefix.CopyTo(_log[reference]);
        return reference;
    }

    /// <summary>Says that the prefix changed.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Touch(uint reference) => _log.Touch(reference);

    public void Remove(uint reference)
    {
        _index.Remove(RefIndex.Part(Common.Hash64.Of(KeyOf(reference))), reference);
        _log.Free(reference);
    }

    /// <summary>The record behind <paramref name="reference"/> in the order of adding, or 0; pass 0 to begin.</summary>
    public uint Next(uint reference) => _log.Next(reference);

    public void Clear()
    {
        _log.Clear();
        _index.Clear();
        Generation++;
    }

    /// <summary>Rewrites the log without what is dead. All references change.</summary>
    public void Compact()
    {
        var old = _log;
        _log = old.Successor();
        _index.Clear();
        _index.Reserve(old.LiveCount);
        for (var from = old.Next(0); from != 0; from = old.Next(from))
        {
            var record = old[from];
            var to = _log.Append(record.Length);
            record.CopyTo(_log[to]);
            _index.Insert(RefIndex.Part(Common.Hash64.Of(record[_prefix..])), to);
            old.ReleaseBefore(from);
        }

        old.Clear();
        Generation++;
    }

    public int Generation { get; private set; }

    public RecordLog Log => _log;

    public void AfterRestore()
    {
        _index.Clear();
        _index.Reserve(_log.LiveCount);
        for (var at = _log.Next(0); at != 0; at = _log.Next(at))
        {
            _index.Insert(RefIndex.Part(Common.Hash64.Of(KeyOf(at))), at);
        }
    }

    // What is on disk of these is looked at soon.
    private void Ask(ReadOnlySpan<ulong> hashes)
    {
        _log.Settle();
        if (_log.IsPartlyOnDisk)
        {
            _wanted.Clear();
            for (var i = 0; i < hashes.Length; i++)
            {
                _index.Prefetch(RefIndex.Part(hashes[Math.Min(i + SlotAhead, hashes.Length - 1)]));
                _wanted.Add(_index.First(RefIndex.Part(hashes[i])));
            }

            _log.Ask(CollectionsMarshal.AsSpan(_wanted));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Prefetch(ReadOnlySpan<ulong> hashes, int row)
    {
        if (row + SlotAhead < hashes.Length)
        {
            _index.Prefetch(RefIndex.Part(hashes[row + SlotAhead]));
            _log.Prefetch(_index.Peek(RefIndex.Part(hashes[row + RecordAhead])));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private uint Find(ReadOnlySpan<byte> key, uint hash)
    {
        for (var at = _index.Home(hash); ;)
        {
            var reference = _index.Find(hash, ref at);
            if (reference == 0 || KeyOf(reference).SequenceEqual(key))
            {
                return reference;
            }
        }
    }

    private uint Add(ReadOnlySpan<byte> key, uint hash)
    {
        _log.MakeRoom(_index.Growth);
        var reference = _log.Append(_prefix + key.Length);
        var record = _log[reference];
        record[.._prefix].Clear();
        key.CopyTo(record[_prefix..]);
        _index.Insert(hash, reference);
        return reference;
    }
}
