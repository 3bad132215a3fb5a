using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using CdcLake.Testing.StarRocks.Model;
using CdcLake.Testing.Wire;

namespace CdcLake.Testing.StarRocks.Sql;

/// <summary>
/// A frontend over the MySQL protocol: native passwords, statements as text. Prepared statements, session resets and several statements at once are refused, as older frontends refuse
/// them, so that a client that relies on them is noticed.
/// </summary>
internal sealed class SqlListener : IAsyncDisposable
{
    private const int Quit = 1;
    private const int InitDb = 2;
    private const int Query = 3;
    private const int Ping = 14;
    private static readonly byte[] Scramble = "abcdefghijklmnopqrst"u8.ToArray();
    private readonly Cluster _cluster;
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly List<string> _statements = [];
    private readonly List<Task> _sessions = [];
    private readonly List<TcpClient> _clients = [];
    private readonly Task _accepting;

    public SqlListener(Cluster cluster)
    {
        _cluster = cluster;
        _cluster.Restarted += CutSessions;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    /// <summary>What happens to each statement; called under the cluster's lock.</summary>
    public Func<string, FakeStarRocksFault> Script { get; set; } = _ => FakeStarRocksFault.None;

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Statements and other commands, in the order they came.</summary>
    public IReadOnlyList<string> Received
    {
        get
        {
            lock (_statements)
            {
                return [.. _statements];
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        _cluster.Restarted -= CutSessions;
        await _stop.CancelAsync().ConfigureAwait(false);
        _listener.Dispose();
        await _accepting.ConfigureAwait(false);
        await Task.WhenAll(_sessions).ConfigureAwait(false);
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                _sessions.Add(ServeAsync(await _listener.AcceptTcpClientAsync(_stop.Token).ConfigureAwait(false)));
            }
            catch (Exception end) when (end is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        lock (_clients)
        {
            _clients.Add(client);
        }

        using (client)
        {
            client.NoDelay = true;
            try
            {
                var packets = new PacketStream(client.GetStream());
                var session = new Statements(_cluster) { MayCreate = _cluster.Options.MayCreate };
                if (await LoginAsync(packets, session).ConfigureAwait(false))
                {
                    await ServeAsync(packets, session).ConfigureAwait(false);
                }
            }
            catch (Exception gone) when (gone is OperationCanceledException or IOException or SocketException or ObjectDisposedException)
            {
                return; // the client went away, was cut off, or the test is over
            }
            finally
            {
                lock (_clients)
                {
                    _clients.Remove(client);
                }
            }
        }
    }

    private void CutSessions()
    {
        lock (_clients)
        {
            foreach (var client in _clients)
            {
                client.Dispose();
            }
        }
    }

    private async Task<bool> LoginAsync(PacketStream packets, Statements session)
    {
        await packets.WriteAsync(Greeting(), _stop.Token).ConfigureAwait(false);
        await packets.FlushAsync(_stop.Token).ConfigureAwait(false);
        if (await packets.ReadAsync(_stop.Token).ConfigureAwait(false) is not { } response)
        {
            return false;
        }

        var login = LoginPacket.Read(response);
        if (login.User != _cluster.Options.User || !login.Answer.AsSpan().SequenceEqual(Answer(_cluster.Options.Password)))
        {
            await packets.WriteAsync(
                PacketStream.Error(new SqlError(1045, "28000", $"Access denied for user '{login.User}' (using password: {(login.Answer.Length > 0 ? "YES" : "NO")})")), _stop.Token).ConfigureAwait(false);
            await packets.FlushAsync(_stop.Token).ConfigureAwait(false);
            return false;
        }

        await WriteAsync(packets, () => login.Database.Length > 0 ? session.Use(login.Database) : SqlResult.Done).ConfigureAwait(false);
        await packets.FlushAsync(_stop.Token).ConfigureAwait(false);
        return true;
    }

    private async Task ServeAsync(PacketStream packets, Statements session)
    {
        while (true)
        {
            packets.Begin();
            if (await packets.ReadAsync(_stop.Token).ConfigureAwait(false) is not { Length: > 0 } packet || packet[0] == Quit)
            {
                return;
            }

            var text = Encoding.UTF8.GetString(packet, 1, packet.Length - 1);
            lock (_statements)
            {
                _statements.Add(packet[0] switch { Query => text, InitDb => $"USE {text}", Ping => "ping", _ => $"command {packet[0]}" });
            }

            var fault = packet[0] == Query ? Next(text) : FakeStarRocksFault.None;
            if (fault is FakeStarRocksFault.DropBefore or FakeStarRocksFault.RestartFrontend)
            {
                return;
            }

            await WriteAsync(packets, () => packet[0] switch
            {
                Query => session.Run(text),
                InitDb => session.Use(text),
                Ping => SqlResult.Done,
                _ => throw new SqlErrorException(SqlError.UnknownCommand()),
            }).ConfigureAwait(false);
            if (fault == FakeStarRocksFault.DropAfter)
            {
                return;
            }

            if (fault == FakeStarRocksFault.Late)
            {
                await Task.Delay(_cluster.Options.Lateness, _stop.Token).ConfigureAwait(false);
            }

            await packets.FlushAsync(_stop.Token).ConfigureAwait(false);
        }
    }

    private FakeStarRocksFault Next(string statement)
    {
        lock (_cluster.Lock)
        {
            var fault = Script(statement);
            if (fault == FakeStarRocksFault.RestartFrontend)
            {
                _cluster.RestartFrontends();
            }

            return fault;
        }
    }

    private async Task WriteAsync(PacketStream packets, Func<SqlResult> run)
    {
        SqlResult result;
        try
        {
            result = run();
        }
        catch (SqlErrorException error)
        {
            await packets.WriteAsync(PacketStream.Error(error.Error), _stop.Token).ConfigureAwait(false);
            return;
        }

        if (result.Columns.Count == 0)
        {
            await packets.WriteAsync(PacketStream.Ok(), _stop.Token).ConfigureAwait(false);
            return;
        }

        await packets.WriteAsync(new[] { (byte)result.Columns.Count }, _stop.Token).ConfigureAwait(false);
        foreach (var column in result.Columns)
        {
            await packets.WriteAsync(PacketStream.ColumnDefinition(column, result.Numbers.Contains(column, StringComparer.OrdinalIgnoreCase)), _stop.Token).ConfigureAwait(false);
        }

        await packets.WriteAsync(PacketStream.Eof(), _stop.Token).ConfigureAwait(false);
        foreach (var row in result.Rows)
        {
            await packets.WriteAsync(PacketStream.Row(row), _stop.Token).ConfigureAwait(false);
        }

        await packets.WriteAsync(PacketStream.Eof(), _stop.Token).ConfigureAwait(false);
    }

    // Handshake V10 without TLS. Capabilities: long password, found rows, long flag, connect with database, protocol 41, transactions, secure connection, plugin.
    private byte[] Greeting() =>
    [
        10, .. Encoding.ASCII.GetBytes(_cluster.Release.ServerVersion), 0, 1, 0, 0, 0, .. Scramble[..8], 0, 0x0F, 0xA2, 33, 2, 0, 0x08, 0, 21, .. new byte[10], .. Scramble[8..], 0,
        .. "mysql_native_password"u8, 0,
    ];

#pragma warning disable CA5350 // the protocol's own
    private static byte[] Answer(string password)
    {
        if (password.Length == 0)
        {
            return [];
        }

        var once = SHA1.HashData(Encoding.UTF8.GetBytes(password));
        var mix = SHA1.HashData([.. Scramble, .. SHA1.HashData(once)]);
        return [.. once.Zip(mix, (a, b) => (byte)(a ^ b))];
    }
#pragma warning restore CA5350
}
