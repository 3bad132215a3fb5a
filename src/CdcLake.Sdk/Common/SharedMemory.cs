namespace CdcLake.Common;

/// <summary>
/// Memory that several parts of a pipeline have together. Each may take what the others leave, and its even share in any case, so that those which were there first do not keep it all: one that holds more gives
/// it back when it next looks. Together they take twice as much at most. Thread-safe.
/// </summary>
/// <param name="bytes">Of all of them.</param>
/// <param name="leastShare">What each may take in any case: many small ones are no reason to write to disk.</param>
internal sealed class SharedMemory(long bytes, long leastShare)
{
    private long _used;
    private int _count;

    /// <summary>Of all of them.</summary>
    public long Bytes => bytes;

    private long Even => Math.Max(leastShare, bytes / Math.Max(1, Volatile.Read(ref _count)));

    /// <summary>The part of a further one.</summary>
    public Share Enter()
    {
        Interlocked.Increment(ref _count);
        return new Share(this);
    }

    /// <summary>What one of them takes. Not thread-safe.</summary>
    internal sealed class Share(SharedMemory memory) : IMemoryShare
    {
        private long _mine;
        private bool _hasLeft;

        public long Bytes => Math.Max(memory.Even, memory.Bytes - (Interlocked.Read(ref memory._used) - _mine));

        public void Takes(long taken)
        {
            if (taken != _mine)
            {
                Interlocked.Add(ref memory._used, taken - _mine);
                _mine = taken;
            }
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

/// <summary>The memory that one of several may take.</summary>
internal interface IMemoryShare : IDisposable
{
    /// <summary>Bytes that it may take now.</summary>
    long Bytes { get; }

    /// <summary>So many it takes.</summary>
    void Takes(long taken);
}
