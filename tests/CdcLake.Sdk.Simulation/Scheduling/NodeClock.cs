namespace CdcLake.Simulation.Scheduling;

/// <summary>Virtual time as one process sees it: its timers do not fire while it stands still. After its death they do, so that what is left of it ends; it reaches nobody any more.</summary>
internal sealed class NodeClock(Scheduler scheduler, Node? node) : TimeProvider
{
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow() => scheduler.Now;

    public override long GetTimestamp() => scheduler.Now.Ticks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new NodeTimer(scheduler, node, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }
}

/// <summary>A timer in virtual time.</summary>
internal sealed class NodeTimer(Scheduler scheduler, Node? node, TimerCallback callback, object? state) : ITimer
{
    private TimeSpan _period = Timeout.InfiniteTimeSpan;

    public Node? Node => node;

    /// <summary>When it fires; null when it does not.</summary>
    public DateTimeOffset? Due { get; private set; }

    /// <summary>Order among those that are due at the same time.</summary>
    public long Number { get; private set; }

    public bool Change(TimeSpan dueTime, TimeSpan period)
    {
        scheduler.Remove(this);
        _period = period;
        Due = dueTime == Timeout.InfiniteTimeSpan ? null : scheduler.Now + dueTime;
        if (Due is not null)
        {
            Number = scheduler.NextNumber();
            scheduler.Add(this);
        }

        return true;
    }

    public void Fire()
    {
        scheduler.Remove(this);
        Due = null;
        if (_period > TimeSpan.Zero)
        {
            Change(_period, _period);
        }

        callback(state);
    }

    public void Dispose()
    {
        scheduler.Remove(this);
        Due = null;
    }

    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }
}
