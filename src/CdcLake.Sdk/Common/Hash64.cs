using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace CdcLake.Common;

/// <summary>
/// A 64-bit hash of byte strings: products of 64-bit words folded to half, all bits usable for a table index. Stable across processes and machines
/// (input is read little endian), not meant against deliberate collisions.
/// </summary>
internal static class Hash64
{
    // Odd, with balanced bits and no common structure: the fractional parts of square roots of small primes.
    private const ulong P0 = 0x6A09E667F3BCC909;
    private const ulong P1 = 0xBB67AE8584CAA73B;
    private const ulong P2 = 0x3C6EF372FE94F82B;
    private const ulong P3 = 0xA54FF53A5F1D36F1;

    /// <summary>Hash of <paramref name="bytes"/>, its length included.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Of(ReadOnlySpan<byte> bytes) => Of(ref MemoryMarshal.GetReference(bytes), (nuint)bytes.Length);

    /// <summary>One hash of two, in which their order counts.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Combine(ulong first, ulong second) => Fold(first ^ P1, second ^ P2);

    /// <summary>Hash of one number, as good as that of its bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Of(ulong value) => Fold(value ^ P0, P1);

    private static ulong Of(ref byte start, nuint length)
    {
        ulong a;
        ulong b;
        var state = P0 ^ length;
        if (length <= 16)
        {
            (a, b) = ReadShort(ref start, length);
            return Fold(P1 ^ length, Fold(a ^ P2, b ^ state));
        }

        var at = (nuint)0;
        if (length > 64)
        {
            var other = state ^ P3;
            do
            {
                state = Fold(Read64(ref start, at) ^ P1, Read64(ref start, at + 8) ^ state);
                other = Fold(Read64(ref start, at + 16) ^ P2, Read64(ref start, at + 24) ^ other);
                at += 32;
            }
            while (length - at > 32);
            state ^= other;
        }

        while (length - at > 16)
        {
            state = Fold(Read64(ref start, at) ^ P1, Read64(ref start, at + 8) ^ state);
            at += 16;
        }

        // The last 16 bytes, overlapping what was read before when the length is no multiple of 16.
        a = Read64(ref start, length - 16);
        b = Read64(ref start, length - 8);
        return Fold(P1 ^ length, Fold(a ^ P2, b ^ state));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (ulong A, ulong B) ReadShort(ref byte start, nuint length)
    {
        if (length >= 8)
        {
            return (Read64(ref start, 0), Read64(ref start, length - 8));
        }

        if (length >= 4)
        {
            return (Read32(ref start, 0), Read32(ref start, length - 4));
        }

        if (length == 0)
        {
            return (0, 0);
        }

        return (((ulong)start << 16) | ((ulong)Unsafe.Add(ref start, length >> 1) << 8) | Unsafe.Add(ref start, length - 1), 0);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Fold(ulong a, ulong b)
    {
        var high = Math.BigMul(a, b, out var low);
        return high ^ low;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Read64(ref byte start, nuint offset)
    {
        var value = Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref start, offset));
        return BitConverter.IsLittleEndian ? value : System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(value);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Read32(ref byte start, nuint offset)
    {
        var value = Unsafe.ReadUnaligned<uint>(ref Unsafe.Add(ref start, offset));
        return BitConverter.IsLittleEndian ? value : System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(value);
    }
}
