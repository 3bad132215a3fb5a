using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using CdcLake.Common;

namespace CdcLake.Iceberg.Index;

/// <summary>
/// A key in 16 bytes. Encoded keys of up to <see cref="MaxExact"/> bytes are kept as they are with their length in the last byte; of longer ones 120 bits of a
/// hash, seeded anew in each process, with 255 there. Two of a billion such keys collide with a probability below 10⁻¹⁸.
/// </summary>
internal readonly record struct IndexKey(ulong Low, ulong High)
{
    /// <summary>Bytes of the longest key that is kept exactly.</summary>
    public const int MaxExact = 15;

    private const ulong HashedMark = 0xFFUL << 56;
    private const ulong WithoutMark = ~HashedMark;
    private static readonly ulong Seed = BinaryPrimitives.ReadUInt64LittleEndian(RandomNumberGenerator.GetBytes(sizeof(ulong)));

    /// <summary>A hash for tables, all bits usable.</summary>
    public ulong Hash => Hash64.Combine(Low, High);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IndexKey Of(ReadOnlySpan<byte> encoded)
    {
        if (encoded.Length > MaxExact)
        {
            return OfHash(encoded);
        }

        Span<byte> padded = stackalloc byte[16];
        padded.Clear();
        encoded.CopyTo(padded);
        return new IndexKey(
            BinaryPrimitives.ReadUInt64LittleEndian(padded),
            BinaryPrimitives.ReadUInt64LittleEndian(padded[8..]) | ((ulong)encoded.Length << 56));
    }

    /// <summary>MurmurHash3, x64, 128 bits (Austin Appleby, public domain algorithm).</summary>
    private static IndexKey OfHash(ReadOnlySpan<byte> bytes)
    {
        var a = Seed;
        var b = Seed;
        var rest = bytes;
        for (; rest.Length >= 16; rest = rest[16..])
        {
            a = (BitOperations.RotateLeft(a ^ MixA(BinaryPrimitives.ReadUInt64LittleEndian(rest)), 27) + b) * 5 + 0x52DCE729;
            b = (BitOperations.RotateLeft(b ^ MixB(BinaryPrimitives.ReadUInt64LittleEndian(rest[8..])), 31) + a) * 5 + 0x38495AB5;
        }

        if (!rest.IsEmpty)
        {
            Span<byte> padded = stackalloc byte[16];
            padded.Clear();
            rest.CopyTo(padded);
            a ^= MixA(BinaryPrimitives.ReadUInt64LittleEndian(padded));
            b ^= MixB(BinaryPrimitives.ReadUInt64LittleEndian(padded[8..]));
        }

        a ^= (ulong)bytes.Length;
        b ^= (ulong)bytes.Length;
        a += b;
        b += a;
        a = Finish(a);
        b = Finish(b);
        a += b;
        b += a;
        return new IndexKey(a, (b & WithoutMark) | HashedMark);
    }

    private static ulong MixA(ulong word) => BitOperations.RotateLeft(word * 0x87C37B91114253D5, 31) * 0x4CF5AD432745937F;

    private static ulong MixB(ulong word) => BitOperations.RotateLeft(word * 0x4CF5AD432745937F, 33) * 0x87C37B91114253D5;

    private static ulong Finish(ulong k)
    {
        k = (k ^ (k >> 33)) * 0xFF51AFD7ED558CCD;
        k = (k ^ (k >> 33)) * 0xC4CEB9FE1A85EC53;
        return k ^ (k >> 33);
    }
}
