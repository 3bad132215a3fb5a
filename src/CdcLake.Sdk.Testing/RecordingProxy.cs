using System.Net;
using CdcLake.MySql.Wire.Auth;
using CdcLake.Testing.Proxies;

namespace CdcLake.Testing;

/// <summary>
/// A TCP proxy in front of a real server, of whatever kind, for tests of how an application gets along with a bad network: it records what passes in both directions, and cuts, delays or
/// silences connections where <see cref="Script"/> says so. Safe for concurrent use.
/// </summary>
public sealed class RecordingProxy : IAsyncDisposable
{
    private const long DefaultRecordedBytes = 16L << 20;
    private readonly ProxyListener _listener;
    private readonly string _connectionString;

    /// <summary>Listens in front of a server, whose protocol does not matter: frames are bytes as they come.</summary>
    /// <param name="host">Name or address of the server. It may come later: connections are made one by one.</param>
    /// <param name="port">Its port.</param>
    /// <param name="listenAt">An address of this machine, with port 0 for any that is free; null for a port of 127.0.0.1.</param>
    /// <param name="recordedBytes">The newest frames are kept whose bytes together are at most so many.</param>
    /// <param name="timeProvider">By which delays are waited for; null for the system's.</param>
    /// <exception cref="System.Net.Sockets.SocketException">It cannot listen there.</exception>
    public RecordingProxy(string host, int port, IPEndPoint? listenAt = null, long recordedBytes = DefaultRecordedBytes, TimeProvider? timeProvider = null)
        : this(host, port, isMySql: false, "", listenAt, recordedBytes, timeProvider)
    {
    }

    private RecordingProxy(string host, int port, bool isMySql, string connectionString, IPEndPoint? listenAt, long recordedBytes, TimeProvider? timeProvider)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(host);
        ArgumentOutOfRangeException.ThrowIfNegative(recordedBytes);
        _listener = new ProxyListener(host, port, isMySql, listenAt ?? new IPEndPoint(IPAddress.Loopback, 0), new ProxyLog(recordedBytes), timeProvider ?? TimeProvider.System);
        _connectionString = connectionString;
    }

    /// <summary>Listens in front of a MySQL or MariaDB server: frames are packets, where the session is neither encrypted nor compressed.</summary>
    /// <param name="connectionString">How the server behind it is reached; <see cref="ConnectionString"/> is the same by way of the proxy. With <c>SSL Mode=None</c> packets can be told apart.</param>
    /// <param name="listenAt">An address of this machine, with port 0 for any that is free; null for a port of 127.0.0.1.</param>
    /// <param name="recordedBytes">The newest frames are kept whose bytes together are at most so many.</param>
    /// <param name="timeProvider">By which delays are waited for; null for the system's.</param>
    /// <exception cref="ArgumentException">It is no connection string.</exception>
    /// <exception cref="System.Net.Sockets.SocketException">It cannot listen there.</exception>
    public static RecordingProxy MySql(string connectionString, IPEndPoint? listenAt = null, long recordedBytes = DefaultRecordedBytes, TimeProvider? timeProvider = null)
    {
        var server = MySqlConnectionOptions.Parse(connectionString);
        return new RecordingProxy(server.Hosts[0], server.Port, isMySql: true, connectionString, listenAt, recordedBytes, timeProvider);
    }

    /// <summary>Where it listens.</summary>
    public IPEndPoint EndPoint => _listener.EndPoint;

    /// <summary>The MySQL server by way of the proxy, with the account of the string that was given to <see cref="MySql"/>; of other servers empty: use <see cref="EndPoint"/>.</summary>
    public string ConnectionString => _connectionString.Length == 0 ? "" : $"{_connectionString.TrimEnd(';')};Server={EndPoint.Address};Port={EndPoint.Port}";

    /// <summary>Decides what becomes of each frame; called for one at a time, of all connections, before it is passed on.</summary>
    /// <value>Default: everything passes. What it throws ends the connection, and is thrown by <see cref="DisposeAsync"/>.</value>
    public Func<ProxyFrame, ProxyAction> Script
    {
        get => _listener.Log.Script;
        set => _listener.Log.Script = value;
    }

    /// <summary>What passed, or was to, in the order it came; of long tests the newest.</summary>
    public IReadOnlyList<ProxyFrame> Frames => _listener.Log.Frames;

    /// <summary>Connections so far.</summary>
    public int Connections => _listener.Connections;

    /// <summary>How often the script has cut or silenced one.</summary>
    public int Cuts => _listener.Log.Cuts;

    /// <summary>Parts the network: connections stay open, and nothing passes in either direction, not even their end, until <see cref="Thaw"/>.</summary>
    public void Freeze() => _listener.Gate.Close();

    /// <summary>Lets pass what has come since <see cref="Freeze"/>, and everything after it.</summary>
    public void Thaw() => _listener.Gate.Open();

    /// <summary>Cuts all connections; clients may come again at once.</summary>
    public void CutConnections() => _listener.Cut(stops: false);

    /// <summary>Cuts all connections, and turns clients away as soon as they come, until <see cref="Start"/>.</summary>
    public void Stop() => _listener.Cut(stops: true);

    /// <summary>Takes connections again after <see cref="Stop"/>.</summary>
    public void Start() => _listener.Start();

    /// <summary>Ends it and all connections. Throws what the script threw, if it did.</summary>
    public ValueTask DisposeAsync() => _listener.DisposeAsync();
}
