using System.Numerics;
using System.Security.Cryptography;

namespace CdcLake.MySql.Wire.Auth;

// Source: RFC 8032, section 5.1 (Ed25519). .NET 10 has no Ed25519, and MariaDB signs with a secret that is not a seed of 32 bytes, which libraries ask for.

/// <summary>
/// Signs as Ed25519 does. One signature takes some milliseconds and its time depends on the secret a little, so it is for logins, where a server gets one signature and no clock of ours.
/// </summary>
internal static class Ed25519Signature
{
    private static readonly BigInteger P = BigInteger.Pow(2, 255) - 19;
    private static readonly BigInteger Order = BigInteger.Pow(2, 252) + BigInteger.Parse("27742317777372353535851937790883648493", System.Globalization.CultureInfo.InvariantCulture);
    private static readonly BigInteger D = Mod(-121665 * Inverse(121666));
    private static readonly Point Base = Point.Of(
        BigInteger.Parse("15112221349535400772501151409588531511454012693041857206046113283949847762202", System.Globalization.CultureInfo.InvariantCulture), Mod(4 * Inverse(5)));

    /// <summary>The 64 bytes of a signature.</summary>
    /// <param name="secret">What the key is made of; of ordinary keys the seed of 32 bytes.</param>
    /// <param name="message">What is signed.</param>
    /// <param name="publicKey">The 32 bytes of the key that tells whether it is right.</param>
    public static byte[] Sign(ReadOnlySpan<byte> secret, ReadOnlySpan<byte> message, out byte[] publicKey)
    {
        var expanded = SHA512.HashData(secret);
        expanded[0] &= 0xF8;
        expanded[31] = (byte)((expanded[31] & 0x7F) | 0x40);
        var scalar = new BigInteger(expanded.AsSpan(0, 32), isUnsigned: true);
        publicKey = Multiply(scalar).Encode();
        byte[] nonced = [.. expanded.AsSpan(32), .. message];
        var nonce = Number(nonced);
        var commitment = Multiply(nonce).Encode();
        byte[] challenged = [.. commitment, .. publicKey, .. message];
        var answer = (nonce + (Number(challenged) * scalar)) % Order;
        CryptographicOperations.ZeroMemory(expanded);
        return [.. commitment, .. Bytes(answer)];
    }

    private static BigInteger Number(byte[] bytes) => new BigInteger(SHA512.HashData(bytes), isUnsigned: true) % Order;

    private static Point Multiply(BigInteger scalar)
    {
        var (sum, unused, power) = (Point.Of(0, 1), Point.Of(0, 1), Base);
        for (var bit = 0; bit < 256; bit++)
        {
            if ((scalar >> bit).IsEven)
            {
                unused = unused.Add(power); // the same work whatever the bit is
            }
            else
            {
                sum = sum.Add(power);
            }

            power = power.Add(power);
        }

        return sum;
    }

    private static BigInteger Mod(BigInteger value) => ((value % P) + P) % P;

    private static BigInteger Inverse(BigInteger value) => BigInteger.ModPow(value, P - 2, P);

    private static byte[] Bytes(BigInteger value)
    {
        var bytes = new byte[32];
        value.TryWriteBytes(bytes, out _, isUnsigned: true);
        return bytes;
    }

    /// <summary>A point of the curve in extended coordinates: x = X / Z, y = Y / Z, x y = T / Z.</summary>
    private readonly record struct Point(BigInteger X, BigInteger Y, BigInteger Z, BigInteger T)
    {
        public static Point Of(BigInteger x, BigInteger y) => new(x, y, 1, Mod(x * y));

        public Point Add(Point other)
        {
            var a = Mod((Y - X) * (other.Y - other.X));
            var b = Mod((Y + X) * (other.Y + other.X));
            var c = Mod(2 * D * T * other.T);
            var d = Mod(2 * Z * other.Z);
            var (e, f, g, h) = (b - a, d - c, d + c, b + a);
            return new Point(Mod(e * f), Mod(g * h), Mod(f * g), Mod(e * h));
        }

        public byte[] Encode()
        {
            var inverse = Inverse(Z);
            var bytes = Bytes(Mod(Y * inverse));
            bytes[31] |= Mod(X * inverse).IsEven ? (byte)0 : (byte)0x80;
            return bytes;
        }
    }
}
