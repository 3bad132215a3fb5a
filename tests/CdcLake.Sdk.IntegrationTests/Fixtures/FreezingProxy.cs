using System.Net;
using System.Net.Sockets;
using CdcLake.MySql.Wire.Auth;

namespace CdcLake.IntegrationTests.Fixtures;

/// <summary>A TCP proxy in front of a server that can be frozen: connections stay open and nothing passes, in either direction, until it thaws. A network that is cut.</summary>
internal sealed class FreezingProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly MySqlConnectionOptions _server;
    private readonly Task _accepting;
    private TaskCompletionSource? _frozen;

    /// <param name="server">Connection string of the server.</param>
    public FreezingProxy(string server)
    {
        _server = MySqlConnectionOptions.Parse(server);
        _listener.Start();
        var end = (IPEndPoint)_listener.LocalEndpoint;
        ConnectionString = $"{server};Server={end.Address};Port={end.Port}";
        _accepting = AcceptAsync();
    }

    /// <summary>The server behind the proxy.</summary>
    public string ConnectionString { get; }

    public void Freeze() => Volatile.Write(ref _frozen, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));

    public void Thaw() => Interlocked.Exchange(ref _frozen, null)?.SetResult();

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        var relays = new List<Task>();
        try
        {
            while (true)
            {
                relays.Add(RelayAsync(await _listener.AcceptTcpClientAsync(_stop.Token)));
            }
        }
        finally
        {
            await Task.WhenAll(relays);
        }
    }

    private async Task RelayAsync(TcpClient client)
    {
        using var server = new TcpClient();
        using (client)
        {
            try
            {
                await server.ConnectAsync(_server.Hosts[0], _server.Port, _stop.Token);
                await Task.WhenAny(CopyAsync(client.GetStream(), server.GetStream()), CopyAsync(server.GetStream(), client.GetStream()));
            }
            catch (Exception error) when (error is IOException or SocketException or OperationCanceledException)
            {
                // Either side is gone; so is the relay.
            }
        }
    }

    private async Task CopyAsync(NetworkStream from, NetworkStream to)
    {
        var buffer = new byte[16 * 1024];
        int received;
        while ((received = await from.ReadAsync(buffer, _stop.Token)) > 0)
        {
            if (Volatile.Read(ref _frozen) is { } frozen)
            {
                await frozen.Task.WaitAsync(_stop.Token);
            }

            await to.WriteAsync(buffer.AsMemory(0, received), _stop.Token);
        }

        // The end of a connection is not heard through a cut either.
        if (Volatile.Read(ref _frozen) is { } still)
        {
            await still.Task.WaitAsync(_stop.Token);
        }
    }
}
