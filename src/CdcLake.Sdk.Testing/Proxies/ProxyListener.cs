using System.Net;
using System.Net.Sockets;

namespace CdcLake.Testing.Proxies;

/// <summary>Takes connections and relays each to the server, until it is disposed.</summary>
internal sealed class ProxyListener : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly TcpListener _listener;
    private readonly (string Host, int Port) _server;
    private readonly bool _isMySql;
    private readonly TimeProvider _clock;
    private readonly List<Task> _relays = [];
    private readonly Task _accepting;
    private readonly Lock _lock = new();
    private CancellationTokenSource _life = new();
    private bool _isStopped;
    private int _connections;

    public ProxyListener(string host, int port, bool isMySql, IPEndPoint listenAt, ProxyLog log, TimeProvider clock)
    {
        _server = (host, port);
        _isMySql = isMySql;
        _clock = clock;
        Log = log;
        _listener = new TcpListener(listenAt);
        _listener.Start();
        EndPoint = (IPEndPoint)_listener.LocalEndpoint;
        _accepting = AcceptAsync();
    }

    public IPEndPoint EndPoint { get; }

    public ProxyLog Log { get; }

    public ProxyGate Gate { get; } = new();

    public int Connections => Volatile.Read(ref _connections);

    /// <summary>Ends all connections.</summary>
    /// <param name="stops">Whether clients are turned away as soon as they come, until <see cref="Start"/>.</param>
    public void Cut(bool stops)
    {
        CancellationTokenSource former;
        lock (_lock)
        {
            (former, _life, _isStopped) = (_life, new CancellationTokenSource(), _isStopped || stops);
        }

        former.Cancel(); // not disposed: a connection that is just being taken may still look at it
    }

    public void Start()
    {
        lock (_lock)
        {
            _isStopped = false;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        _listener.Dispose();
        await _accepting.ConfigureAwait(false);
        Cut(stops: true);
        await Task.WhenAll(_relays).ConfigureAwait(false);
        _life.Dispose();
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            try
            {
                var client = await _listener.AcceptTcpClientAsync(_stop.Token).ConfigureAwait(false);
                _relays.RemoveAll(r => r.IsCompletedSuccessfully); // what failed is told when the proxy is disposed
                if (Life() is { } life)
                {
                    _relays.Add(RelayAsync(client, Interlocked.Increment(ref _connections) - 1, life));
                }
                else
                {
                    client.Dispose();
                }
            }
            catch (SocketException) when (!_stop.IsCancellationRequested)
            {
                continue; // a client that left before it was let in
            }
            catch (Exception error) when (error is OperationCanceledException or ObjectDisposedException or SocketException)
            {
                return;
            }
        }
    }

    // Null while clients are turned away.
    private CancellationToken? Life()
    {
        lock (_lock)
        {
            return _isStopped ? null : _life.Token;
        }
    }

    private async Task RelayAsync(TcpClient client, int connection, CancellationToken life)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(life);
        using var server = new TcpClient();
        using (client)
        {
            try
            {
                (client.NoDelay, server.NoDelay) = (true, true);
                await server.ConnectAsync(_server.Host, _server.Port, ended.Token).ConfigureAwait(false);
                var (near, far) = (client.GetStream(), server.GetStream());
                var frames = new FrameLength(_isMySql);
                ProxyDirection Direction(bool isFromServer) => new(connection, isFromServer, frames, Log, Gate, _clock);
                var (up, down) = (Direction(false).RunAsync(near, far, ended.Token), Direction(true).RunAsync(far, near, ended.Token));
                await Task.WhenAny(up, down).ConfigureAwait(false);
                await ended.CancelAsync().ConfigureAwait(false);
                await Task.WhenAll(up, down).ConfigureAwait(false);
            }
            catch (Exception error) when (error is IOException or SocketException or OperationCanceledException)
            {
                // Either side is gone; so is the connection.
            }
        }
    }
}
