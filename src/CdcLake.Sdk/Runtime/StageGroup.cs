namespace CdcLake.Runtime;

/// <summary>
/// The running tasks of one pipeline. The first error cancels all the others and is the one that counts; what the others then say is its consequence.
/// </summary>
internal sealed class StageGroup : IDisposable
{
    private readonly CancellationTokenSource _abort = new();
    private readonly List<Task> _tasks = [];
    private Exception? _error;

    /// <summary>Cancelled when a stage failed or the drain took too long.</summary>
    public CancellationToken Aborted => _abort.Token;

    /// <summary>The first error.</summary>
    public Exception? Error => Volatile.Read(ref _error);

    /// <summary>Starts a stage on the thread pool.</summary>
    public void Start(string stage, Func<Task> run) => _tasks.Add(Task.Run(() => GuardAsync(stage, run), CancellationToken.None));

    /// <summary>Ends all stages at once, for a reason that none of them has.</summary>
    public void Fail(Exception error)
    {
        _ = Interlocked.CompareExchange(ref _error, error, null);
        _abort.Cancel();
    }

    public void AbortAfter(TimeSpan time) => _abort.CancelAfter(time);

    /// <summary>Waits for all stages; never throws.</summary>
    public Task WhenAllAsync() => Task.WhenAll(_tasks);

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
