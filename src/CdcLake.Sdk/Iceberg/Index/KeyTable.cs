using System.Runtime.CompilerServices;
using CdcLake.Iceberg.Tables;

namespace CdcLake.Iceberg.Index;

/// <summary>
/// Keys in memory, in shards that grow one at a time and by little, so that growing neither stops for long nor ever needs much more memory than the keys do: 72 to 92 % of
/// the memory is entries.
/// </summary>
/// <typeparam name="TKey">How keys are kept.</typeparam>
/// <param name="seed">That of the hashes.</param>
internal sealed class KeyTable<TKey>(ulong seed)
    where TKey : unmanaged, IIndexKey<TKey>
{
    private const int ShardBits = 8;

    private readonly KeyShard<TKey>[] _shards = [.. Enumerable.Range(0, 1 << ShardBits).Select(_ => new KeyShard<TKey>(seed))];

    /// <summary>Its parts, in the order of hashes.</summary>
    public IReadOnlyList<KeyShard<TKey>> Shards => _shards;

    /// <summary>Entries.</summary>
    public long Count => _shards.Sum(s => s.Count);

    /// <summary>Memory of all entries, free ones included.</summary>
    public long Bytes => _shards.Sum(s => s.Bytes);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Prefetch(ulong hash) => ShardOf(hash).Prefetch(hash);

    /// <inheritdoc cref="KeyShard{TKey}.Find"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public RowLocation Find(TKey key, ulong hash) => ShardOf(hash).Find(key, hash);

    /// <inheritdoc cref="KeyShard{TKey}.Set"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public RowLocation Set(TKey key, ulong hash, RowLocation location) => ShardOf(hash).Set(key, hash, location);

    /// <inheritdoc cref="KeyShard{TKey}.Remove"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public RowLocation Remove(TKey key, ulong hash) => ShardOf(hash).Remove(key, hash);

    /// <summary>Makes room for so many keys in an empty table.</summary>
    public void Reserve(long keys)
    {
        foreach (var shard in _shards)
        {
            shard.Reserve(keys >> ShardBits);
        }
    }

    public void Clear()
    {
        foreach (var shard in _shards)
        {
            shard.Clear();
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private KeyShard<TKey> ShardOf(ulong hash) => _shards[hash >> (64 - ShardBits)];
}
