using System.Buffers.Binary;
using System.Diagnostics;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace CdcLake.Compression;

// Snappy block: varint uncompressed length, then elements. Low two bits of the tag byte:
//
//   00  literal   length − 1 in the upper six bits; 60..63 = 1..4 more little-endian bytes hold it
//   01  copy      length 4..11 in bits 2–4, offset of 11 bits: bits 5–7 are its high bits, then one byte
//   10  copy      length 1..64 in bits 2–7, offset in two bytes, little endian
//   11  copy      length 1..64 in bits 2–7, offset in four bytes, little endian
//
// A copy may overlap its own output (offset < length repeats). Source: snappy/format_description.txt.

/// <summary>Snappy block encoder: greedy matching over fragments of 64 KiB with a table of positions by hash of four bytes.</summary>
internal static class Snappy
{
    private const int FragmentSize = 1 << 16;
    private const int MaxTableBits = 14;
    private const int MinTableBits = 8;

    // Loads look up to 8 bytes ahead and the copy of a short literal writes 16 at once: the last bytes of a fragment are never matched.
    private const int InputMargin = 16;

    /// <summary>Bytes that <see cref="Compress"/> may need for <paramref name="length"/> bytes of input.</summary>
    public static int MaxCompressedLength(int length) => checked(32 + length + (length / 6));

    /// <summary>Compresses a block and returns the bytes written.</summary>
    /// <param name="source">The block; may be empty.</param>
    /// <param name="destination">At least <see cref="MaxCompressedLength"/> bytes, not overlapping <paramref name="source"/>.</param>
    [SkipLocalsInit]
    public static unsafe int Compress(ReadOnlySpan<byte> source, Span<byte> destination)
    {
        if (destination.Length < MaxCompressedLength(source.Length))
        {
            throw new ArgumentException("Shorter than MaxCompressedLength.", nameof(destination));
        }

        var tableBits = Math.Clamp(BitOperations.Log2((uint)source.Length | 1) + 1, MinTableBits, MaxTableBits);
        var table = stackalloc ushort[1 << tableBits];
        fixed (byte* input = source)
        fixed (byte* output = destination)
        {
            var op = WriteLength(output, (uint)source.Length);
            for (var start = 0; start < source.Length; start += FragmentSize)
            {
                var length = Math.Min(FragmentSize, source.Length - start);
                new Span<ushort>(table, 1 << tableBits).Clear();
                op = CompressFragment(input + start, length, op, table, 32 - tableBits);
            }

            Debug.Assert(op - output <= destination.Length, "MaxCompressedLength bounds the output");
            return (int)(op - output);
        }
    }

    private static unsafe byte* CompressFragment(byte* input, int length, byte* op, ushort* table, int shift)
    {
        var end = input + length;
        var pending = input; // first byte not yet written
        if (length >= InputMargin)
        {
            var limit = end - InputMargin;
            var ip = input + 1;
            while (true)
            {
                var match = FindMatch(input, ref ip, limit, table, shift);
                if (match == null)
                {
                    break;
                }

                op = WriteLiteral(op, pending, (int)(ip - pending), ip <= limit);
                do
                {
                    var matched = 4 + MatchLength(match + 4, ip + 4, end);
                    op = WriteCopy(op, (int)(ip - match), matched);
                    ip += matched;
                    pending = ip;
                    if (ip > limit)
                    {
                        return WriteLiteral(op, pending, (int)(end - pending), false);
                    }

                    table[Hash(Load32(ip - 1), shift)] = (ushort)(ip - 1 - input);
                    var slot = table + Hash(Load32(ip), shift);
                    match = input + *slot;
                    *slot = (ushort)(ip - input);
                }
                while (Load32(match) == Load32(ip));

                ip++;
            }
        }

        return WriteLiteral(op, pending, (int)(end - pending), false);
    }

