using System.Text;
using CdcLake.MySql.Wire.Packets;
using CdcLake.MySql.Wire.Payloads;

namespace CdcLake.MySql.Wire.Auth;

// After the response to the greeting the server sends any sequence of
//   00        OK, logged in          FF   ERR
//   FE        switch to another plugin
//   01 data   more data for the current plugin; for caching_sha2_password:
//               03  the cached hash matched, OK follows
//               04  full authentication: password ‖ 0 over TLS or a Unix socket; else 02 asks for the RSA key, which comes as 01 ‖ PEM
// A switch to parsec asks for an empty answer, and then the salt comes, perhaps behind 01 (SignaturePlugin).
// A switch to sha256_password asks for full authentication at once, and there 01 asks for the key. One to mysql_clear_password asks for password ‖ 0.
// Source: MySQL source documentation, "Authentication Phase".

/// <summary>Runs the part of the login that belongs to authentication plugins.</summary>
/// <param name="stream">The connection, after the handshake response was sent.</param>
/// <param name="writer">The connection's writer.</param>
/// <param name="options">User, password and what may be done with it.</param>
/// <param name="isPrivate">The connection is encrypted or local, so that a password may travel as it is.</param>
internal sealed class Authenticator(PacketStream stream, PacketWriter writer, MySqlConnectionOptions options, bool isPrivate)
{
    private const byte MoreData = 0x01;
    private const byte SaltMarker = (byte)'P';
    private const byte FastSuccess = 0x03;
    private const byte FullRequired = 0x04;
    private const byte RequestPublicKey = 0x02;
    private const byte RequestSha256Key = 0x01;

    /// <summary>Returns once the server accepted the login.</summary>
    /// <exception cref="MySqlServerException">Access denied, an unknown plugin, or a server that needs a secure channel.</exception>
    public async Task RunAsync(string plugin, byte[] nonce, CancellationToken cancellationToken)
    {
        var encryptedSent = false;
        while (true)
        {
            var packet = await stream.ReadAsync(cancellationToken).ConfigureAwait(false);
            switch (packet.IsEmpty ? -1 : packet.Span[0])
            {
                case OkPacket.Marker:
                    return;
                case ErrPacket.Marker:
                    throw ErrPacket.Read(packet.Span).ToException($"Login of {options.User} at {stream.Peer} failed");
                case AuthSwitchRequest.Marker:
                    (plugin, nonce) = AuthSwitchRequest.Read(packet.Span);
                    encryptedSent = await AnswerSwitchAsync(plugin, nonce, cancellationToken).ConfigureAwait(false);
                    break;
                case MoreData or SaltMarker when plugin == AuthPlugin.Parsec:
                    await SendAsync(SignaturePlugin.AnswerParsec(options.Password, nonce, packet.Span), cancellationToken).ConfigureAwait(false);
                    break;
                case MoreData when plugin == AuthPlugin.CachingSha2 && packet.Length == 2 && packet.Span[1] == FastSuccess:
                    break;
                case MoreData when plugin == AuthPlugin.CachingSha2 && packet.Length == 2 && packet.Span[1] == FullRequired:
                    encryptedSent = await SendPasswordAsync(nonce, RequestPublicKey, cancellationToken).ConfigureAwait(false);
                    break;
                case MoreData when (plugin is AuthPlugin.CachingSha2 or AuthPlugin.Sha256) && !isPrivate && !encryptedSent:
                    encryptedSent = true;
                    await SendAsync(RsaPassword.Encrypt(options.Password, nonce, packet.Span[1..], stream.Peer), cancellationToken).ConfigureAwait(false);
                    break;
                default:
                    throw MySqlProtocolException.Malformed($"Authentication packet for {plugin} from {stream.Peer}", 0, $"{packet.Length} bytes of no known kind");
            }
        }
    }

    // True when the password was sent in a form that the server can read.
    private async Task<bool> AnswerSwitchAsync(string plugin, byte[] nonce, CancellationToken cancellationToken)
    {
        if (plugin == AuthPlugin.Sha256)
        {
            return await SendPasswordAsync(nonce, RequestSha256Key, cancellationToken).ConfigureAwait(false);
        }

        if (plugin == AuthPlugin.Clear)
        {
            await SendClearAsync(cancellationToken).ConfigureAwait(false);
            return false;
        }

        await SendAsync(AuthPlugin.FirstResponse(plugin, options.Password, nonce, stream.Peer), cancellationToken).ConfigureAwait(false);
        return false;
    }

    private async Task SendClearAsync(CancellationToken cancellationToken)
    {
        if (!isPrivate)
        {
            throw new MySqlServerException(
                $"{stream.Peer} asks for the password of {options.User} as it is ({AuthPlugin.Clear}), which is only sent over an encrypted connection. Use SSL Mode=VerifyFull with the server's SSL CA, or at least SSL Mode=Required.");
        }

        await SendAsync(Encoding.UTF8.GetBytes(options.Password + '\0'), cancellationToken).ConfigureAwait(false);
    }

    private async Task<bool> SendPasswordAsync(byte[] nonce, byte keyRequest, CancellationToken cancellationToken)
    {
        if (isPrivate)
        {
            await SendAsync(Encoding.UTF8.GetBytes(options.Password + '\0'), cancellationToken).ConfigureAwait(false);
            return true;
        }

        if (options.ServerRsaPublicKeyFile is { } file)
        {
            var pem = await ReadKeyAsync(file, cancellationToken).ConfigureAwait(false);
            await SendAsync(RsaPassword.Encrypt(options.Password, nonce, pem, stream.Peer), cancellationToken).ConfigureAwait(false);
            return true;
        }

        if (!options.AllowPublicKeyRetrieval)
        {
            throw new MySqlServerException(
                $"{stream.Peer} needs the password of {options.User} in a form that is only safe over an encrypted connection. Use SSL Mode=Required, "
                + "or name the server's key with Server RSA Public Key File, or (on a trusted network only) set Allow Public Key Retrieval=true.");
        }

        await SendAsync([keyRequest], cancellationToken).ConfigureAwait(false);
        return false;
    }

    private static async Task<byte[]> ReadKeyAsync(string file, CancellationToken cancellationToken)
    {
        try
        {
            return await File.ReadAllBytesAsync(file, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new MySqlServerException($"Server RSA Public Key File {file} cannot be read: {error.Message}", innerException: error);
        }
    }

    private ValueTask SendAsync(ReadOnlySpan<byte> response, CancellationToken cancellationToken)
    {
        writer.Clear().WriteBytes(response);
        return stream.WriteAsync(writer, cancellationToken);
    }
}
