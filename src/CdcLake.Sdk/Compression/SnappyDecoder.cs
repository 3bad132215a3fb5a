using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace CdcLake.Compression;

// Layout: see Snappy.

/// <summary>Snappy block decoder; checks every element against both ends before it copies.</summary>
internal static class SnappyDecoder
{
    private const int MaxVarintBytes = 5;

    // A short element is a tag and at most 16 bytes, and writes at most 64 bytes rounded up to whole words.
    private const int InputSlack = 17;
    private const int OutputSlack = 64 + 15;

    /// <summary>The uncompressed length a block claims, in bytes.</summary>
    /// <exception cref="CorruptDataException">The length is cut off or larger than 2³¹−1.</exception>
    public static int UncompressedLength(ReadOnlySpan<byte> source) => ReadLength(source, out _);

    /// <summary>Restores a block that fills <paramref name="destination"/> exactly; bytes of it may be written even when the block is refused.</summary>
    /// <exception cref="CorruptDataException">The block is malformed, or holds more or fewer bytes.</exception>
    public static unsafe void Decompress(ReadOnlySpan<byte> source, Span<byte> destination)
    {
        var length = ReadLength(source, out var ip);
        if (length != destination.Length)
        {
            throw Corrupt(0, $"claims {length} bytes where {destination.Length} are expected");
        }

        var op = 0;
        fixed (byte* input = source)
        fixed (byte* output = destination)
        {
            while (ip < source.Length)
            {
                if (source.Length - ip >= InputSlack && destination.Length - op >= OutputSlack)
                {
                    DecodeShort(input, source.Length - InputSlack, output, destination.Length - OutputSlack, ref ip, ref op);
                }

                if (ip < source.Length)
                {
                    DecodeOne(source, destination, ref ip, ref op);
                }
            }
        }

        if (op != destination.Length)
        {
            throw Corrupt(ip, $"ends after {op} of {destination.Length} bytes");
        }
    }

    /// <summary>
    /// Decodes elements while both ends are far enough away that whole words may be read and written, and stops before an element that is long or wrong.
    /// </summary>
    private static unsafe void DecodeShort(byte* input, int lastInput, byte* output, int lastOutput, ref int inputPosition, ref int outputPosition)
    {
        var ip = input + inputPosition;
        var op = output + outputPosition;
        var ipEnd = input + lastInput;
        var opEnd = output + lastOutput;
        while (ip <= ipEnd && op <= opEnd)
        {
            uint tag = *ip;
            if ((tag & 3) == 0)
            {
                var count = (tag >> 2) + 1;
                if (count > 16)
                {
                    break;
                }

                Copy16(ip + 1, op);
                ip += count + 1;
                op += count;
                continue;
            }

            uint length;
            uint offset;
            uint size;
            if ((tag & 3) == 1)
            {
                length = ((tag >> 2) & 7) + 4;
                offset = ((tag >> 5) << 8) | ip[1];
                size = 2;
            }
            else
            {
                length = (tag >> 2) + 1;
                offset = ip[1] | ((uint)ip[2] << 8);
                size = 3;
            }

            if ((tag & 3) == 3 || offset - 1 >= (ulong)(op - output))
            {
                break;
            }

            CopyShort(op, offset, length);
            ip += size;
            op += length;
        }

        inputPosition = (int)(ip - input);
        outputPosition = (int)(op - output);
    }

    /// <summary>Copies at most 64 bytes from <paramref name="offset"/> back; may write 15 bytes more.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static unsafe void CopyShort(byte* op, uint offset, uint length)
    {
        var from = op - offset;
        var end = op + length;
        if (offset >= 16)
        {
            do
            {
                Copy16(from, op);
                from += 16;
                op += 16;
            }
            while (op < end);
        }
        else if (offset >= 8)
        {
            do
            {
                Unsafe.WriteUnaligned(op, Unsafe.ReadUnaligned<ulong>(from));
                from += 8;
                op += 8;
            }
            while (op < end);
        }
        else
        {
            while (op < end)
            {
                *op++ = *from++;
            }
        }
    }

