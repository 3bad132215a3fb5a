using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace CdcLake.Common;

// Source of the method: V. Gopal et al., "Fast CRC Computation for Generic Polynomials Using PCLMULQDQ Instruction", Intel, 2009.
// A 128-bit remainder is moved d bits ahead by multiplying its halves with x^(d+32) and x^(d-32) modulo the polynomial (bit-reflected,
// shifted left by one) and adding both products to the bytes that lie there. Four remainders run 64 bytes ahead in parallel; in the end
// they are folded into one, and those 16 bytes have, from a zero register, the same CRC as everything before: the tables finish them.

/// <summary>CRC-32 by carry-less multiplication for processors with PCLMULQDQ.</summary>
internal static class Crc32Folding
{
    /// <summary>Fewest bytes worth folding.</summary>
    public const int MinLength = 128;

    private const int Lane = 16;
    private const int Block = 4 * Lane;

    /// <summary>Advances the register over all whole 16-byte lanes and leaves the rest, fewer than 16 bytes, in <paramref name="bytes"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static uint Update(uint register, ref ReadOnlySpan<byte> bytes)
    {
        var fourLanes = Vector128.Create(0x0154442BD4UL, 0x01C6E41596UL); // d = 512
        var oneLane = Vector128.Create(0x01751997D0UL, 0x00CCAA009EUL); // d = 128
        ref var start = ref MemoryMarshal.GetReference(bytes);
        var x0 = Load(ref start, 0) ^ Vector128.CreateScalar(register).AsUInt64();
        var x1 = Load(ref start, Lane);
        var x2 = Load(ref start, 2 * Lane);
        var x3 = Load(ref start, 3 * Lane);
        var at = Block;
        for (; at + Block <= bytes.Length; at += Block)
        {
            x0 = Fold(x0, fourLanes) ^ Load(ref start, at);
            x1 = Fold(x1, fourLanes) ^ Load(ref start, at + Lane);
            x2 = Fold(x2, fourLanes) ^ Load(ref start, at + (2 * Lane));
            x3 = Fold(x3, fourLanes) ^ Load(ref start, at + (3 * Lane));
        }

        var x = Fold(x0, oneLane) ^ x1;
        x = Fold(x, oneLane) ^ x2;
        x = Fold(x, oneLane) ^ x3;
        for (; at + Lane <= bytes.Length; at += Lane)
        {
            x = Fold(x, oneLane) ^ Load(ref start, at);
        }

        bytes = bytes[at..];
        Span<byte> remainder = stackalloc byte[Lane];
        x.AsByte().CopyTo(remainder);
        return Crc32.UpdateByTables(0, remainder);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<ulong> Fold(Vector128<ulong> x, Vector128<ulong> constants) =>
        Pclmulqdq.CarrylessMultiply(x, constants, 0x00) ^ Pclmulqdq.CarrylessMultiply(x, constants, 0x11);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<ulong> Load(ref byte start, int offset) =>
        Unsafe.ReadUnaligned<Vector128<ulong>>(ref Unsafe.Add(ref start, offset));
}
