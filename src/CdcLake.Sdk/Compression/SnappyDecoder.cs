using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace CdcLake.Compression;

// Layout: see Snappy.

/// <summary>Snappy block decoder; checks every element against both ends before it copies.</summary>
internal static class SnappyDecoder
{
    private const int MaxVarintBytes = 5;

    /// <summary>The uncompressed length a block claims, in bytes.</summary>
    /// <exception cref="CorruptDataException">The length is cut off or larger than 2³¹−1.</exception>
    public static int UncompressedLength(ReadOnlySpan<byte> source) => ReadLength(source, out _);

    /// <summary>Restores a block that fills <paramref name="destination"/> exactly; bytes of it may be written even when the block is refused.</summary>
    /// <exception cref="CorruptDataException">The block is malformed, or holds more or fewer bytes.</exception>
    public static void Decompress(ReadOnlySpan<byte> source, Span<byte> destination)
    {
        var length = ReadLength(source, out var ip);
        if (length != destination.Length)
        {
            throw Corrupt(0, $"claims {length} bytes where {destination.Length} are expected");
        }

        var op = 0;
        ref var input = ref MemoryMarshal.GetReference(source);
        ref var output = ref MemoryMarshal.GetReference(destination);
        while (ip < source.Length)
        {
            var tag = Unsafe.Add(ref input, ip);
            int count;
            if ((tag & 3) == 0)
            {
                ip = ReadLiteralLength(source, ip, tag, out count);
                if (count <= 16 && source.Length - ip >= 16 && destination.Length - op >= 16)
                {
                    Copy16(ref Unsafe.Add(ref input, ip), ref Unsafe.Add(ref output, op));
                }
                else
                {
                    if ((uint)count > (uint)(source.Length - ip) || (uint)count > (uint)(destination.Length - op))
                    {
                        throw Corrupt(ip, $"literal of {(uint)count} bytes, {source.Length - ip} left, room for {destination.Length - op}");
                    }

                    source.Slice(ip, count).CopyTo(destination[op..]);
                }

                ip += count;
                op += count;
                continue;
            }

            ip = ReadCopy(source, ip, tag, out var offset, out count);
            if ((uint)(offset - 1) >= (uint)op || count > destination.Length - op)
            {
                throw Corrupt(ip, $"copy of {count} bytes from {(uint)offset} back at {op} of {destination.Length}");
            }

            if (offset >= 16 && count <= 16 && destination.Length - op >= 16)
            {
                Copy16(ref Unsafe.Add(ref output, op - offset), ref Unsafe.Add(ref output, op));
            }
            else
            {
                CopyWithin(destination, op, offset, count);
            }

            op += count;
        }

        if (op != destination.Length)
        {
            throw Corrupt(ip, $"ends after {op} of {destination.Length} bytes");
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
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

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
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
    private static void Copy16(ref byte from, ref byte to) => Unsafe.WriteUnaligned(ref to, Unsafe.ReadUnaligned<UInt128>(ref from));

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
