using System.Security.Cryptography;
using System.Text;
using CdcLake.MySql.Wire;

namespace CdcLake.Tests.MySql.Wire;

public sealed class WireConnectionTests
{
    [Fact]
    public async Task Login_with_cached_password_runs_a_query()
    {
        await using var server = new ScriptedServer(async s =>
        {
            await s.LogInAsync();
            Assert.Equal("\x03SELECT 1"u8.ToArray(), await s.ReceiveAsync());
            await s.SendAsync([1]);
            await s.SendAsync([3, .. "def"u8, 0, 0, 0, 1, (byte)'1', 0, 0x0C, 63, 0, 1, 0, 0, 0, 8, 0x81, 0, 0, 0, 0]);
            await s.SendAsync([1, (byte)'1']);
            await s.SendAsync([0xFE, 0, 0, 2, 0, 0, 0]);
        });
        await using var connection = await OpenAsync(server);
        Assert.Equal("1", await connection.ReadTextAsync("SELECT 1", default));
    }

    [Fact]
    public async Task Bytes_that_arrive_one_by_one_make_the_same_packets()
    {
        await using var server = new ScriptedServer(async s =>
        {
            await s.LogInAsync();
            await s.ReceiveAsync();
            byte[] definition = [3, .. "def"u8, 0, 0, 0, 1, (byte)'a', 0, 0x0C, 63, 0, 1, 0, 0, 0, 8, 0x81, 0, 0, 0, 0];
            await s.SendPiecesAsync([1, 0, 0, 1, 1, (byte)definition.Length, 0, 0, 2, .. definition, 2, 0, 0, 3, 1, (byte)'x', 7, 0, 0, 4, 0xFE, 0, 0, 2, 0, 0, 0], 1);
        });
        await using var connection = await OpenAsync(server);
        Assert.Equal("x", await connection.ReadTextAsync("SELECT", default));
    }

