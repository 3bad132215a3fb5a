using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace CdcLake.Iceberg.Index;

/// <summary>96 bits of a hash of a key's bytes, seeded anew for each index.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 4)]
internal readonly record struct HashedKey : IIndexKey<HashedKey>
{
    private readonly ulong _low;
    private readonly uint _high;

    private HashedKey(ulong low, uint high)
    {
        _low = low;
        _high = high;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong Hash(ulong seed) => _low;

    /// <summary>MurmurHash3, x64, 128 bits (Austin Appleby, public domain algorithm), cut to 96.</summary>
    public static HashedKey Of(ReadOnlySpan<byte> encoded, ulong seed)
    {
        var a = seed;
        var b = seed;
        var rest = encoded;
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

        a ^= (ulong)encoded.Length;
        b ^= (ulong)encoded.Length;
        a += b;
        b += a;
        a = Finish(a);
        b = Finish(b);
        a += b;
        b += a;
        return new HashedKey(a, (uint)b);
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
