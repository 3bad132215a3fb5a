using CdcLake.MySql.Wire.Auth;
using CdcLake.MySql.Wire.Packets;
using CdcLake.MySql.Wire.Payloads;
using MySqlConnector;

namespace CdcLake.MySql.Wire;

/// <summary>Takes a fresh socket through greeting, TLS and authentication. Source: MySQL source documentation, "Connection Phase".</summary>
internal sealed class Login(PacketStream stream, PacketWriter writer, MySqlConnectionOptions options, string host, string role)
{
    private const int MaxGreeting = 64 * 1024;

    /// <summary>What both sides may use from now on.</summary>
    public Capabilities Agreed { get; private set; }

    /// <summary>True when the connection is encrypted.</summary>
    public bool IsEncrypted { get; private set; }

    /// <returns>What the server said about itself.</returns>
    /// <exception cref="MySqlServerException">The server refuses, or cannot encrypt although it must.</exception>
    /// <exception cref="MySqlProtocolException">The peer does not speak the MySQL protocol.</exception>
    public async Task<HandshakeV10> RunAsync(CancellationToken cancellationToken)
    {
        stream.MaxPayload = MaxGreeting;
        stream.StartCommand();
        var greeting = await ReadGreetingAsync(cancellationToken).ConfigureAwait(false);
        Agreed = Capabilities.Client & greeting.Capabilities;
        if (options.Database is not null)
        {
            Agreed |= Capabilities.ConnectWithDatabase;
        }

        var compression = Compression(greeting.Capabilities);
        Agreed |= compression switch { CompressionAlgorithm.Zlib => Capabilities.Compress, CompressionAlgorithm.Zstd => Capabilities.Zstd, _ => Capabilities.None };
        await EncryptAsync(greeting, cancellationToken).ConfigureAwait(false);
        var plugin = greeting.AuthPlugin is AuthPlugin.CachingSha2 or AuthPlugin.Native ? greeting.AuthPlugin : AuthPlugin.Native;
        var response = AuthPlugin.FirstResponse(plugin, options.Password, greeting.Nonce, stream.Peer);
        KeyValuePair<string, string>[] attributes =
        [
            new("_client_name", "CdcLake"), new("_client_role", role), new("program_name", options.ApplicationName),
        ];
        HandshakeResponse41.Write(writer.Clear(), Agreed, options.User, response, options.Database, plugin, attributes);
        await stream.WriteAsync(writer, cancellationToken).ConfigureAwait(false);
        var authenticator = new Authenticator(stream, writer, options, IsEncrypted || host.StartsWith('/'));
        await authenticator.RunAsync(plugin, greeting.Nonce, cancellationToken).ConfigureAwait(false);
        writer.Clear();
        if (compression != CompressionAlgorithm.None)
        {
            stream.Compress(compression);
        }

        stream.MaxPayload = Array.MaxLength;
        return greeting;
    }

    // The better of what the server offers and the options allow.
    private CompressionAlgorithm Compression(Capabilities offered) =>
        options.Compression.Contains(CompressionAlgorithm.Zstd) && offered.HasFlag(Capabilities.Zstd) ? CompressionAlgorithm.Zstd
        : options.Compression.Contains(CompressionAlgorithm.Zlib) && offered.HasFlag(Capabilities.Compress) ? CompressionAlgorithm.Zlib
        : CompressionAlgorithm.None;

    private async Task<HandshakeV10> ReadGreetingAsync(CancellationToken cancellationToken)
    {
        var packet = await stream.ReadAsync(cancellationToken).ConfigureAwait(false);
        return ErrPacket.Is(packet.Span)
            ? throw ErrPacket.Read(packet.Span).ToException($"{stream.Peer} refused the connection")
            : HandshakeV10.Read(packet.Span);
    }

    private async Task EncryptAsync(HandshakeV10 greeting, CancellationToken cancellationToken)
    {
        var isLocal = host.StartsWith('/');
        if (options.SslMode == MySqlSslMode.None || (isLocal && options.SslMode == MySqlSslMode.Preferred))
        {
            return;
        }

        if (!greeting.Capabilities.HasFlag(Capabilities.Ssl))
        {
            if (options.SslMode == MySqlSslMode.Preferred)
            {
                return;
            }

            throw new MySqlServerException(
                $"{stream.Peer} does not offer encryption, but SSL Mode={options.SslMode} demands it. Configure a certificate on the server (ssl_cert, ssl_key), "
                + "or use SSL Mode=Preferred.");
        }

        Agreed |= Capabilities.Ssl;
        HandshakeResponse41.WriteTlsRequest(writer.Clear(), Agreed);
        await stream.WriteAsync(writer, cancellationToken).ConfigureAwait(false);
        await stream.UpgradeAsync((inner, token) => TlsClient.WrapAsync(inner, options, host, token), cancellationToken).ConfigureAwait(false);
        IsEncrypted = true;
    }
}
