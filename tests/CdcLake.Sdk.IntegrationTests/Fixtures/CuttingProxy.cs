using System.Net;
using System.Net.Sockets;
using CdcLake.MySql.Wire;
using CdcLake.MySql.Wire.Auth;

namespace CdcLake.IntegrationTests.Fixtures;

/// <summary>A TCP proxy in front of a server that cuts connections in the middle of what the server sends, or goes silent there.</summary>
internal sealed class CuttingProxy : IAsyncDisposable
{
    private readonly TcpListener _listener;
    private readonly CancellationTokenSource _stop = new();
    private readonly MySqlConnectionOptions _server;
    private readonly Func<int, long> _bytesOf;
    private readonly bool _silent;
    private readonly Task _accepting;

    /// <param name="server">Connection string of the server.</param>
    /// <param name="bytesOf">By number of the connection, how many bytes from the server it lets through before it is cut.</param>
    /// <param name="silent">Instead of being cut, the connection stays open and nothing passes any more.</param>
    /// <param name="listenAt">An address of this machine; its port may be 0.</param>
    public CuttingProxy(string server, Func<int, long> bytesOf, bool silent = false, IPEndPoint? listenAt = null)
    {
        _server = MySqlConnectionOptions.Parse(server);
        _bytesOf = bytesOf;
        _silent = silent;
        _listener = new TcpListener(listenAt ?? new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Start();
        EndPoint = (IPEndPoint)_listener.LocalEndpoint;
        ConnectionString = $"{server};Server={EndPoint.Address};Port={EndPoint.Port}";
        _accepting = AcceptAsync();
    }

    /// <summary>The server behind the proxy.</summary>
    public string ConnectionString { get; }

    /// <summary>Where it listens.</summary>
    public IPEndPoint EndPoint { get; }

    /// <summary>Connections accepted.</summary>
    public int Connections { get; private set; }

    /// <summary>Connections that were cut or went silent.</summary>
    public int Cuts { get; private set; }

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
                var client = await _listener.AcceptTcpClientAsync(_stop.Token);
                relays.Add(RelayAsync(client, _bytesOf(Connections++)));
            }
        }
        finally
        {
            await Task.WhenAll(relays);
        }
    }

    private async Task RelayAsync(TcpClient client, long allowed)
    {
        using var server = new TcpClient();
        using (client)
        {
            try
            {
                await server.ConnectAsync(_server.Hosts[0], _server.Port, _stop.Token);
                var up = client.GetStream().CopyToAsync(server.GetStream(), _stop.Token);
                var down = CopyAsync(server.GetStream(), client.GetStream(), allowed);
                await Task.WhenAny(up, down);
            }
            catch (Exception error) when (error is IOException or SocketException or OperationCanceledException)
            {
                // Either side is gone; so is the relay.
            }
        }
    }

    private async Task CopyAsync(NetworkStream from, NetworkStream to, long allowed)
    {
        var buffer = new byte[16 * 1024];
        while (true)
        {
            var received = await from.ReadAsync(buffer, _stop.Token);
            if (received == 0)
            {
                return;
            }

            await to.WriteAsync(buffer.AsMemory(0, (int)Math.Min(received, allowed)), _stop.Token);
            allowed -= received;
            if (allowed <= 0)
            {
                Cuts++;
                if (_silent)
                {
                    await Task.Delay(Timeout.Infinite, _stop.Token); // silence, until the test ends
                }

                return;
            }
        }
    }
}
