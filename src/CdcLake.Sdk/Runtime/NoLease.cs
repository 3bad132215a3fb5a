using CdcLake.Connectors;

namespace CdcLake.Runtime;

/// <summary>For a pipeline that needs none: always held.</summary>
internal sealed class NoLease : ILease
{
    public static readonly NoLease Instance = new();

    public bool IsHeld => true;

    public CancellationToken Lost => CancellationToken.None;

    public Task AcquireAsync(Action<string> waiting, CancellationToken cancellationToken) => Task.CompletedTask;

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
