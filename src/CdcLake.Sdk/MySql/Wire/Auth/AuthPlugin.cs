using System.Security.Cryptography;
using System.Text;

namespace CdcLake.MySql.Wire.Auth;

/// <summary>Names of authentication plugins and the first answer each gives to a nonce.</summary>
internal static class AuthPlugin
{
    public const string CachingSha2 = "caching_sha2_password";
    public const string Native = "mysql_native_password";

    /// <summary>Has no scrambled form: the password travels encrypted, by TLS or by the server's key.</summary>
    public const string Sha256 = "sha256_password";

    /// <summary>The password travels as it is: what PAM, LDAP and the identity services of clouds need. Over encrypted or local connections only.</summary>
    public const string Clear = "mysql_clear_password";

    /// <summary>MariaDB: a signature with the password as its secret.</summary>
    public const string Ed25519 = "client_ed25519";

    /// <summary>MariaDB from 11.6 on: a signature with a secret that takes time to make of the password.</summary>
    public const string Parsec = "parsec";

    /// <summary>The scrambled password; empty for an empty password.</summary>
    /// <exception cref="MySqlServerException">The plugin is not known.</exception>
    public static byte[] FirstResponse(string plugin, string password, ReadOnlySpan<byte> nonce, string peer) => plugin switch
    {
        _ when password.Length == 0 && plugin is CachingSha2 or Native => [],
        CachingSha2 => ScrambleSha256(Encoding.UTF8.GetBytes(password), nonce),
        Ed25519 => SignaturePlugin.AnswerEd25519(password, nonce),
        Parsec => [], // which asks for the salt
        Native => ScrambleSha1(Encoding.UTF8.GetBytes(password), nonce),
        _ => throw new MySqlServerException(
            $"{peer} asks for authentication plugin \"{plugin}\", which is not supported. "
            + $"Move the account to one that is: ALTER USER … IDENTIFIED WITH {CachingSha2} BY '…'."),
    };

    /// <summary>SHA256(p) ⊕ SHA256(SHA256(SHA256(p)) ‖ nonce). Source: MySQL source documentation, "Caching SHA-2 Pluggable Authentication".</summary>
    public static byte[] ScrambleSha256(ReadOnlySpan<byte> password, ReadOnlySpan<byte> nonce)
    {
        var once = SHA256.HashData(password);
        byte[] salted = [.. SHA256.HashData(once), .. nonce];
        return Xor(once, SHA256.HashData(salted));
    }

    /// <summary>SHA1(p) ⊕ SHA1(nonce ‖ SHA1(SHA1(p))). Source: MySQL source documentation, "Native Authentication".</summary>
    public static byte[] ScrambleSha1(ReadOnlySpan<byte> password, ReadOnlySpan<byte> nonce)
    {
#pragma warning disable CA5350 // the protocol of older servers prescribes SHA-1
        var once = SHA1.HashData(password);
        byte[] salted = [.. nonce, .. SHA1.HashData(once)];
        return Xor(once, SHA1.HashData(salted));
#pragma warning restore CA5350
    }

    private static byte[] Xor(byte[] left, byte[] right)
    {
        for (var i = 0; i < left.Length; i++)
        {
            left[i] ^= right[i];
        }

        return left;
    }
}
