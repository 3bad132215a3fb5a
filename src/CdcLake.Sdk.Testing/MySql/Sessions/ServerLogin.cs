using System.Net.Security;
using System.Security.Cryptography;
using System.Text;
using CdcLake.Testing.Wire;

namespace CdcLake.Testing.MySql.Sessions;

// Greeting, perhaps a wish for TLS, the client's answer; then
//   mysql_native_password   SHA1(password) xor SHA1(nonce, SHA1(SHA1(password)))
//   caching_sha2_password   SHA256(password) xor SHA256(SHA256(SHA256(password)), nonce); 1 3 when the server knows the password, else 1 4, and the password comes as it is over TLS,
//                           or encrypted with the server's key, for which the client asks with 2
// An answer of another plugin than the account's is asked for again with 0xFE, plugin, nonce.
// Source: MySQL source documentation, "Connection Phase".

/// <summary>Lets clients in.</summary>
/// <param name="server">Knows the account.</param>
/// <param name="packets">The connection.</param>
/// <param name="stream">What lies below it.</param>
internal sealed class ServerLogin(ServerState server, PacketStream packets, Stream stream)
{
    private const string Native = "mysql_native_password";
    private const uint Ssl = 0x800;

    // LONG_PASSWORD, FOUND_ROWS, LONG_FLAG, CONNECT_WITH_DB, PROTOCOL_41, TRANSACTIONS, SECURE_CONNECTION, MULTI_RESULTS, PLUGIN_AUTH, CONNECT_ATTRS, PLUGIN_AUTH_LENENC, DEPRECATE_EOF
    private const uint Offered = 0x1 | 0x2 | 0x4 | 0x8 | 0x200 | 0x2000 | 0x8000 | 0x20000 | 0x80000 | 0x100000 | 0x200000 | 0x1000000;

    private static readonly Lazy<RSA> Key = new(() => RSA.Create(2048));
    private readonly byte[] _nonce = [.. Enumerable.Range(0, 20).Select(_ => (byte)RandomNumberGenerator.GetInt32(1, 128))];

    /// <summary>What goes on over the connection from now on.</summary>
    public Stream Stream { get; private set; } = stream;

    /// <summary>Runs the login; the answer to a good one is left to the caller.</summary>
    /// <param name="connection">Number of the connection.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>Null when the client has left, or was refused and told so.</returns>
    public async Task<LoginPacket?> RunAsync(int connection, CancellationToken cancellationToken)
    {
        await SendAsync(Greeting(connection), cancellationToken).ConfigureAwait(false);
        var response = await packets.ReadAsync(cancellationToken).ConfigureAwait(false);
        if (response is { Length: LoginPacket.UserAt } && server.Certificate is { } certificate)
        {
            var tls = new SslStream(Stream, leaveInnerStreamOpen: false);
            Stream = tls;
            await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = certificate }, cancellationToken).ConfigureAwait(false);
            packets.Use(tls);
            response = await packets.ReadAsync(cancellationToken).ConfigureAwait(false);
        }

        if (response is not { Length: > LoginPacket.UserAt })
        {
            return null;
        }

        var login = LoginPacket.Read(response);
        if (login.User == server.Options.User && await HasPasswordAsync(login, cancellationToken).ConfigureAwait(false))
        {
            return login;
        }

        var error = new SqlError(1045, "28000", $"Access denied for user '{login.User}'@'127.0.0.1' (using password: {(login.Answer.Length > 0 ? "YES" : "NO")})");
        await SendAsync(PacketStream.Error(error), cancellationToken).ConfigureAwait(false);
        return null;
    }

    private async Task<bool> HasPasswordAsync(LoginPacket login, CancellationToken cancellationToken)
    {
        var (plugin, password, answer) = (server.Options.AuthenticationPlugin, server.Options.Password, login.Answer);
        if (login.Plugin != plugin)
        {
            await SendAsync([0xFE, .. Encoding.ASCII.GetBytes(plugin), 0, .. _nonce, 0], cancellationToken).ConfigureAwait(false);
            answer = await packets.ReadAsync(cancellationToken).ConfigureAwait(false) ?? [];
        }

        if (password.Length == 0)
        {
            return answer.Length == 0 || answer is [0];
        }

        if (plugin == Native)
        {
            return answer.AsSpan().SequenceEqual(OfNative(password));
        }

        if (!server.KnowsPassword && answer.Length > 0)
        {
            return server.KnowsPassword = await ReadPasswordAsync(cancellationToken).ConfigureAwait(false) == password;
        }

        if (!answer.AsSpan().SequenceEqual(OfSha2(password)))
        {
            return false;
        }

        await packets.WriteAsync(new byte[] { 1, 3 }, cancellationToken).ConfigureAwait(false);
        return true;
    }

    private async Task<string> ReadPasswordAsync(CancellationToken cancellationToken)
    {
        await SendAsync([1, 4], cancellationToken).ConfigureAwait(false);
        var answer = await packets.ReadAsync(cancellationToken).ConfigureAwait(false) ?? [];
        if (Stream is SslStream)
        {
            return Encoding.UTF8.GetString(answer).TrimEnd('\0');
        }

        if (answer is [2])
        {
            await SendAsync([1, .. Encoding.ASCII.GetBytes(Key.Value.ExportSubjectPublicKeyInfoPem())], cancellationToken).ConfigureAwait(false);
            answer = await packets.ReadAsync(cancellationToken).ConfigureAwait(false) ?? [];
        }

        try
        {
            var mixed = Key.Value.Decrypt(answer, RSAEncryptionPadding.OaepSHA1);
            return Encoding.UTF8.GetString([.. mixed.Select((b, i) => (byte)(b ^ _nonce[i % _nonce.Length]))]).TrimEnd('\0');
        }
        catch (CryptographicException)
        {
            return ""; // no password that was encrypted with the key: it is refused like a wrong one
        }
    }

    private byte[] Greeting(int connection)
    {
        var offered = Offered | (server.Certificate is null ? 0 : Ssl);
        return
        [
            10, .. Encoding.ASCII.GetBytes(server.Options.Version), 0, .. BitConverter.GetBytes(connection), .. _nonce[..8], 0, (byte)offered, (byte)(offered >> 8), 255, 2, 0,
            (byte)(offered >> 16), (byte)(offered >> 24), 21, .. new byte[10], .. _nonce[8..], 0, .. Encoding.ASCII.GetBytes(server.Options.AuthenticationPlugin), 0,
        ];
    }

    private async Task SendAsync(byte[] payload, CancellationToken cancellationToken)
    {
        await packets.WriteAsync(payload, cancellationToken).ConfigureAwait(false);
        await packets.FlushAsync(cancellationToken).ConfigureAwait(false);
    }

#pragma warning disable CA5350 // the protocol's own
    private byte[] OfNative(string password)
    {
        var once = SHA1.HashData(Encoding.UTF8.GetBytes(password));
        return Xor(once, SHA1.HashData([.. _nonce, .. SHA1.HashData(once)]));
    }
#pragma warning restore CA5350

    private byte[] OfSha2(string password)
    {
        var once = SHA256.HashData(Encoding.UTF8.GetBytes(password));
        return Xor(once, SHA256.HashData([.. SHA256.HashData(once), .. _nonce]));
    }

    private static byte[] Xor(byte[] left, byte[] right) => [.. left.Zip(right, (a, b) => (byte)(a ^ b))];
}