    [Fact]
    public async Task Full_authentication_in_clear_needs_permission()
    {
        await using var server = new ScriptedServer(async s =>
        {
            await s.SendAsync(ScriptedSession.Greeting("caching_sha2_password"));
            await s.ReceiveAsync();
            await s.SendAsync([1, 4]);
        });
        var error = await Assert.ThrowsAsync<MySqlServerException>(() => OpenAsync(server));
        Assert.Contains("Allow Public Key Retrieval", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("geheim", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Full_authentication_encrypts_the_password_for_the_servers_key()
    {
        using var rsa = RSA.Create(2048);
        var received = "";
        await using var server = new ScriptedServer(async s =>
        {
            await s.SendAsync(ScriptedSession.Greeting("caching_sha2_password"));
            await s.ReceiveAsync();
            await s.SendAsync([1, 4]);
            Assert.Equal([2], await s.ReceiveAsync());
            await s.SendAsync([1, .. Encoding.ASCII.GetBytes(rsa.ExportSubjectPublicKeyInfoPem())]);
            var clear = rsa.Decrypt(await s.ReceiveAsync(), RSAEncryptionPadding.OaepSHA1);
            received = Encoding.UTF8.GetString([.. clear.Select((b, i) => (byte)(b ^ ((i % 20) + 1)))]);
            await s.SendAsync(ScriptedServer.Ok);
            await AcceptSettingsAsync(s);
        });
        await using var connection = await OpenAsync(server, "Allow Public Key Retrieval=true");
        Assert.Equal("geheim\0", received);
    }

    [Theory]
    [InlineData("mysql_native_password")]
    [InlineData("caching_sha2_password")]
    public async Task Switch_of_the_plugin_uses_the_new_nonce(string plugin)
    {
        byte[] nonce = [.. Enumerable.Range(100, 20).Select(i => (byte)i)];
        byte[] answer = [];
        await using var server = new ScriptedServer(async s =>
        {
            await s.SendAsync(ScriptedSession.Greeting("sha256_password"));
            await s.ReceiveAsync();
            await s.SendAsync([0xFE, .. Encoding.ASCII.GetBytes(plugin), 0, .. nonce, 0]);
            answer = await s.ReceiveAsync();
            await s.SendAsync(ScriptedServer.Ok);
            await AcceptSettingsAsync(s);
        });
        await using var connection = await OpenAsync(server);
        Assert.Equal(CdcLake.MySql.Wire.Auth.AuthPlugin.FirstResponse(plugin, "geheim", nonce, ""), answer);
    }

    [Fact]
    public async Task Server_without_encryption_is_refused_when_it_is_required()
    {
        await using var server = new ScriptedServer(s => s.SendAsync(ScriptedSession.Greeting("caching_sha2_password")));
        var error = await Assert.ThrowsAsync<MySqlServerException>(() => OpenAsync(server, "SSL Mode=Required"));
        Assert.Contains("does not offer encryption", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Error_instead_of_a_greeting_is_the_servers_error()
    {
        await using var server = new ScriptedServer(s => s.SendAsync([0xFF, 0x10, 0x04, .. "Too many connections"u8]));
        var error = await Assert.ThrowsAsync<MySqlServerException>(() => OpenAsync(server));
        Assert.Equal((1040, true), (error.Code, error.IsTransient));
    }

    [Fact]
    public async Task Peer_of_another_protocol_is_named_as_such()
    {
        await using var server = new ScriptedServer(s => s.SendPiecesAsync("HTTP/1.1 400 Bad Request\r\n\r\n"u8.ToArray(), 64));
        var error = await Assert.ThrowsAsync<MySqlProtocolException>(() => OpenAsync(server));
        Assert.Contains("may not be a MySQL server", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Silent_peer_ends_in_the_connection_timeout()
    {
        await using var server = new ScriptedServer(s => s.ReceiveAsync());
        var error = await Assert.ThrowsAsync<MySqlServerException>(() => OpenAsync(server, "Connection Timeout=1"));
        Assert.True(error.IsTransient);
        Assert.Contains("within 1 s", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Dropped_connection_is_transient()
    {
        await using var server = new ScriptedServer(async s =>
        {
            await s.LogInAsync();
            await s.ReceiveAsync();
        });
        await using var connection = await OpenAsync(server);
        var error = await Assert.ThrowsAsync<MySqlServerException>(() => connection.ReadTextAsync("SELECT 1", default));
        Assert.True(error.IsTransient);
    }

    [Fact]
    public async Task Packet_out_of_order_is_a_protocol_error()
    {
        await using var server = new ScriptedServer(async s =>
        {
            await s.LogInAsync();
            await s.ReceiveAsync();
            await s.SendPiecesAsync([7, 0, 0, 9, .. ScriptedServer.Ok], 64);
        });
        await using var connection = await OpenAsync(server);
        await Assert.ThrowsAsync<MySqlProtocolException>(() => connection.ExecuteAsync("SET x", default));
    }

    [Fact]
    public async Task Connection_cut_inside_the_TLS_handshake_is_transient()
    {
        await using var server = new ScriptedServer(async s =>
        {
            await s.SendAsync(ScriptedSession.Greeting("caching_sha2_password", 0xDFFFFFFF));
            await s.ReceiveAsync(); // the wish for TLS
            await s.SendPiecesAsync([22, 3, 3, 0, 80, 2], 6); // the beginning of a server hello
        });
        var error = await Assert.ThrowsAsync<MySqlServerException>(() => OpenAsync(server, "SSL Mode=Required"));
        Assert.True(error.IsTransient);
        Assert.Contains("TLS handshake", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Silent_server_that_owes_an_answer_counts_as_dead()
    {
        await using var server = new ScriptedServer(async s =>
        {
            await s.LogInAsync();
            await s.ReceiveAsync();
            await s.ReceiveAsync(); // never comes
        });
        await using var connection = await WireConnection.OpenAsync(
            server.Options() with { ReadTimeout = TimeSpan.FromMilliseconds(200) }, TimeProvider.System, "test", default);
        var error = await Assert.ThrowsAsync<MySqlServerException>(() => connection.ExecuteAsync("DO 1", default));
        Assert.True(error.IsTransient);
        Assert.Contains("0.2 s", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Silent_dump_counts_as_dead_after_three_heartbeats()
    {
        await using var server = new ScriptedServer(async s =>
        {
            await s.LogInAsync();
            for (var i = 0; i < 2; i++)
            {
                await s.ReceiveAsync(); // variables, registration
                await s.SendAsync(ScriptedServer.Ok);
            }

            await s.ReceiveAsync(); // the dump
            await s.ReceiveAsync(); // never comes
        });
        await using var connection = await OpenAsync(server);
        var identity = ReplicaIdentity.Of("p", "s", null, TimeSpan.FromMilliseconds(50));
        await connection.StartDumpAsync(identity, new byte[8], default, default);
        var error = await Assert.ThrowsAsync<MySqlServerException>(async () => await connection.FillAsync(default));
        Assert.True(error.IsTransient);
        Assert.Contains("0.2 s", error.Message, StringComparison.Ordinal);
    }

    private static async Task AcceptSettingsAsync(ScriptedSession session)
    {
        for (var i = 0; i < 2; i++)
        {
            await session.ReceiveAsync();
            await session.SendAsync(ScriptedServer.Ok);
        }
    }

    private static Task<WireConnection> OpenAsync(ScriptedServer server, string more = "") =>
        WireConnection.OpenAsync(server.Options(more), TimeProvider.System, "test", default);
}