    /// <summary>Moves <paramref name="ip"/> to the next position whose four bytes occurred before and returns that earlier place, or null at the limit.
    /// The step grows while nothing matches, so that data without repetition is crossed quickly.</summary>
    private static unsafe byte* FindMatch(byte* input, ref byte* ip, byte* limit, ushort* table, int shift)
    {
        // The table only holds positions of this fragment before the current one, or its start.
        var position = ip;
        uint tries = 32;
        var bytes = Load32(position);
        while (position <= limit)
        {
            var next = position + (tries++ >> 5);
            var slot = table + Hash(bytes, shift);
            var candidate = input + *slot;
            *slot = (ushort)(position - input);
            if (Load32(candidate) == bytes)
            {
                ip = position;
                return candidate;
            }

            position = next;
            bytes = Load32(next <= limit ? next : limit);
        }

        return null;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static unsafe int MatchLength(byte* earlier, byte* later, byte* end)
    {
        var start = later;
        while (later + 8 <= end)
        {
            var difference = Unsafe.ReadUnaligned<ulong>(earlier) ^ Unsafe.ReadUnaligned<ulong>(later);
            if (difference != 0)
            {
                var zeros = BitConverter.IsLittleEndian ? BitOperations.TrailingZeroCount(difference) : BitOperations.LeadingZeroCount(difference);
                return (int)(later - start) + (zeros >> 3);
            }

            earlier += 8;
            later += 8;
        }

        while (later < end && *earlier == *later)
        {
            earlier++;
            later++;
        }

        return (int)(later - start);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static unsafe byte* WriteLiteral(byte* op, byte* literal, int length, bool mayRead16)
    {
        if (length == 0)
        {
            return op;
        }

        if (length <= 16 && mayRead16)
        {
            *op++ = (byte)((length - 1) << 2);
            Unsafe.CopyBlockUnaligned(op, literal, 16);
            return op + length;
        }

        return WriteLongLiteral(op, literal, length);
    }

    private static unsafe byte* WriteLongLiteral(byte* op, byte* literal, int length)
    {
        var n = length - 1;
        if (n < 60)
        {
            *op++ = (byte)(n << 2);
        }
        else if (n < 256)
        {
            *op++ = 60 << 2;
            *op++ = (byte)n;
        }
        else
        {
            *op++ = 61 << 2;
            *op++ = (byte)n;
            *op++ = (byte)(n >> 8);
        }

        Buffer.MemoryCopy(literal, op, length, length);
        return op + length;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static unsafe byte* WriteCopy(byte* op, int offset, int length)
    {
        if (length < 12 && offset < 2048)
        {
            op[0] = (byte)(1 | ((length - 4) << 2) | ((offset >> 8) << 5));
            op[1] = (byte)offset;
            return op + 2;
        }

        while (length >= 68)
        {
            op = WriteCopy64(op, offset, 64);
            length -= 64;
        }

        if (length > 64)
        {
            op = WriteCopy64(op, offset, 60); // leaves at least the four bytes that a short copy needs
            length -= 60;
        }

        if (length < 12 && offset < 2048)
        {
            op[0] = (byte)(1 | ((length - 4) << 2) | ((offset >> 8) << 5));
            op[1] = (byte)offset;
            return op + 2;
        }

        return WriteCopy64(op, offset, length);
    }

    private static unsafe byte* WriteCopy64(byte* op, int offset, int length)
    {
        op[0] = (byte)(2 | ((length - 1) << 2));
        op[1] = (byte)offset;
        op[2] = (byte)(offset >> 8);
        return op + 3;
    }

    private static unsafe byte* WriteLength(byte* op, uint length)
    {
        while (length >= 0x80)
        {
            *op++ = (byte)(length | 0x80);
            length >>= 7;
        }

        *op++ = (byte)length;
        return op;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Hash(uint bytes, int shift) => (bytes * 0x9E3779B1u) >> shift;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static unsafe uint Load32(byte* p)
    {
        var value = Unsafe.ReadUnaligned<uint>(p);
        return BitConverter.IsLittleEndian ? value : BinaryPrimitives.ReverseEndianness(value);
    }
}
