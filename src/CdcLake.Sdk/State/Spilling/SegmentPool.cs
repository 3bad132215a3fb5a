namespace CdcLake.State.Spilling;

/// <summary>
/// Segments that record logs gave up, for the next log that grows: what waits for a commit fills and empties the same memory over and over, and a log that is rewritten
/// shrinks while its successor grows. What nobody took for a while is freed. Thread-safe.
/// </summary>
internal sealed class SegmentPool : IDisposable
{
    /// <summary>Usual bytes of a segment.</summary>
    public const int SegmentBytes = 1 << 20;

    /// <summary>How often unused segments are given up.</summary>
    public static readonly TimeSpan Period = TimeSpan.FromSeconds(5);

    private readonly Lock _lock = new();
    private readonly Stack<SegmentMemory> _free = new();
    private readonly int _bytes;
    private readonly ITimer _timer;
    private bool _isTimed;
    private int _fewest; // free at any moment since the timer was set

    /// <param name="bytes">Length of a segment.</param>
    /// <param name="clock">Says when unused ones are given up.</param>
    public SegmentPool(int bytes, TimeProvider clock)
    {
        _bytes = bytes;
        _timer = clock.CreateTimer(p => ((SegmentPool)p!).Trim(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>The pool of the whole process, of segments of <see cref="SegmentBytes"/>.</summary>
    public static SegmentPool Shared { get; } = new(SegmentBytes, TimeProvider.System);

    /// <summary>Segments that wait for their next use.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _free.Count;
            }
        }
    }

    /// <summary>A segment with arbitrary content.</summary>
    public SegmentMemory Rent()
    {
        lock (_lock)
        {
            if (_free.TryPop(out var segment))
            {
                _fewest = Math.Min(_fewest, _free.Count);
                return segment;
            }
        }

        return new SegmentMemory(_bytes);
    }

    /// <summary>Takes a segment back, which nobody may use any more.</summary>
    /// <param name="segment">The segment.</param>
    /// <param name="most">How many may wait for their next use: beyond that it is freed.</param>
    public void Return(SegmentMemory segment, int most = int.MaxValue)
    {
        lock (_lock)
        {
            if (_free.Count >= most)
            {
                segment.Free();
                return;
            }

            _free.Push(segment);
            if (!_isTimed)
            {
                _isTimed = true;
                _fewest = 0;
                _timer.Change(Period, Timeout.InfiniteTimeSpan);
            }
        }
    }

    public void Dispose() => _timer.Dispose();

    private void Trim()
    {
        lock (_lock)
        {
            for (; _fewest > 0; _fewest--)
            {
                _free.Pop().Free();
            }

            _fewest = _free.Count;
            _isTimed = _fewest > 0;
            if (_isTimed)
            {
                _timer.Change(Period, Timeout.InfiniteTimeSpan);
            }
        }
    }
}
