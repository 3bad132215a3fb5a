namespace CdcLake.Diagnostics;

/// <summary>How long a task has waited since it began, the wait that it is in included. One task waits; anybody reads.</summary>
/// <param name="clock">Measures it.</param>
internal sealed class WaitMeter(TimeProvider clock)
{
    private readonly Lock _gate = new();
    private TimeSpan _total;
    private long? _since;

    /// <summary>All waits so far.</summary>
    public TimeSpan Total
    {
        get
        {
            lock (_gate)
            {
                return _since is { } since ? _total + clock.GetElapsedTime(since) : _total;
            }
        }
    }

    /// <summary>A wait begins, unless one has begun.</summary>
    public void Begin()
    {
        lock (_gate)
        {
            _since ??= clock.GetTimestamp();
        }
    }

    /// <summary>The wait is over.</summary>
    public void End()
    {
        lock (_gate)
        {
            if (_since is { } since)
            {
                _total += clock.GetElapsedTime(since);
                _since = null;
            }
        }
    }
}
