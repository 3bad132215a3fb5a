using CdcLake.Storage;

namespace CdcLake.Iceberg.Index;

/// <summary>Writes slots, in the order of their hashes, as a run. Used once.</summary>
/// <typeparam name="TKey">How keys are kept.</typeparam>
internal sealed class RunWriter<TKey> : IDisposable
    where TKey : unmanaged, IIndexKey<TKey>
{
    private const int BufferBlocks = 64;

    private readonly ulong _seed;
    private readonly KeyBloom? _bloom;
    private readonly List<ulong> _fences = [];
    private readonly byte[] _buffer = new byte[BufferBlocks * RunBlocks<TKey>.BlockBytes];
    private LocalFile? _file;
    private int _block;
    private int _slots;
    private long _written;
    private long _count;

    /// <param name="file">Gets them; the writer's from now on.</param>
    /// <param name="seed">That of the hashes.</param>
    /// <param name="bloom">Gets the keys; null for a run without one.</param>
    public RunWriter(LocalFile file, ulong seed, KeyBloom? bloom)
    {
        _file = file;
        _seed = seed;
        _bloom = bloom;
    }

    /// <summary>Adds a slot that is not empty, with a hash that is not smaller than that of the one before.</summary>
    public void Append(in KeySlot<TKey> slot)
    {
        var hash = slot.Key.Hash(_seed);
        if (_slots == 0)
        {
            _fences.Add(hash);
        }

        RunBlocks<TKey>.SlotsOf(Block)[_slots++] = slot;
        _bloom?.Add(hash);
        _count++;
        if (_slots == RunBlocks<TKey>.SlotsPerBlock)
        {
            EndBlock();
        }
    }

    /// <summary>Adds all keys of a table.</summary>
    /// <param name="table">The table.</param>
    /// <param name="keepsRemoved">Those that are no keys any more too, since there are older runs that have them.</param>
    public void Append(KeyTable<TKey> table, bool keepsRemoved = false)
    {
        foreach (var shard in table.Shards)
        {
            foreach (ref readonly var slot in shard.Slots)
            {
                if (!slot.IsEmpty && (keepsRemoved || !slot.Location.IsNone))
                {
                    Append(slot);
                }
            }
        }
    }

    /// <summary>The run; it is the caller's.</summary>
    public KeyRun<TKey> Complete()
    {
        if (_slots > 0)
        {
            EndBlock();
        }

        Flush();
        var run = new KeyRun<TKey>(_file!, [.. _fences], _count, _bloom, _seed);
        _file = null;
        return run;
    }

    public void Dispose() => _file?.Dispose();

    private Span<byte> Block => _buffer.AsSpan(_block * RunBlocks<TKey>.BlockBytes, RunBlocks<TKey>.BlockBytes);

    private void EndBlock()
    {
        RunBlocks<TKey>.SlotsOf(Block)[_slots..].Clear();
        RunBlocks<TKey>.Seal(Block, _slots);
        _slots = 0;
        if (++_block == BufferBlocks)
        {
            Flush();
        }
    }

    private void Flush()
    {
        var bytes = _buffer.AsSpan(0, _block * RunBlocks<TKey>.BlockBytes);
        _file!.Write(bytes, _written);
        _written += bytes.Length;
        _block = 0;
    }
}
