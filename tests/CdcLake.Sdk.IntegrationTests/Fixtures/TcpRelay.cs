using System.Net;
using System.Net.Sockets;
using CdcLake.MySql.Wire.Auth;

namespace CdcLake.IntegrationTests.Fixtures;

/// <summary>A TCP proxy in front of a MySQL server; what it does to the bytes is up to its kind.</summary>
internal abstract class TcpRelay : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly TcpListener _listener;
    private readonly MySqlConnectionOptions _server;
    private Task _accepting = Task.CompletedTask;

    /// <param name="server">Connection string of the server.</param>
    /// <param name="listenAt">An address of this machine, port 0 for any; null: a port of the loopback address.</param>
    protected TcpRelay(string server, IPEndPoint? listenAt = null)
    {
        _server = MySqlConnectionOptions.Parse(server);
        _listener = new TcpListener(listenAt ?? new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Start();
        EndPoint = (IPEndPoint)_listener.LocalEndpoint;
        ConnectionString = $"{server};Server={EndPoint.Address};Port={EndPoint.Port}";
    }

    /// <summary>The server behind the proxy.</summary>
    public string ConnectionString { get; }

    /// <summary>Where it listens.</summary>
    public IPEndPoint EndPoint { get; }

    /// <summary>Connections accepted.</summary>
    public int Connections { get; private set; }

    /// <summary>Cancelled when the relay is given up.</summary>
    protected CancellationToken Stopping => _stop.Token;

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    /// <summary>Takes connections from here on; the last thing that a constructor does.</summary>
    protected void Begin() => _accepting = AcceptAsync();

    /// <summary>Passes bytes on in one direction until the connection ends or is to be cut.</summary>
    /// <param name="from">One side.</param>
    /// <param name="to">The other.</param>
    /// <param name="connection">Number of the connection, from 0.</param>
    /// <param name="fromServer">Whether these are the server's bytes.</param>
    protected abstract Task CopyAsync(NetworkStream from, NetworkStream to, int connection, bool fromServer);

    private async Task AcceptAsync()
    {
        var relays = new List<Task>();
        try
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync(_stop.Token);
                relays.Add(RelayAsync(client, Connections++));
            }
        }
        finally
        {
            await Task.WhenAll(relays);
        }
    }

    private async Task RelayAsync(TcpClient client, int connection)
    {
        using var server = new TcpClient();
        using (client)
        {
            try
            {
                await server.ConnectAsync(_server.Hosts[0], _server.Port, _stop.Token);
                var (near, far) = (client.GetStream(), server.GetStream());
                await Task.WhenAny(CopyAsync(near, far, connection, fromServer: false), CopyAsync(far, near, connection, fromServer: true));
            }
            catch (Exception error) when (error is IOException or SocketException or OperationCanceledException)
            {
                // Either side is gone; so is the relay.
            }
        }
    }
}
