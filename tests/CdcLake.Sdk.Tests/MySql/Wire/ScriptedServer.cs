using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using CdcLake.MySql.Wire;
using CdcLake.MySql.Wire.Auth;

namespace CdcLake.Tests.MySql.Wire;

/// <summary>A listener on a free port that plays one connection by a script: what to send and what to wait for, packet by packet.</summary>
internal sealed class ScriptedServer : IAsyncDisposable
{
    public static readonly byte[] Ok = [0, 0, 0, 2, 0, 0, 0];
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _session;

    public ScriptedServer(Func<ScriptedSession, Task> script)
    {
        _listener.Start();
        _session = PlayAsync(script);
    }

    public MySqlConnectionOptions Options(string more = "") =>
        MySqlConnectionOptions.Parse($"Server=127.0.0.1;Port={((IPEndPoint)_listener.LocalEndpoint).Port};User ID=cdc;Password=geheim;{more}");

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _session.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private async Task PlayAsync(Func<ScriptedSession, Task> script)
    {
        using var client = await _listener.AcceptTcpClientAsync(_stop.Token);
        client.NoDelay = true;
        await script(new ScriptedSession(client.GetStream(), _stop.Token));
    }
}

/// <summary>The server's end of one connection.</summary>
internal sealed class ScriptedSession(Stream stream, CancellationToken stop)
{
    private Stream _stream = stream;
    private byte _sequence;

    public static byte[] Greeting(string plugin, uint capabilities = 0xDFFFFFFF & ~0x800u) =>
    [
        10, .. "9.7.4-test"u8, 0, 7, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 0, (byte)capabilities, (byte)(capabilities >> 8), 255, 2, 0,
        (byte)(capabilities >> 16), (byte)(capabilities >> 24), 21, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
        9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 0, .. System.Text.Encoding.ASCII.GetBytes(plugin), 0,
    ];

    /// <summary>Takes the client's wish for TLS and goes on encrypted.</summary>
    public async Task EncryptAsync(X509Certificate2 certificate)
    {
        await ReceiveAsync();
        var tls = new SslStream(_stream);
        await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = certificate }, stop);
        _stream = tls;
    }

    public async Task SendAsync(byte[] payload)
    {
        byte[] packet = [(byte)payload.Length, (byte)(payload.Length >> 8), (byte)(payload.Length >> 16), _sequence++, .. payload];
        await _stream.WriteAsync(packet, stop);
    }

    /// <summary>Sends raw bytes in pieces of the given sizes, each its own segment as far as the system lets it.</summary>
    public async Task SendPiecesAsync(byte[] bytes, int size)
    {
        for (var i = 0; i < bytes.Length; i += size)
        {
            await _stream.WriteAsync(bytes.AsMemory(i, Math.Min(size, bytes.Length - i)), stop);
            await Task.Yield();
        }
    }

    public async Task<byte[]> ReceiveAsync()
    {
        var header = new byte[4];
        await _stream.ReadExactlyAsync(header, stop);
        var payload = new byte[header[0] | (header[1] << 8) | (header[2] << 16)];
        await _stream.ReadExactlyAsync(payload, stop);
        _sequence = (byte)(header[3] + 1);
        return payload;
    }

    /// <summary>Greets, accepts any password and the session settings.</summary>
    public async Task LogInAsync()
    {
        await SendAsync(Greeting("caching_sha2_password"));
        await ReceiveAsync();
        await SendAsync([1, 3]);
        await SendAsync(ScriptedServer.Ok);
        for (var i = 0; i < 2; i++)
        {
            await ReceiveAsync();
            await SendAsync(ScriptedServer.Ok);
        }
    }
}
