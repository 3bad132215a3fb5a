using System.Security.Cryptography;
using System.Text;
using MySqlConnector.Authentication;

namespace CdcLake.MySql.Wire.Auth;

// client_ed25519   the server sends 32 bytes; answered by their signature, made with the password as the secret
// parsec           the server sends 32 bytes, and, when it got an empty packet, 'P', factor, salt (18 bytes); the secret is PBKDF2 (SHA-512, 1024 << factor rounds, 32 bytes) of
//                  the password; answered by 32 bytes of our own and the signature of both
//
// Source: MariaDB source, plugin/auth_ed25519 and plugin/auth_parsec.

/// <summary>Logins of MariaDB that prove to know a password by a signature: of both clients.</summary>
internal sealed class SignaturePlugin : IAuthenticationPlugin3
{
    private const int NonceLength = 32;
    private const int SecretLength = 32;
    private const int MaxFactor = 3; // of MariaDB 11.8
    private static int _isRegistered;

    private SignaturePlugin(string name) => Name = name;

    public string Name { get; }

    /// <summary>Lets MySqlConnector use them, once.</summary>
    public static void Register()
    {
        if (Interlocked.Exchange(ref _isRegistered, 1) != 0)
        {
            return;
        }

        foreach (var name in (string[])[AuthPlugin.Ed25519, AuthPlugin.Parsec])
        {
            try
            {
                AuthenticationPlugins.Register(new SignaturePlugin(name));
            }
            catch (ArgumentException)
            {
                // The application has brought one of its own.
            }
        }
    }

    public byte[] CreateResponse(string password, ReadOnlySpan<byte> authenticationData)
    {
        CreateResponseAndPasswordHash(password, authenticationData, out var response, out _);
        return response;
    }

    /// <summary>The hash is what the server keeps of the password; with it a client can tell that a server that nobody vouches for knows it.</summary>
    public void CreateResponseAndPasswordHash(string password, ReadOnlySpan<byte> authenticationData, out byte[] authenticationResponse, out byte[] passwordHash)
    {
        var end = Math.Min(NonceLength, authenticationData.Length);
        var nonce = authenticationData[..end];
        var salt = authenticationData[end..];
        authenticationResponse = Name == AuthPlugin.Ed25519 ? AnswerEd25519(password, nonce, out passwordHash) : AnswerParsec(password, nonce, salt, out passwordHash);
    }

    /// <exception cref="MySqlProtocolException">The nonce has another length.</exception>
    public static byte[] AnswerEd25519(string password, ReadOnlySpan<byte> nonce) => AnswerEd25519(password, nonce, out _);

    /// <param name="password">The password.</param>
    /// <param name="nonce">The server's 32 bytes.</param>
    /// <param name="salt">'P', factor and salt, perhaps behind a byte 01.</param>
    /// <exception cref="MySqlProtocolException">Either is malformed.</exception>
    public static byte[] AnswerParsec(string password, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> salt) => AnswerParsec(password, nonce, salt, out _);

    private static byte[] AnswerEd25519(string password, ReadOnlySpan<byte> nonce, out byte[] publicKey) => nonce.Length == NonceLength
        ? Ed25519Signature.Sign(Encoding.UTF8.GetBytes(password), nonce, out publicKey)
        : throw MySqlProtocolException.Malformed("Data for " + AuthPlugin.Ed25519, 0, $"{nonce.Length} bytes instead of {NonceLength}");

    private static byte[] AnswerParsec(string password, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> salt, out byte[] hash)
    {
        salt = salt.Length > 1 && salt[0] == 1 && salt[1] == 'P' ? salt[1..] : salt;
        if (nonce.Length != NonceLength || salt.Length < 3 || salt[0] != 'P' || salt[1] > MaxFactor)
        {
            throw MySqlProtocolException.Malformed("Data for " + AuthPlugin.Parsec, 0, $"{nonce.Length} bytes and {salt.Length} of the salt, of a kind that is not known");
        }

        var secret = Rfc2898DeriveBytes.Pbkdf2(Encoding.UTF8.GetBytes(password), salt[2..], 1024 << salt[1], HashAlgorithmName.SHA512, SecretLength);
        var own = RandomNumberGenerator.GetBytes(NonceLength);
        byte[] signed = [.. nonce, .. own];
        var signature = Ed25519Signature.Sign(secret, signed, out var publicKey);
        hash = [.. salt, .. publicKey];
        return [.. own, .. signature];
    }
}
