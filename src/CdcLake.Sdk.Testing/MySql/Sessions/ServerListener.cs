using System.Net;
using System.Net.Sockets;

namespace CdcLake.Testing.MySql.Sessions;

/// <summary>Listens on a free port of the loopback interface, and gives each client a session.</summary>
internal sealed class ServerListener : IAsyncDisposable
{
    private readonly ServerState _server;
    private readonly SessionFaults _faults;
    private readonly CancellationTokenSource _stop = new();
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly List<Task> _sessions = [];
    private readonly Task _accepting;
    private volatile bool _isStopped;

    public ServerListener(ServerState server)
    {
        _server = server;
        _faults = new SessionFaults(server.Options, Restart);
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public SessionFaults Faults => _faults;

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Clients are turned away as soon as they come, as by a port at which nobody listens.</summary>
    public bool IsStopped
    {
        get => _isStopped;
        set => _isStopped = value;
    }

    /// <summary>Cuts all connections; the server forgets what it only remembers, and goes on in a new file.</summary>
    public void Restart()
    {
        Cut();
        _server.KnowsPassword = false;
        _server.Log.Rotate();
    }

    /// <summary>Cuts all connections.</summary>
    public void Cut()
    {
        List<Connection> connections;
        lock (_server.Lock)
        {
            connections = [.. _server.Connections.Values];
        }

        connections.ForEach(c => c.Cut());
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        _listener.Dispose();
        await _accepting.ConfigureAwait(false);
        Cut();
        await Task.WhenAll(_sessions).ConfigureAwait(false);
        _stop.Dispose();
        _server.Certificate?.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            try
            {
                var client = await _listener.AcceptTcpClientAsync(_stop.Token).ConfigureAwait(false);
                _sessions.RemoveAll(s => s.IsCompletedSuccessfully); // what failed is told when the server is disposed
                _sessions.Add(ServeAsync(client));
            }
            catch (SocketException) when (!_stop.IsCancellationRequested)
            {
                continue; // a client that left before it was let in
            }
            catch (Exception end) when (end is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using var _ = client;
        if (_isStopped)
        {
            client.LingerState = new LingerOption(true, 0); // a reset, as there is nobody
            return;
        }

        client.NoDelay = true;
        var stream = client.GetStream();
        using var end = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        var connection = Enter(() =>
        {
            client.Dispose();
            try
            {
                end.Cancel();
            }
            catch (ObjectDisposedException)
            {
                // It has left by itself.
            }
        });
        try
        {
            await Task.Yield();
            await new ServerSession(_server, _faults, connection).RunAsync(stream, end.Token).ConfigureAwait(false);
        }
        catch (Exception gone) when (gone is OperationCanceledException or IOException or SocketException or ObjectDisposedException or SessionCutException
            or System.Security.Authentication.AuthenticationException)
        {
            return; // the client went away, was cut off, did not trust the certificate, or the test is over
        }
        finally
        {
            Leave(connection);
        }
    }

    private Connection Enter(Action cut)
    {
        lock (_server.Lock)
        {
            var connection = new Connection(++_server.LastConnection, cut);
            _server.Connections[connection.Number] = connection;
            return connection;
        }
    }

    private void Leave(Connection connection)
    {
        lock (_server.Lock)
        {
            _server.Connections.Remove(connection.Number);
        }

        _server.Release(null, connection.Number);
    }
}
