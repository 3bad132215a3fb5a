using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;

namespace CdcLake.Parquet.Encodings;

// RLE / bit-packing hybrid: runs, each with a varint header.
//
//   header low bit 0   header >> 1 equal values; the value follows in ceil(width / 8) bytes, little endian
//   header low bit 1   header >> 1 groups of eight values, each value `width` bits, packed from the least significant bit
//
// Source: parquet-format/Encodings.md, "Run Length Encoding / Bit-Packing Hybrid".

/// <summary>Encodes definition levels and dictionary indices.</summary>
internal static class RleEncoder
{
    private const int Group = 8;

    /// <summary>Bytes that encoding <paramref name="count"/> values of <paramref name="width"/> bits may need.</summary>
    public static int MaxLength(int count, int width) =>
        checked((int)((((long)count + Group - 1) / Group * Math.Max(width, 8)) + (2L * count / Group) + 32));

    /// <summary>The bits that hold indices 0 to <paramref name="count"/> − 1.</summary>
    public static int WidthFor(int count) => count <= 1 ? 0 : 32 - BitOperations.LeadingZeroCount((uint)count - 1);

    /// <summary>Encodes values of <paramref name="width"/> bits (0–31); returns the bytes written.</summary>
    public static int Encode(ReadOnlySpan<int> values, int width, Span<byte> destination)
    {
        var op = 0;
        var literalStart = 0;
        var i = 0;
        while (i < values.Length)
        {
            if (values.Length - i >= Group && values[i] == values[i + Group - 1] && values[i] == values[i + 1])
            {
                var end = values[i..].IndexOfAnyExcept(values[i]);
                end = end < 0 ? values.Length : i + end;
                if (end - i >= Group)
                {
                    op += WriteLiterals(values[literalStart..i], width, destination[op..]);
                    op += WriteVarint(destination[op..], (uint)(end - i) << 1);
                    for (var bits = 0; bits < width; bits += 8)
                    {
                        destination[op++] = (byte)(values[i] >> bits);
                    }

                    literalStart = i = end;
                    continue;
                }
            }

            i += Group;
        }

        return op + WriteLiterals(values[literalStart..], width, destination[op..]);
    }

    /// <summary>Encodes definition levels of one bit: 1 where <paramref name="nulls"/> is 0. Returns the bytes written.</summary>
    /// <param name="nulls">One byte per row, 0 or 1.</param>
    /// <param name="destination">At least <see cref="MaxLength"/> bytes for width 1.</param>
    public static int EncodePresence(ReadOnlySpan<byte> nulls, Span<byte> destination)
    {
        var op = 0;
        var literalStart = 0;
        var i = 0;
        while (i < nulls.Length)
        {
            if (nulls.Length - i >= Group && MemoryMarshal.Read<ulong>(nulls[i..]) is 0 or 0x0101010101010101)
            {
                var end = nulls[i..].IndexOfAnyExcept(nulls[i]);
                end = end < 0 ? nulls.Length : i + end;
                op += WritePresenceBits(nulls[literalStart..i], destination[op..]);
                op += WriteVarint(destination[op..], (uint)(end - i) << 1);
                destination[op++] = (byte)(nulls[i] ^ 1);
                literalStart = i = end;
                continue;
            }

            i += Group;
        }

        return op + WritePresenceBits(nulls[literalStart..], destination[op..]);
    }

    /// <summary>Encodes <paramref name="count"/> equal values of at most eight bits; returns the bytes written.</summary>
    public static int EncodeRun(int count, byte value, Span<byte> destination)
    {
        var op = WriteVarint(destination, (uint)count << 1);
        destination[op++] = value;
        return op;
    }

    private static int WriteLiterals(ReadOnlySpan<int> values, int width, Span<byte> destination)
    {
        if (values.IsEmpty)
        {
            return 0;
        }

        var groups = (values.Length + Group - 1) / Group;
        var op = WriteVarint(destination, ((uint)groups << 1) | 1);
        var packed = destination.Slice(op, groups * width);
        ulong bits = 0;
        var filled = 0;
        var at = 0;
        foreach (var value in values)
        {
            bits |= (ulong)(uint)value << filled;
            filled += width;
            if (filled >= 32)
            {
                BinaryPrimitives.WriteUInt32LittleEndian(packed[at..], (uint)bits);
                at += 4;
                bits >>= 32;
                filled -= 32;
            }
        }

        for (; at < packed.Length; at++, bits >>= 8)
        {
            packed[at] = (byte)bits;
        }

        return op + packed.Length;
    }

    private static int WritePresenceBits(ReadOnlySpan<byte> nulls, Span<byte> destination)
    {
        if (nulls.IsEmpty)
        {
            return 0;
        }

        var groups = (nulls.Length + Group - 1) / Group;
        var op = WriteVarint(destination, ((uint)groups << 1) | 1);
        var i = 0;
        for (; nulls.Length - i >= Group; i += Group)
        {
            destination[op++] = PackBits(MemoryMarshal.Read<ulong>(nulls[i..]) ^ 0x0101010101010101);
        }

        if (i < nulls.Length)
        {
            var last = 0;
            for (var bit = 0; i < nulls.Length; i++, bit++)
            {
                last |= (nulls[i] ^ 1) << bit;
            }

            destination[op++] = (byte)last;
        }

        return op;
    }

    /// <summary>Gathers the lowest bit of eight bytes, the first byte into the lowest bit.</summary>
    public static byte PackBits(ulong bytes) => (byte)((bytes * 0x0102040810204080) >> 56);

    private static int WriteVarint(Span<byte> destination, uint value)
    {
        var n = 0;
        while (value >= 0x80)
        {
            destination[n++] = (byte)(value | 0x80);
            value >>= 7;
        }

        destination[n++] = (byte)value;
        return n;
    }
}
