using System.Runtime.CompilerServices;
using CdcLake.Iceberg.Tables;

namespace CdcLake.Iceberg.Index;

/// <summary>
/// Which row of which file holds a key: open addressing in plain arrays, 24 bytes a slot and no object per entry. It consists of shards that grow one at a
/// time, so growing neither stops for long nor doubles the whole memory. Not thread-safe.
/// </summary>
internal sealed class KeyIndex
{
    private const int ShardBits = 7;
    private readonly Shard[] _shards = new Shard[1 << ShardBits];

    public KeyIndex() => Clear();

    /// <summary>Keys in the index.</summary>
    public long Count { get; private set; }

    /// <summary>Memory of all slots.</summary>
    public long Bytes => _shards.Sum(s => (long)s.Slots * Unsafe.SizeOf<Slot>());

    public bool TryGet(IndexKey key, out RowLocation location)
    {
        var hash = key.Hash;
        return ShardOf(hash).TryGet(key, hash, out location);
    }

    /// <summary>Adds a key or moves it. True: it was there, at <paramref name="previous"/>.</summary>
    public bool Set(IndexKey key, RowLocation location, out RowLocation previous)
    {
        var hash = key.Hash;
        var replaced = ShardOf(hash).Set(key, hash, location, out previous);
        Count += replaced ? 0 : 1;
        return replaced;
    }

    /// <summary>Removes a key. True: it was there, at <paramref name="previous"/>.</summary>
    public bool Remove(IndexKey key, out RowLocation previous)
    {
        var hash = key.Hash;
        var removed = ShardOf(hash).Remove(key, hash, out previous);
        Count -= removed ? 1 : 0;
        return removed;
    }

    /// <summary>Removes all keys and gives their memory back.</summary>
    public void Clear()
    {
        Count = 0;
        for (var i = 0; i < _shards.Length; i++)
        {
            _shards[i] = new Shard();
        }
    }

    /// <summary>Removes all keys of some files.</summary>
    public void RemoveFiles(IReadOnlySet<int> files)
    {
        Count = 0;
        foreach (var shard in _shards)
        {
            Count += shard.RemoveFiles(files);
        }
    }

    private Shard ShardOf(ulong hash) => _shards[hash >> (64 - ShardBits)];

    /// <summary>A slot; <see cref="File"/> is the ordinal plus one, so that zeroed memory is empty.</summary>
    private struct Slot
    {
        public IndexKey Key;
        public int File;
        public uint Position;
    }

    private sealed class Shard
    {
        private const int FirstSlots = 16;
        private Slot[] _slots = new Slot[FirstSlots];
        private int _used;

        public int Slots => _slots.Length;

        public bool TryGet(IndexKey key, ulong hash, out RowLocation location)
        {
            ref var slot = ref _slots[Find(key, hash)];
            location = new RowLocation(slot.File - 1, slot.Position);
            return slot.File != 0;
        }

        public bool Set(IndexKey key, ulong hash, RowLocation location, out RowLocation previous)
        {
            ref var slot = ref _slots[Find(key, hash)];
            previous = new RowLocation(slot.File - 1, slot.Position);
            var replaced = slot.File != 0;
            slot.Key = key;
            slot.File = location.File + 1;
            slot.Position = location.Position;
            if (!replaced && ++_used > _slots.Length / 4 * 3)
            {
                Grow();
            }

            return replaced;
        }

        public bool Remove(IndexKey key, ulong hash, out RowLocation previous)
        {
            var at = Find(key, hash);
            previous = new RowLocation(_slots[at].File - 1, _slots[at].Position);
            if (_slots[at].File == 0)
            {
                return false;
            }

            // Close the gap: move back every later slot of the run that may lie nearer to its home.
            var mask = _slots.Length - 1;
            for (var next = (at + 1) & mask; _slots[next].File != 0; next = (next + 1) & mask)
            {
                var home = (int)_slots[next].Key.Hash & mask;
                if (((next - home) & mask) >= ((next - at) & mask))
                {
                    _slots[at] = _slots[next];
                    at = next;
                }
            }

            _slots[at] = default;
            _used--;
            return true;
        }

        /// <summary>The slot that holds the key, or the empty one where it belongs.</summary>
        private int Find(IndexKey key, ulong hash)
        {
            var mask = _slots.Length - 1;
            var at = (int)hash & mask;
            while (_slots[at].File != 0 && _slots[at].Key != key)
            {
                at = (at + 1) & mask;
            }

            return at;
        }

        /// <summary>Keys that are left.</summary>
        public int RemoveFiles(IReadOnlySet<int> files)
        {
            foreach (ref var slot in _slots.AsSpan())
            {
                if (slot.File != 0 && files.Contains(slot.File - 1))
                {
                    slot = default;
                    _used--;
                }
            }

            Place(_slots, _slots.Length);
            return _used;
        }

        private void Grow() => Place(_slots, _slots.Length * 2);

        private void Place(Slot[] old, int size)
        {
            _slots = new Slot[size];
            var mask = size - 1;
            foreach (ref var slot in old.AsSpan())
            {
                if (slot.File != 0)
                {
                    var at = (int)slot.Key.Hash & mask;
                    while (_slots[at].File != 0)
                    {
                        at = (at + 1) & mask;
                    }

                    _slots[at] = slot;
                }
            }
        }
    }
}
