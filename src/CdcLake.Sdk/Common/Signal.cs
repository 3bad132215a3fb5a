namespace CdcLake.Common;

/// <summary>
/// Wakes all who wait for the next change of something. Take <see cref="Next"/> under the lock under which you look, so that no change falls between the look and the
/// wait. Costs nothing while nobody waits. Thread-safe.
/// </summary>
internal sealed class Signal
{
    private TaskCompletionSource? _next;

    /// <summary>Completes at the next <see cref="Raise"/>.</summary>
    public Task Next
    {
        get
        {
            if (Volatile.Read(ref _next) is { } waited)
            {
                return waited.Task;
            }

            // Continuations must not run under the lock of whoever raises it.
            var made = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return (Interlocked.CompareExchange(ref _next, made, null) ?? made).Task;
        }
    }

    /// <summary>Something has changed.</summary>
    public void Raise() => Interlocked.Exchange(ref _next, null)?.TrySetResult();
}
