namespace CdcLake.Iceberg.Index;

/// <summary>Reads a run from its first slot to its last.</summary>
/// <typeparam name="TKey">How keys are kept.</typeparam>
/// <param name="run">The run; it stays the caller's.</param>
internal sealed class RunReader<TKey>(KeyRun<TKey> run)
    where TKey : unmanaged, IIndexKey<TKey>
{
    private const int BufferBlocks = 64;

    private readonly byte[] _buffer = new byte[BufferBlocks * RunBlocks<TKey>.BlockBytes];
    private readonly KeySlot<TKey>[] _slots = new KeySlot<TKey>[RunBlocks<TKey>.SlotsPerBlock];
    private int _block;
    private int _slot = -1;
    private int _count;

    /// <summary>The slot that was read last.</summary>
    public ref readonly KeySlot<TKey> Current => ref _slots[_slot];

    /// <summary>Its hash.</summary>
    public ulong Hash { get; private set; }

    /// <summary>Reads the next slot; false when there is none.</summary>
    public bool Next()
    {
        if (++_slot >= _count)
        {
            if (_block == run.Blocks)
            {
                return false;
            }

            Load();
        }

        Hash = _slots[_slot].Key.Hash(run.Seed);
        return true;
    }

    private void Load()
    {
        var at = _block % BufferBlocks;
        if (at == 0)
        {
            run.Read(_block, _buffer.AsSpan(0, Math.Min(BufferBlocks, run.Blocks - _block) * RunBlocks<TKey>.BlockBytes));
        }

        var slots = RunBlocks<TKey>.Open(_buffer.AsSpan(at * RunBlocks<TKey>.BlockBytes, RunBlocks<TKey>.BlockBytes));
        slots.CopyTo(_slots);
        (_count, _slot) = (slots.Length, 0);
        _block++;
    }
}
