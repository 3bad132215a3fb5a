using CdcLake.Iceberg.Tables;
using CdcLake.Storage;

namespace CdcLake.Iceberg.Index;

/// <summary>
/// Keys that went to a file, in the order of their hashes, never changed. In memory are the first hash of each block (0.04 bytes a key) and a Bloom filter. Not thread-safe; the owner
/// disposes it.
/// </summary>
/// <typeparam name="TKey">How keys are kept.</typeparam>
internal sealed class KeyRun<TKey> : IDisposable
    where TKey : unmanaged, IIndexKey<TKey>
{
    private const int BufferBlocks = 64;
    private const int SkippedBlocks = 4; // reading them too is cheaper than another read

    private readonly LocalFile _file;
    private readonly ulong[] _fences;
    private readonly KeyBloom? _bloom;
    private readonly byte[] _buffer = new byte[BufferBlocks * RunBlocks<TKey>.BlockBytes];
    private int _first;
    private int _loaded;

    /// <param name="file">Its blocks; the run disposes it.</param>
    /// <param name="fences">First hash of each block.</param>
    /// <param name="count">Slots.</param>
    /// <param name="bloom">The keys; null for a run without a filter.</param>
    /// <param name="seed">That of the hashes.</param>
    public KeyRun(LocalFile file, ulong[] fences, long count, KeyBloom? bloom, ulong seed)
    {
        _file = file;
        _fences = fences;
        _bloom = bloom;
        Count = count;
        Seed = seed;
    }

    /// <summary>Slots, those of removed keys among them.</summary>
    public long Count { get; }

    public int Blocks => _fences.Length;

    public ulong Seed { get; }

    /// <summary>Memory in use.</summary>
    public long Bytes => (_fences.LongLength * sizeof(ulong)) + (_bloom?.Bytes ?? 0) + _buffer.Length;

    /// <summary>Looks for keys.</summary>
    /// <param name="keys">Keys of a batch.</param>
    /// <param name="hashes">Their hashes.</param>
    /// <param name="wanted">Which of them, in the order of their hashes; those that are not here are moved to the front, in their order.</param>
    /// <param name="found">Gets the places of those that are here.</param>
    /// <returns>How many are not here.</returns>
    public int Find(TKey[] keys, ulong[] hashes, Span<int> wanted, RowLocation[] found)
    {
        var left = 0;
        for (var i = 0; i < wanted.Length; i++)
        {
            var key = wanted[i];
            if (_bloom?.MayContain(hashes[key]) == false || !TryFind(keys[key], hashes[key], hashes, wanted[(i + 1)..], out var place))
            {
                wanted[left++] = key;
            }
            else
            {
                found[key] = place;
            }
        }

        return left;
    }

    /// <summary>Reads whole blocks.</summary>
    public void Read(int first, Span<byte> blocks) => _file.Read(blocks, (long)first * RunBlocks<TKey>.BlockBytes);

    public void Dispose() => _file.Dispose();

    private bool TryFind(TKey key, ulong hash, ulong[] hashes, ReadOnlySpan<int> next, out RowLocation place)
    {
        for (var block = BlockOf(hash); block < Blocks && _fences[block] <= hash; block++)
        {
            var slots = RunBlocks<TKey>.Open(Load(block, hashes, next));
            for (var at = LowerBound(slots, hash); at < slots.Length && slots[at].Key.Hash(Seed) == hash; at++)
            {
                if (slots[at].Key.Equals(key))
                {
                    place = slots[at].Location;
                    return true;
                }
            }
        }

        place = RowLocation.None;
        return false;
    }

    /// <summary>The first block in which the hash may be.</summary>
    private int BlockOf(ulong hash)
    {
        var at = Array.BinarySearch(_fences, hash);
        at = at < 0 ? ~at : at;
        while (at > 0 && (at == Blocks || _fences[at] >= hash))
        {
            at--;
        }

        return at;
    }

    /// <summary>The bytes of a block; those of the next keys are read along with it where they are close.</summary>
    private ReadOnlySpan<byte> Load(int block, ulong[] hashes, ReadOnlySpan<int> next)
    {
        if (block < _first || block >= _first + _loaded)
        {
            var end = block + 1;
            foreach (var key in next)
            {
                var last = Math.Min(Math.Min(end + SkippedBlocks, block + BufferBlocks - 1), Blocks - 1);
                if (hashes[key] > _fences[last])
                {
                    break;
                }

                while (end <= last && _fences[end] <= hashes[key])
                {
                    end++;
                }
            }

            _loaded = 0; // should the read fail
            Read(block, _buffer.AsSpan(0, (end - block) * RunBlocks<TKey>.BlockBytes));
            (_first, _loaded) = (block, end - block);
        }

        return _buffer.AsSpan((block - _first) * RunBlocks<TKey>.BlockBytes, RunBlocks<TKey>.BlockBytes);
    }

    private int LowerBound(ReadOnlySpan<KeySlot<TKey>> slots, ulong hash)
    {
        var (low, high) = (0, slots.Length);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (slots[middle].Key.Hash(Seed) < hash)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }
}
