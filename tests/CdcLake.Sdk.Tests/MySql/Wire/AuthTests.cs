using System.Security.Cryptography;
using System.Text;
using CdcLake.MySql.Wire.Auth;

namespace CdcLake.Tests.MySql.Wire;

public sealed class AuthTests
{
    private static readonly byte[] Nonce = [.. Enumerable.Range(1, 20).Select(i => (byte)i)];

    [Fact]
    public void Sha2_answer_lets_the_server_recover_the_stored_hash()
    {
        // The server keeps SHA256(SHA256(p)) and checks that SHA256(answer ⊕ SHA256(stored ‖ nonce)) is it.
        var password = "pässword"u8.ToArray();
        var stored = SHA256.HashData(SHA256.HashData(password));
        var answer = AuthPlugin.ScrambleSha256(password, Nonce);
        var mask = SHA256.HashData([.. stored, .. Nonce]);
        Assert.Equal(stored, SHA256.HashData([.. answer.Zip(mask, (a, b) => (byte)(a ^ b))]));
    }

    // Expected value computed with Python's hashlib from the formula in the manual.
    [Fact]
    public void Native_answer_is_the_documented_scramble() =>
        Assert.Equal("B32BB3A583E1340C0A1108D58B1BE49781AD8C2F", Convert.ToHexString(AuthPlugin.ScrambleSha1("secret"u8, Nonce)));

    [Theory]
    [InlineData(AuthPlugin.CachingSha2)]
    [InlineData(AuthPlugin.Native)]
    public void Empty_password_gives_an_empty_answer(string plugin) => Assert.Empty(AuthPlugin.FirstResponse(plugin, "", Nonce, "db"));

    // RFC 8032, section 7.1, tests 1 and 2.
    [Theory]
    [InlineData(
        "9D61B19DEFFD5A60BA844AF492EC2CC44449C5697B326919703BAC031CAE7F60", "",
        "E5564300C360AC729086E2CC806E828A84877F1EB8E5D974D873E065224901555FB8821590A33BACC61E39701CF9B46BD25BF5F0595BBE24655141438E7A100B")]
    [InlineData(
        "4CCD089B28FF96DA9DB6C346EC114E0F5B8A319F35ABA624DA8CF6ED4FB8A6FB", "72",
        "92A009A9F0D4CAB8720E820B5F642540A2B27B5416503F8FB3762223EBDB69DA085AC1E43E15996E458F3613D0F11D8C387B2EAEB4302AEEB00D291612BB0C00")]
    public void Signature_is_that_of_the_standard(string secret, string message, string signature) =>
        Assert.Equal(signature, Convert.ToHexString(Ed25519Signature.Sign(Convert.FromHexString(secret), Convert.FromHexString(message), out _)));

    [Fact]
    public void Unknown_plugin_is_named_with_the_statement_that_helps()
    {
        var error = Assert.Throws<MySqlServerException>(() => AuthPlugin.FirstResponse("auth_gssapi_client", "x", Nonce, "db:3306"));
        Assert.Contains("\"auth_gssapi_client\"", error.Message, StringComparison.Ordinal);
        Assert.Contains("ALTER USER", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Password_encrypted_for_a_key_can_be_read_back_with_it()
    {
        using var rsa = RSA.Create(2048);
        var pem = Encoding.ASCII.GetBytes(rsa.ExportSubjectPublicKeyInfoPem());
        var clear = rsa.Decrypt(RsaPassword.Encrypt("geheim", Nonce, pem, "db"), RSAEncryptionPadding.OaepSHA1);
        Assert.Equal("geheim\0", Encoding.UTF8.GetString([.. clear.Select((b, i) => (byte)(b ^ Nonce[i % 20]))]));
    }

    [Fact]
    public void Key_that_is_not_pem_is_a_server_error_without_the_password()
    {
        var error = Assert.Throws<MySqlServerException>(() => RsaPassword.Encrypt("geheim", Nonce, "nonsense"u8, "db:3306"));
        Assert.DoesNotContain("geheim", error.ToString(), StringComparison.Ordinal);
    }
}
