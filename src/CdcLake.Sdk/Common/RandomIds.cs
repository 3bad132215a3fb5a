using System.Buffers.Binary;
using System.Security.Cryptography;

namespace CdcLake.Common;

/// <summary>Numbers and names that no other writer chooses.</summary>
internal static class RandomIds
{
    /// <summary>Where the bytes come from: the system's generator, but in a simulation, where a seed decides all.</summary>
    public static Action<Span<byte>> Source { get; set; } = RandomNumberGenerator.Fill;

    /// <summary>A random number from 1 on.</summary>
    public static long PositiveInt64()
    {
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        Source(bytes);
        return Math.Max(1, BinaryPrimitives.ReadInt64LittleEndian(bytes) & long.MaxValue);
    }

    /// <summary>A random UUID (version 4) as lower-case text.</summary>
    public static string Uuid()
    {
        Span<byte> bytes = stackalloc byte[16];
        Source(bytes);
        bytes[6] = (byte)((bytes[6] & 0x0F) | 0x40);
        bytes[8] = (byte)((bytes[8] & 0x3F) | 0x80);
        return new Guid(bytes, bigEndian: true).ToString();
    }

    /// <summary>So many random bytes.</summary>
    public static byte[] Bytes(int count)
    {
        var bytes = new byte[count];
        Source(bytes);
        return bytes;
    }
}