    /// <summary>Decodes one element of any kind, checking everything.</summary>
    private static void DecodeOne(ReadOnlySpan<byte> source, Span<byte> destination, ref int ip, ref int op)
    {
        var tag = source[ip];
        int count;
        if ((tag & 3) == 0)
        {
            ip = ReadLiteralLength(source, ip, tag, out count);
            if ((uint)count > (uint)(source.Length - ip) || (uint)count > (uint)(destination.Length - op))
            {
                throw Corrupt(ip, $"literal of {(uint)count} bytes, {source.Length - ip} left, room for {destination.Length - op}");
            }

            source.Slice(ip, count).CopyTo(destination[op..]);
            ip += count;
            op += count;
            return;
        }

        ip = ReadCopy(source, ip, tag, out var offset, out count);
        if ((uint)(offset - 1) >= (uint)op || count > destination.Length - op)
        {
            throw Corrupt(ip, $"copy of {count} bytes from {(uint)offset} back at {op} of {destination.Length}");
        }

        CopyWithin(destination, op, offset, count);
        op += count;
    }

    private static int ReadLiteralLength(ReadOnlySpan<byte> source, int ip, byte tag, out int count)
    {
        ip++;
        var extra = (tag >> 2) - 59;
        if (extra <= 0)
        {
            count = (tag >> 2) + 1;
            return ip;
        }

        if (source.Length - ip < extra)
        {
            throw Corrupt(ip, "literal length is cut off");
        }

        uint length = 0;
        for (var i = 0; i < extra; i++)
        {
            length |= (uint)source[ip + i] << (8 * i);
        }

        if (length >= int.MaxValue)
        {
            throw Corrupt(ip, $"literal of {(long)length + 1} bytes");
        }

        count = (int)length + 1;
        return ip + extra;
    }

    private static int ReadCopy(ReadOnlySpan<byte> source, int ip, byte tag, out int offset, out int count)
    {
        var size = (tag & 3) == 1 ? 2 : (tag & 3) == 2 ? 3 : 5;
        if (source.Length - ip < size)
        {
            throw Corrupt(ip, "copy element is cut off");
        }

        if (size == 2)
        {
            count = ((tag >> 2) & 7) + 4;
            offset = ((tag >> 5) << 8) | source[ip + 1];
        }
        else
        {
            count = (tag >> 2) + 1;
            offset = source[ip + 1] | (source[ip + 2] << 8);
            if (size == 5)
            {
                offset |= (source[ip + 3] << 16) | (source[ip + 4] << 24);
            }
        }

        return ip + size;
    }

    private static void CopyWithin(Span<byte> destination, int op, int offset, int count)
    {
        if (offset >= count)
        {
            destination.Slice(op - offset, count).CopyTo(destination[op..]);
            return;
        }

        if (offset == 1)
        {
            destination.Slice(op, count).Fill(destination[op - 1]);
            return;
        }

        // The pattern repeats: each round doubles what is there to copy from.
        var from = op - offset;
        while (count > 0)
        {
            var step = Math.Min(count, op - from);
            destination.Slice(from, step).CopyTo(destination[op..]);
            op += step;
            count -= step;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static unsafe void Copy16(byte* from, byte* to) => Vector128.Store(Vector128.Load(from), to);

    private static int ReadLength(ReadOnlySpan<byte> source, out int position)
    {
        ulong length = 0;
        for (position = 0; position < source.Length && position < MaxVarintBytes; position++)
        {
            var b = source[position];
            length |= (ulong)(b & 0x7F) << (7 * position);
            if (b < 0x80)
            {
                position++;
                return length <= int.MaxValue ? (int)length : throw Corrupt(0, $"claims {length} bytes");
            }
        }

        throw Corrupt(0, "the length is cut off");
    }

    private static CorruptDataException Corrupt(int offset, string details) => new("Snappy block", offset, details);
}
