using System.Security.Cryptography;
using System.Text;

namespace CdcLake.MySql.Wire.Auth;

/// <summary>
/// A password for a server that has to see it although the connection is in clear: (password ‖ 0) ⊕ repeated nonce, encrypted with RSA-OAEP (SHA-1).
/// Source: MySQL source documentation, "Caching SHA-2 Pluggable Authentication", full authentication.
/// </summary>
internal static class RsaPassword
{
    /// <summary>The encrypted bytes to send; <paramref name="pem"/> is the server's public key, <paramref name="peer"/> its name for messages.</summary>
    /// <exception cref="MySqlServerException">The key is not PEM, or the password is too long for it.</exception>
    public static byte[] Encrypt(string password, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> pem, string peer)
    {
        var clear = Encoding.UTF8.GetBytes(password + '\0');
        for (var i = 0; i < clear.Length; i++)
        {
            clear[i] ^= nonce[i % nonce.Length];
        }

        try
        {
            using var rsa = RSA.Create();
            rsa.ImportFromPem(Encoding.ASCII.GetString(pem));
            return rsa.Encrypt(clear, RSAEncryptionPadding.OaepSHA1);
        }
        catch (Exception error) when (error is ArgumentException or CryptographicException)
        {
            throw new MySqlServerException(
                $"The RSA key of {peer} could not be used to encrypt the password ({error.GetType().Name}). Use SSL Mode=Required instead.", innerException: error);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(clear);
        }
    }
}
