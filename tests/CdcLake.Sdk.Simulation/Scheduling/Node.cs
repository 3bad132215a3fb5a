namespace CdcLake.Simulation.Scheduling;

/// <summary>One process: what it may still do, and its clock.</summary>
internal sealed class Node
{
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _killed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Node(Scheduler scheduler, string name)
    {
        (Scheduler, Name) = (scheduler, name);
        Clock = new NodeClock(scheduler, this);
    }

    public Scheduler Scheduler { get; }

    public string Name { get; }

    public TimeProvider Clock { get; }

    /// <summary>Nothing that it asks for happens any more.</summary>
    public bool IsDead => _killed.Task.IsCompleted;

    /// <summary>Completes when it is killed.</summary>
    public Task Killed => _killed.Task;

    /// <summary>Asks it to stop.</summary>
    public CancellationToken Stopping => _stop.Token;

    /// <summary>It stands still until then.</summary>
    public DateTimeOffset PausedUntil { get; set; }

    public bool IsPaused => !IsDead && PausedUntil > Scheduler.Now;

    public void Kill() => _killed.TrySetResult();

    public void Stop() => _stop.Cancel();

    public void ThrowIfDead()
    {
        if (IsDead)
        {
            throw new KilledException(Name);
        }
    }
}

/// <summary>What a process meets that was killed, whatever it tries. No error of the library, so that nobody retries it.</summary>
internal sealed class KilledException(string node) : Exception($"{node} was killed.");
