namespace CdcLake.Testing.Proxies;

/// <summary>Holds up everything while it is closed.</summary>
internal sealed class ProxyGate
{
    private TaskCompletionSource? _closed;

    public void Close() => Interlocked.CompareExchange(ref _closed, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously), null);

    public void Open() => Interlocked.Exchange(ref _closed, null)?.SetResult();

    public Task PassAsync(CancellationToken cancellationToken) =>
        Volatile.Read(ref _closed) is { } closed ? closed.Task.WaitAsync(cancellationToken) : Task.CompletedTask;
}
