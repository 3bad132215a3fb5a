using System.Net.Sockets;

namespace CdcLake.IntegrationTests.Fixtures;

/// <summary>A proxy that can be frozen: connections stay open and nothing passes, in either direction, until it thaws. A network that is cut.</summary>
internal sealed class FreezingProxy : TcpRelay
{
    private TaskCompletionSource? _frozen;

    /// <param name="server">Connection string of the server.</param>
    public FreezingProxy(string server)
        : base(server) => Begin();

    public void Freeze() => Volatile.Write(ref _frozen, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));

    public void Thaw() => Interlocked.Exchange(ref _frozen, null)?.SetResult();

    protected override async Task CopyAsync(NetworkStream from, NetworkStream to, int connection, bool fromServer)
    {
        var buffer = new byte[16 * 1024];
        int received;
        while ((received = await from.ReadAsync(buffer, Stopping)) > 0)
        {
            await ThawedAsync();
            await to.WriteAsync(buffer.AsMemory(0, received), Stopping);
        }

        // The end of a connection is not heard through a cut either.
        await ThawedAsync();
    }

    private Task ThawedAsync() => Volatile.Read(ref _frozen) is { } frozen ? frozen.Task.WaitAsync(Stopping) : Task.CompletedTask;
}
