using CdcLake.MySql.Wire.Auth;
using CdcLake.MySql.Wire.Packets;
using CdcLake.MySql.Wire.Payloads;

namespace CdcLake.MySql.Wire;

/// <summary>
/// One logged-in session. Commands run one at a time; a command that was cancelled or failed half-way leaves the connection unusable: dispose it.
/// It carries what MySqlConnector cannot: the binary log, and rows in their binary form straight into columns. All other statements go through <see cref="ServerSession"/>.
/// </summary>
internal sealed partial class WireConnection : IAsyncDisposable
{
    private const int BufferSize = 256 * 1024;
    private readonly PacketStream _stream;
    private readonly PacketWriter _writer;
    private readonly Capabilities _capabilities;

    private WireConnection(PacketStream stream, PacketWriter writer, HandshakeV10 server, Capabilities capabilities, bool isEncrypted)
    {
        _stream = stream;
        _writer = writer;
        _capabilities = capabilities;
        Server = server;
        IsEncrypted = isEncrypted;
    }

    /// <summary>What the server said about itself.</summary>
    public HandshakeV10 Server { get; }

    public bool IsEncrypted { get; }

    /// <summary>Host and port, for messages.</summary>
    public string Peer => _stream.Peer;

    /// <summary>Bytes received so far; for rates.</summary>
    public long BytesReceived => _stream.BytesReceived;

    private bool DeprecateEof => _capabilities.HasFlag(Capabilities.DeprecateEof);

    /// <summary>Connects to the first host of the options and logs in, with the session settings every use needs.</summary>
    /// <param name="options">Whom to reach, and as whom.</param>
    /// <param name="clock">Measures time limits.</param>
    /// <param name="role">What the session is for, shown to the server's administrator.</param>
    /// <param name="cancellationToken">Gives up, also in the middle of the login.</param>
    /// <exception cref="MySqlServerException">The host does not answer in time (transient), or the login is refused.</exception>
    public static Task<WireConnection> OpenAsync(MySqlConnectionOptions options, TimeProvider clock, string role, CancellationToken cancellationToken) =>
        OpenHostAsync(options, options.Hosts[0], clock, role, cancellationToken);

    /// <summary>Says goodbye when the connection still works, and closes it.</summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            if (!_isBusy)
            {
                using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(1), _stream.Clock);
                await SendAsync(Command.Quit, limit.Token).ConfigureAwait(false);
            }
        }
        catch (Exception error) when (error is MySqlServerException or OperationCanceledException or ObjectDisposedException)
        {
            // The other side is gone already; there is nobody to say goodbye to.
        }

        await _stream.DisposeAsync().ConfigureAwait(false);
    }

    private static async Task<WireConnection> OpenHostAsync(
        MySqlConnectionOptions options, string host, TimeProvider clock, string role, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(options.ConnectionTimeout, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        PacketStream? stream = null;
        try
        {
            var socket = await SocketConnector.ConnectAsync(options, host, either.Token).ConfigureAwait(false);
            stream = new PacketStream(socket, options.EndpointOf(host), BufferSize, clock);
            var writer = new PacketWriter();
            var login = new Login(stream, writer, options, host, role);
            var server = await login.RunAsync(either.Token).ConfigureAwait(false);
            var connection = new WireConnection(stream, writer, server, login.Agreed, login.IsEncrypted);
            await connection.SetUpSessionAsync(either.Token).ConfigureAwait(false);
            stream.ReadTimeout = options.ReadTimeout;
            return connection;
        }
        catch (Exception error)
        {
            if (stream is not null)
            {
                await stream.DisposeAsync().ConfigureAwait(false);
            }

            if (error is OperationCanceledException && !cancellationToken.IsCancellationRequested)
            {
                throw new MySqlServerException(
                    $"{options.EndpointOf(host)} did not finish the login within {options.ConnectionTimeout.TotalSeconds} s (Connection Timeout).",
                    innerException: error) { IsTransient = true };
            }

            throw;
        }
    }

    private async Task SetUpSessionAsync(CancellationToken cancellationToken)
    {
        await ExecuteAsync("SET NAMES utf8mb4", cancellationToken).ConfigureAwait(false);
        await ExecuteAsync(SessionSettings.Of(Server.IsMariaDb), cancellationToken).ConfigureAwait(false);
    }
}
