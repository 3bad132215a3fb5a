using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using CdcLake.MySql.Wire;

namespace CdcLake.Tests.MySql.Wire;

/// <summary>mysql_clear_password, which PAM, LDAP and identity services of clouds ask for: never over a connection in clear.</summary>
public sealed class ClearPasswordTests
{
    private static readonly byte[] Switch = [0xFE, .. "mysql_clear_password"u8, 0];

    [Fact]
    public async Task Password_is_sent_as_it_is_over_TLS()
    {
        using var key = RSA.Create(2048);
        using var certificate = new CertificateRequest("CN=db", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            .CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        byte[] received = [];
        await using var server = new ScriptedServer(async s =>
        {
            await s.SendAsync(ScriptedSession.Greeting("caching_sha2_password", 0xDFFFFFFF));
            await s.EncryptAsync(certificate);
            await s.ReceiveAsync();
            await s.SendAsync(Switch);
            received = await s.ReceiveAsync();
            await s.SendAsync(ScriptedServer.Ok);
            for (var i = 0; i < 2; i++)
            {
                await s.ReceiveAsync();
                await s.SendAsync(ScriptedServer.Ok);
            }
        });
        await using var connection = await OpenAsync(server, "SSL Mode=Required");
        Assert.Equal("geheim\0", Encoding.UTF8.GetString(received));
    }

    [Theory]
    [InlineData("SSL Mode=None")]
    [InlineData("SSL Mode=Preferred")]
    [InlineData("SSL Mode=None;Allow Public Key Retrieval=true")]
    public async Task Password_is_never_sent_as_it_is_in_clear(string mode)
    {
        byte[]? received = null;
        await using var server = new ScriptedServer(async s =>
        {
            await s.SendAsync(ScriptedSession.Greeting("caching_sha2_password"));
            await s.ReceiveAsync();
            await s.SendAsync(Switch);
            received = await s.ReceiveAsync();
        });
        var error = await Assert.ThrowsAsync<MySqlServerException>(() => OpenAsync(server, mode));
        Assert.Contains("mysql_clear_password", error.Message, StringComparison.Ordinal);
        Assert.Contains("SSL Mode=VerifyFull", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("geheim", error.ToString(), StringComparison.Ordinal);
        Assert.Null(received);
    }

    private static Task<WireConnection> OpenAsync(ScriptedServer server, string more) => WireConnection.OpenAsync(server.Options(more), TimeProvider.System, "test", default);
}
