namespace CdcLake.Tests.Runtime;

/// <summary>A clock that moves when it is told to; timers that become due then fire on the caller's thread. Thread-safe.</summary>
internal sealed class ManualClock : TimeProvider
{
    private readonly Lock _lock = new();
    private readonly List<ManualTimer> _timers = [];
    private readonly List<(int Count, TaskCompletionSource Done)> _waiting = [];
    private long _ticks = DateTimeOffset.UnixEpoch.AddYears(50).Ticks;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow() => new(Interlocked.Read(ref _ticks), TimeSpan.Zero);

    public override long GetTimestamp() => Interlocked.Read(ref _ticks);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new ManualTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Moves on and fires what becomes due.</summary>
    public void Advance(TimeSpan time)
    {
        List<ManualTimer> due;
        lock (_lock)
        {
            _ticks += time.Ticks;
            due = _timers.FindAll(t => t.Due <= _ticks);
            _timers.RemoveAll(due.Contains);
        }

        due.ForEach(t => t.Fire());
    }

    /// <summary>Completes once a timer of this length is waiting: whoever should be woken by <see cref="Advance"/> waits now.</summary>
    public Task WaitForTimerAsync(TimeSpan length) => WaitForTimerAsync(t => t == length);

    /// <inheritdoc cref="WaitForTimerAsync(TimeSpan)"/>
    public async Task WaitForTimerAsync(Predicate<TimeSpan> length)
    {
        while (true)
        {
            TaskCompletionSource changed;
            lock (_lock)
            {
                if (_timers.Exists(t => length(t.Length)))
                {
                    return;
                }

                changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                _waiting.Add((_timers.Count, changed));
            }

            await changed.Task.WaitAsync(TimeSpan.FromSeconds(60));
        }
    }

    private void Set(ManualTimer timer, TimeSpan dueTime)
    {
        lock (_lock)
        {
            _timers.Remove(timer);
            if (dueTime != Timeout.InfiniteTimeSpan)
            {
                timer.Length = dueTime;
                timer.Due = _ticks + dueTime.Ticks;
                _timers.Add(timer);
            }

            _waiting.ForEach(w => w.Done.TrySetResult());
            _waiting.Clear();
        }
    }

    private sealed class ManualTimer(ManualClock clock, TimerCallback callback, object? state) : ITimer
    {
        public long Due { get; set; }

        public TimeSpan Length { get; set; }

        public void Fire() => callback(state);

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            clock.Set(this, dueTime);
            return true;
        }

        public void Dispose() => clock.Set(this, Timeout.InfiniteTimeSpan);

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
