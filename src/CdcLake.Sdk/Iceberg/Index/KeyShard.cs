using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using CdcLake.Iceberg.Tables;

namespace CdcLake.Iceberg.Index;

// Slots lie in the order of their hashes: a key belongs at hash × capacity / 2⁶⁴ ("home") or, when others are there, behind them. A search
// ends at the first larger hash; an insertion moves the slots up to the next empty one by one, a removal moves those back that are not at home. Growing is one pass
// over both arrays. A few slots behind the last home take what overflows there.

/// <summary>A part of a <see cref="KeyTable{TKey}"/>: open addressing with ordered linear probing in memory outside the managed heap, which is given back at once.</summary>
/// <typeparam name="TKey">How keys are kept.</typeparam>
/// <param name="seed">That of the hashes.</param>
internal sealed unsafe class KeyShard<TKey>(ulong seed)
    where TKey : unmanaged, IIndexKey<TKey>
{
    private const int FirstCapacity = 16;
    private const int DoublesUpTo = 1024;
    private KeySlot<TKey>* _slots;
    private uint _capacity;
    private uint _length;
    private uint _used;

    ~KeyShard() => NativeMemory.Free(_slots);

    public long Bytes => (long)_length * sizeof(KeySlot<TKey>);

    /// <summary>Keys in it.</summary>
    public long Count => _used;

    /// <summary>All slots, empty ones among them, in the order of their hashes. Valid until the next change.</summary>
    public ReadOnlySpan<KeySlot<TKey>> Slots => new(_slots, (int)_length);

    /// <summary>Entries in a full shard, in percent of its capacity, and how much larger it then becomes: large entries are packed tighter, so that no key costs more than 24 bytes.</summary>
    private static (uint Full, uint Growth) Percent => sizeof(KeySlot<TKey>) > 16 ? (92u, 109u) : (90u, 125u);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Prefetch(ulong hash)
    {
        if (Sse.IsSupported && _capacity > 0)
        {
            var at = (byte*)(_slots + Home(hash));
            Sse.Prefetch0(at);
            Sse.Prefetch0(at + 64);
        }
    }

    public RowLocation Find(TKey key, ulong hash)
    {
        if (_used == 0)
        {
            return RowLocation.None;
        }

        var slot = _slots + Place(key, hash);
        return !slot->IsEmpty && slot->Key.Equals(key) ? slot->Location : RowLocation.None;
    }

    /// <summary>Adds a key or moves it, and says where it was.</summary>
    public RowLocation Set(TKey key, ulong hash, RowLocation location)
    {
        if (_used >= (ulong)_capacity * Percent.Full / 100)
        {
            Grow();
        }

        while (true)
        {
            var at = Place(key, hash);
            var slot = _slots + at;
            if (!slot->IsEmpty && slot->Key.Equals(key))
            {
                var previous = slot->Location;
                slot->Location = location;
                return previous;
            }

            var free = at;
            while (!_slots[free].IsEmpty)
            {
                free++;
            }

            // The last slot stays empty: every search ends there.
            if (free < _length - 1)
            {
                Move(at, at + 1, free - at);
                slot->Key = key;
                slot->Location = location;
                _used++;
                return RowLocation.None;
            }

            Grow();
        }
    }

    /// <summary>Removes a key and says where it was.</summary>
    public RowLocation Remove(TKey key, ulong hash)
    {
        if (_used == 0)
        {
            return RowLocation.None;
        }

        var at = Place(key, hash);
        var slot = _slots + at;
        if (slot->IsEmpty || !slot->Key.Equals(key))
        {
            return RowLocation.None;
        }

        var previous = slot->Location;
        var next = at + 1;
        while (!_slots[next].IsEmpty && Home(_slots[next].Key.Hash(seed)) != next)
        {
            next++;
        }

        Move(at + 1, at, next - at - 1);
        _slots[next - 1] = default;
        _used--;
        return previous;
    }

    /// <summary>Room for so many keys, made at once: keys that come in the order of their hashes would crowd together in a shard that grows.</summary>
    public void Reserve(long keys)
    {
        if (_capacity == 0)
        {
            Rebuild((uint)Math.Min(int.MaxValue, Math.Max(FirstCapacity, (keys + (4 * (long)Math.Sqrt(keys))) * 100 / Percent.Full)));
        }
    }

    public void Clear()
    {
        NativeMemory.Free(_slots);
        _slots = null;
        _capacity = _length = _used = 0;
    }

    /// <summary>Where the key is, or where it would be put.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private uint Place(TKey key, ulong hash)
    {
        var at = Home(hash);
        for (var slot = _slots + at; !slot->IsEmpty && !slot->Key.Equals(key) && slot->Key.Hash(seed) <= hash; slot++)
        {
            at++;
        }

        return at;
    }

    /// <summary>The high bits of the hash choose the shard; those below choose the place in it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private uint Home(ulong hash) => (uint)(((hash >> 24) & uint.MaxValue) * _capacity >> 32);

    private void Move(uint from, uint to, uint count) => Buffer.MemoryCopy(_slots + from, _slots + to, (ulong)count * (ulong)sizeof(KeySlot<TKey>), (ulong)count * (ulong)sizeof(KeySlot<TKey>));

    private void Grow()
    {
        var larger = _capacity < DoublesUpTo ? Math.Max(FirstCapacity, _capacity * 2) : (ulong)_capacity * Percent.Growth / 100;
        if (larger > int.MaxValue)
        {
            throw new UnsupportedTypeException("The key index reached 400 billion keys, the most that is kept today. Split the table.");
        }

        Rebuild((uint)larger);
    }

    /// <summary>
    /// Makes the array longer and spreads the keys over it, in place: they are moved to its end and from there to where they belong, which is never behind where they then lie. So no key is
    /// held twice, and no hole is left in the heap by each array that was outgrown (with glibc these were 3 bytes a key).
    /// </summary>
    private void Rebuild(uint capacity)
    {
        var from = 0u;
        var next = 0u;
        var spare = FirstCapacity + (capacity / 256);
        Lengthen((uint)Math.Max((long)capacity + spare - _length, capacity - _capacity), ref from);
        _capacity = capacity;
        while (from < _length)
        {
            var slot = _slots[from++];
            if (slot.IsEmpty)
            {
                continue;
            }

            var at = Math.Max(next, Home(slot.Key.Hash(seed)));
            if (at == _length - 1)
            {
                // More than expected belongs to the last places: room for it behind them. The last slot stays empty.
                Lengthen(spare, ref from);
            }

            Empty(next, at);
            _slots[at] = slot;
            next = at + 1;
        }

        _length = Math.Min(_length, Math.Max(capacity + spare, next + 1)); // room from another time that is not needed any more
        _slots = (KeySlot<TKey>*)NativeMemory.Realloc(_slots, (nuint)_length * (nuint)sizeof(KeySlot<TKey>));
        Empty(next, _length);
    }

    /// <summary>Adds slots in front of those that are not moved yet.</summary>
    private void Lengthen(uint slots, ref uint from)
    {
        _slots = (KeySlot<TKey>*)NativeMemory.Realloc(_slots, (nuint)(_length + slots) * (nuint)sizeof(KeySlot<TKey>));
        Move(from, from + slots, _length - from);
        _length += slots;
        from += slots;
    }

    private void Empty(uint from, uint to) => new Span<KeySlot<TKey>>(_slots + from, (int)(to - from)).Clear();
}
