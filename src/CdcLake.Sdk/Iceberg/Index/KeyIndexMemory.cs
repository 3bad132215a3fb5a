namespace CdcLake.Iceberg.Index;

/// <summary>
/// Memory that the indexes of several tables have together. Each may take what the others leave, and its even share in any case, so that tables which were there first do not keep it all: one that holds more gives
/// it back when it next changes. Together they take twice as much at most. Thread-safe.
/// </summary>
/// <param name="bytes">Of all of them.</param>
internal sealed class KeyIndexMemory(long bytes)
{
    /// <summary>What each may take in any case: many small tables are no reason to write to disk.</summary>
    private const long LeastShare = 256 << 10;

    private long _used;
    private int _count;

    private long All => bytes;

    private long Even => Math.Max(LeastShare, bytes / Math.Max(1, Volatile.Read(ref _count)));

    /// <summary>The part of a further index.</summary>
    public Share Enter()
    {
        Interlocked.Increment(ref _count);
        return new Share(this);
    }

    /// <summary>What one index takes. Not thread-safe.</summary>
    internal sealed class Share(KeyIndexMemory memory) : IKeyIndexShare
    {
        private long _mine;
        private bool _hasLeft;

        public long Bytes => Math.Max(memory.Even, memory.All - (Interlocked.Read(ref memory._used) - _mine));

        public void Takes(long taken)
        {
            Interlocked.Add(ref memory._used, taken - _mine);
            _mine = taken;
        }

        public void Dispose()
        {
            if (!_hasLeft)
            {
                _hasLeft = true;
                Takes(0);
                Interlocked.Decrement(ref memory._count);
            }
        }
    }
}

/// <summary>The memory that an index may take.</summary>
internal interface IKeyIndexShare : IDisposable
{
    /// <summary>Bytes that it may take now.</summary>
    long Bytes { get; }

    /// <summary>So many it takes.</summary>
    void Takes(long taken);
}
