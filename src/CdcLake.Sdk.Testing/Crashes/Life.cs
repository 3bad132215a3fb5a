using CdcLake.Common;

namespace CdcLake.Testing.Crashes;

/// <summary>One process of the pipeline, from its start to its kill. What it wrote stays; after the kill it can neither read nor write any more. Thread-safe.</summary>
/// <param name="plan">Says when it is killed.</param>
internal sealed class Life(CrashPlan plan)
{
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _lock = new();
    private readonly Signal _moved = new();
    private int _published;
    private int _sent = -1;

    /// <summary>Completes when it is killed.</summary>
    public Task Ended => _ended.Task;

    /// <summary>True from the kill on.</summary>
    public bool IsOver => _ended.Task.IsCompleted;

    /// <summary>The pipeline comes by a point.</summary>
    /// <exception cref="SimulatedCrashException">Here it ends.</exception>
    public void Pass(CrashPoint point)
    {
        ThrowIfOver();
        if (plan.Strikes(point))
        {
            Kill();
            ThrowIfOver();
        }
    }

    /// <summary>The source has sent the first transactions, or begins behind them.</summary>
    public void Sent(int count)
    {
        lock (_lock)
        {
            _sent = count;
            _moved.Raise();
        }
    }

    /// <summary>Waits for <see cref="Sent"/>, or for an end: what a process does next depends on what it has read, and not on what its targets showed when it began.</summary>
    public async Task WhenSentAsync(int count, Task ended, CancellationToken cancellationToken)
    {
        while (!ended.IsCompleted && !IsOver)
        {
            Task moved;
            lock (_lock)
            {
                if (_sent >= count)
                {
                    return;
                }

                moved = _moved.Next;
            }

            await Task.WhenAny(moved, ended, Ended).WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>A target is about to be told of a commit.</summary>
    public void Publishing() => Pass(Volatile.Read(ref _published) == 0 ? CrashPoint.BeforePublish : CrashPoint.BetweenSinks);

    /// <summary>It shows the commit.</summary>
    public void Published()
    {
        Interlocked.Increment(ref _published);
        Pass(CrashPoint.AfterPublish);
    }

    /// <summary>All targets of a commit show it.</summary>
    public void Committed() => Volatile.Write(ref _published, 0);

    /// <summary>Ends it now.</summary>
    public void Kill()
    {
        if (_ended.TrySetResult())
        {
            plan.Crashed();
        }
    }

    /// <summary>Ends it without counting as a crash: the test is over.</summary>
    public void End() => _ended.TrySetResult();

    /// <exception cref="SimulatedCrashException">It was killed.</exception>
    public void ThrowIfOver()
    {
        if (IsOver)
        {
            throw new SimulatedCrashException("The harness has killed this process of the pipeline.");
        }
    }
}
