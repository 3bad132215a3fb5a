using System.Buffers.Binary;
using CdcLake.Common;
using CdcLake.Compression;

namespace CdcLake.Parquet.Encodings;

// DELTA_BINARY_PACKED:
//
//   header   varint  values of a block, a multiple of 128
//            varint  miniblocks of a block; each has a multiple of 32 values
//            varint  values in all
//            zigzag  the first value
//   blocks   zigzag  smallest difference of the block
//            1 byte  width in bits, for each miniblock
//            n       miniblocks: differences above the smallest one, packed from the least significant bit; the last one is padded, and
//                    those that no value falls into are left out
//
// Sums wrap around, modulo 2^32 or 2^64. Source: parquet-format/Encodings.md, "Delta Encoding".

/// <summary>Decodes differences of integers.</summary>
internal static class DeltaBinaryPacked
{
    private const int MaxBlock = 1 << 20;
    private const int MaxWidth = 64;

    /// <summary>Decodes one sequence; returns how many values it has. 32-bit values are the lower half of each result.</summary>
    /// <param name="source">Holds it; empty stands for no values, as some writers leave a page of nulls.</param>
    /// <param name="position">Where it starts; moves behind it.</param>
    /// <param name="limit">Most values to expect.</param>
    /// <param name="values">Pooled; grows as needed.</param>
    /// <exception cref="CorruptDataException">Malformed, cut off, or of more values.</exception>
    public static int Decode(ReadOnlySpan<byte> source, ref int position, int limit, ref long[] values)
    {
        if (position == source.Length)
        {
            return 0;
        }

        var block = ReadVarint(source, ref position);
        var miniblocks = ReadVarint(source, ref position);
        var total = ReadVarint(source, ref position);
        var value = ReadZigZag(source, ref position);
        if (block is 0 or > MaxBlock || miniblocks == 0 || block % miniblocks != 0 || block / miniblocks % 8 != 0 || total > (ulong)limit)
        {
            throw new CorruptDataException("Differences", position, $"{total} values where at most {limit} belong, in blocks of {block} by {miniblocks}");
        }

        var count = (int)total;
        Pooled.Grow(ref values, count, 0);
        var target = values.AsSpan(0, count);
        if (count > 0)
        {
            target[0] = value;
            target = target[1..];
        }

        while (!target.IsEmpty)
        {
            target = target[DecodeBlock(source, ref position, (int)(block / miniblocks), (int)miniblocks, ref value, target)..];
        }

        return count;
    }

    private static int DecodeBlock(
        ReadOnlySpan<byte> source, ref int position, int miniblock, int miniblocks, ref long value, Span<long> target)
    {
        var smallest = ReadZigZag(source, ref position);
        if (source.Length - position < miniblocks)
        {
            throw Cut(position);
        }

        var widths = source.Slice(position, miniblocks);
        position += miniblocks;
        var done = 0;
        foreach (var width in widths)
        {
            if (done == target.Length)
            {
                break; // widths of miniblocks that are left out have no meaning
            }

            var used = target.Slice(done, Math.Min(miniblock, target.Length - done));
            var needed = (((long)used.Length * width) + 7) / 8;
            if (width > MaxWidth || needed > source.Length - position)
            {
                throw Cut(position);
            }

            value = Unpack(source[position..], width, smallest, value, used);
            position = (int)Math.Min(source.Length, position + ((long)miniblock * width / 8));
            done += used.Length;
        }

        return done;
    }

    private static long Unpack(ReadOnlySpan<byte> packed, int width, long smallest, long value, Span<long> target)
    {
        var mask = width == MaxWidth ? ulong.MaxValue : (1UL << width) - 1;
        var bit = 0L;
        for (var i = 0; i < target.Length; i++, bit += width)
        {
            var at = (int)(bit >> 3);
            var shift = (int)(bit & 7);
            var word = packed.Length - at >= sizeof(ulong) ? BinaryPrimitives.ReadUInt64LittleEndian(packed[at..]) : ReadLast(packed, at);
            word >>= shift;
            if (shift + width > 64)
            {
                word |= (ulong)packed[at + sizeof(ulong)] << (64 - shift);
            }

            value = unchecked(value + smallest + (long)(word & mask));
            target[i] = value;
        }

        return value;
    }

    private static ulong ReadLast(ReadOnlySpan<byte> bytes, int at)
    {
        ulong word = 0;
        for (var i = 0; at + i < bytes.Length; i++)
        {
            word |= (ulong)bytes[at + i] << (8 * i);
        }

        return word;
    }

    private static long ReadZigZag(ReadOnlySpan<byte> source, ref int position)
    {
        var raw = ReadVarint(source, ref position);
        return (long)(raw >> 1) ^ -(long)(raw & 1);
    }

    private static ulong ReadVarint(ReadOnlySpan<byte> source, ref int position)
    {
        ulong value = 0;
        for (var shift = 0; shift < 70; shift += 7)
        {
            if (position >= source.Length)
            {
                throw Cut(position);
            }

            var b = source[position++];
            value |= (ulong)(b & 0x7F) << shift;
            if (b < 0x80)
            {
                return value;
            }
        }

        throw new CorruptDataException("Differences", position, "an integer of more than ten bytes");
    }

    private static CorruptDataException Cut(int position) => new("Differences", position, "they end before their values, or a width is larger than 64 bits");
}
