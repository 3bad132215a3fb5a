using System.Runtime.CompilerServices;
using CdcLake.Iceberg.Tables;
using CdcLake.State.Rows;

namespace CdcLake.Iceberg.Index;

/// <summary>
/// An index in shards that grow one at a time and by little, so that growing neither stops for long nor ever needs much more memory than the keys do: 72 to 92 % of
/// the memory is entries.
/// </summary>
/// <typeparam name="TKey">How keys are kept.</typeparam>
internal sealed class KeyTable<TKey> : KeyIndex
    where TKey : unmanaged, IIndexKey<TKey>
{
    private const int ShardBits = 8;
    private const int Ahead = 32;
    private readonly KeyShard<TKey>[] _shards = new KeyShard<TKey>[1 << ShardBits];
    private readonly TKey[] _keys = new TKey[Ahead];
    private readonly ulong[] _hashes = new ulong[Ahead];

    public KeyTable()
    {
        for (var i = 0; i < _shards.Length; i++)
        {
            _shards[i] = new KeyShard<TKey>();
        }
    }

    public override long Bytes => _shards.Sum(s => s.Bytes);

    public override void Find(EncodedRows keys, Span<bool> present)
    {
        for (var start = 0; start < keys.Count; start += Ahead)
        {
            var count = Fetch(keys, start, []);
            for (var i = 0; i < count; i++)
            {
                present[start + i] = !ShardOf(_hashes[i]).Find(_keys[i], _hashes[i]).IsNone;
            }
        }
    }

    public override void Find(EncodedRows keys, Span<RowLocation> locations)
    {
        for (var start = 0; start < keys.Count; start += Ahead)
        {
            var count = Fetch(keys, start, []);
            for (var i = 0; i < count; i++)
            {
                locations[start + i] = ShardOf(_hashes[i]).Find(_keys[i], _hashes[i]);
            }
        }
    }

    public override void Set(EncodedRows keys, ReadOnlySpan<int> rows, int file, ReadOnlySpan<uint> positions, Span<RowLocation> previous)
    {
        for (var start = 0; start < positions.Length; start += Ahead)
        {
            var count = Fetch(keys, start, rows);
            for (var i = 0; i < count; i++)
            {
                var before = ShardOf(_hashes[i]).Set(_keys[i], _hashes[i], new RowLocation(file, positions[start + i]));
                previous[start + i] = before;
                Count += before.IsNone ? 1 : 0;
            }
        }
    }

    public override void Remove(EncodedRows keys, Span<RowLocation> previous)
    {
        for (var start = 0; start < keys.Count; start += Ahead)
        {
            var count = Fetch(keys, start, []);
            for (var i = 0; i < count; i++)
            {
                var before = ShardOf(_hashes[i]).Remove(_keys[i], _hashes[i]);
                previous[start + i] = before;
                Count -= before.IsNone ? 0 : 1;
            }
        }
    }

    public override void Clear()
    {
        Count = 0;
        foreach (var shard in _shards)
        {
            shard.Clear();
        }
    }

    /// <summary>Works out the next keys and asks the processor to fetch their places.</summary>
    /// <param name="keys">Encoded keys.</param>
    /// <param name="start">First of them.</param>
    /// <param name="rows">Which keys; all when empty.</param>
    /// <returns>How many.</returns>
    private int Fetch(EncodedRows keys, int start, ReadOnlySpan<int> rows)
    {
        var count = Math.Min(Ahead, (rows.IsEmpty ? keys.Count : rows.Length) - start);
        for (var i = 0; i < count; i++)
        {
            var key = TKey.Of(keys[rows.IsEmpty ? start + i : rows[start + i]]);
            var hash = key.Hash;
            _keys[i] = key;
            _hashes[i] = hash;
            ShardOf(hash).Prefetch(hash);
        }

        return count;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private KeyShard<TKey> ShardOf(ulong hash) => _shards[hash >> (64 - ShardBits)];
}
