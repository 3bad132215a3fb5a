namespace CdcLake.Common;

#pragma warning disable CA1001 // a semaphore whose wait handle nobody asks for holds nothing that would have to be disposed

/// <summary>Lets one caller at a time through; the others wait without a thread.</summary>
internal sealed class AsyncLock
{
    private readonly SemaphoreSlim _free = new(1);

    /// <summary>Waits for its turn; disposing the result ends it.</summary>
    public async ValueTask<Turn> EnterAsync(CancellationToken cancellationToken)
    {
        await _free.WaitAsync(cancellationToken).ConfigureAwait(false);
        return new Turn(_free);
    }

    /// <summary>Dispose it once.</summary>
    public readonly struct Turn(SemaphoreSlim free) : IDisposable
    {
        public void Dispose() => free.Release();
    }
}
