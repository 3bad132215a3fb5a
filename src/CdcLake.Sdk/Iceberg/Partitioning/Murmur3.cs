using System.Buffers.Binary;
using System.Numerics;

namespace CdcLake.Iceberg.Partitioning;

/// <summary>MurmurHash3, x86, 32 bits, seed 0 (Austin Appleby, public domain algorithm): Iceberg's bucket hash. Iceberg specification, appendix B.</summary>
internal static class Murmur3
{
    private const uint C1 = 0xCC9E2D51;
    private const uint C2 = 0x1B873593;

    public static int Hash(ReadOnlySpan<byte> bytes)
    {
        var hash = 0u;
        var rest = bytes;
        for (; rest.Length >= sizeof(uint); rest = rest[sizeof(uint)..])
        {
            hash = (BitOperations.RotateLeft(hash ^ Mix(BinaryPrimitives.ReadUInt32LittleEndian(rest)), 13) * 5) + 0xE6546B64;
        }

        var tail = 0u;
        for (var i = rest.Length - 1; i >= 0; i--)
        {
            tail = (tail << 8) | rest[i];
        }

        hash ^= Mix(tail);
        hash ^= (uint)bytes.Length;
        hash = (hash ^ (hash >> 16)) * 0x85EBCA6B;
        hash = (hash ^ (hash >> 13)) * 0xC2B2AE35;
        return (int)(hash ^ (hash >> 16));
    }

    /// <summary>The hash of a number: of its eight bytes, little endian.</summary>
    public static int Hash(long value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, value);
        return Hash(bytes);
    }

    /// <summary>The hash of a decimal: of the fewest bytes that its unscaled value has, big endian.</summary>
    public static int HashDecimal(Int128 unscaled)
    {
        Span<byte> all = stackalloc byte[16];
        BinaryPrimitives.WriteInt128BigEndian(all, unscaled);
        var start = 0;
        var filler = unscaled < 0 ? byte.MaxValue : (byte)0;
        while (start < all.Length - 1 && all[start] == filler && (all[start + 1] & 0x80) == (filler & 0x80))
        {
            start++;
        }

        return Hash(all[start..]);
    }

    /// <summary>The bucket of a hash.</summary>
    public static int Bucket(int hash, int buckets) => (hash & int.MaxValue) % buckets;

    private static uint Mix(uint word) => BitOperations.RotateLeft(word * C1, 15) * C2;
}
