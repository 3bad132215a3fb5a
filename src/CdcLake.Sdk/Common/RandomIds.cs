using System.Buffers.Binary;
using System.Security.Cryptography;

namespace CdcLake.Common;

/// <summary>Numbers and names that no other writer chooses.</summary>
internal static class RandomIds
{
    /// <summary>A random number from 1 on.</summary>
    public static long PositiveInt64()
    {
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        RandomNumberGenerator.Fill(bytes);
        return Math.Max(1, BinaryPrimitives.ReadInt64LittleEndian(bytes) & long.MaxValue);
    }

    /// <summary>A random UUID (version 4) as lower-case text.</summary>
    public static string Uuid()
    {
        Span<byte> bytes = stackalloc byte[16];
        RandomNumberGenerator.Fill(bytes);
        bytes[6] = (byte)((bytes[6] & 0x0F) | 0x40);
        bytes[8] = (byte)((bytes[8] & 0x3F) | 0x80);
        return new Guid(bytes, bigEndian: true).ToString();
    }
}
