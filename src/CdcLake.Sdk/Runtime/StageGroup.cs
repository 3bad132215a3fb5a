namespace CdcLake.Runtime;

/// <summary>
/// The running tasks of one pipeline. The first error cancels all the others and is the one that counts; what the others then say is its consequence.
/// </summary>
/// <param name="clock">Of the drain's limit.</param>
internal sealed class StageGroup(TimeProvider clock) : IDisposable
{
    private readonly CancellationTokenSource _abort = new(Timeout.InfiniteTimeSpan, clock);
    private readonly Lock _lock = new();
    private readonly List<Task> _tasks = [];
    private Exception? _error;

    /// <summary>Cancelled when a stage failed or the drain took too long.</summary>
    public CancellationToken Aborted => _abort.Token;

    /// <summary>The first error.</summary>
    public Exception? Error => Volatile.Read(ref _error);

    /// <summary>Starts a stage on the thread pool.</summary>
    /// <returns>Its end; never fails.</returns>
    public Task Start(string stage, Func<Task> run)
    {
        var task = Task.Run(() => GuardAsync(stage, run), CancellationToken.None);
        lock (_lock)
        {
            _tasks.RemoveAll(t => t.IsCompleted);
            _tasks.Add(task);
        }

        return task;
    }

    /// <summary>Ends all stages at once, for a reason that none of them has.</summary>
    public void Fail(Exception error)
    {
        _ = Interlocked.CompareExchange(ref _error, error, null);
        _abort.Cancel();
    }

    /// <summary>Ends all stages when they have not ended by themselves until then.</summary>
    public void AbortAfter(TimeSpan time) => _abort.CancelAfter(time);

    /// <summary>Waits for all stages, those that are started meanwhile too; never throws.</summary>
    public async Task WhenAllAsync()
    {
        while (true)
        {
            Task[] running;
            lock (_lock)
            {
                running = [.. _tasks.Where(t => !t.IsCompleted)];
            }

            if (running.Length == 0)
            {
                return;
            }

            await Task.WhenAll(running).ConfigureAwait(false);
        }
    }

    public void Dispose() => _abort.Dispose();

    private async Task GuardAsync(string stage, Func<Task> run)
    {
        try
        {
            await run().ConfigureAwait(false);
        }
        catch (Exception e)
        {
            // Cancelled tasks only follow a failure or an expired drain, whose cause is already there or is this cancellation itself.
            if (Interlocked.CompareExchange(ref _error, e, null) is null && e is CdcLakeException error)
            {
                error.Stage ??= stage;
            }

            await _abort.CancelAsync().ConfigureAwait(false);
        }
    }
}
