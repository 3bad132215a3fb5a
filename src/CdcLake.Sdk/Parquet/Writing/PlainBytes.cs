using System.Buffers.Binary;
using System.Text;

namespace CdcLake.Parquet.Writing;

/// <summary>BYTE_ARRAY values: their PLAIN encoding (length in four bytes, little endian, then the bytes), extremes, and shortened bounds.</summary>
internal static class PlainBytes
{
    private const int LengthPrefix = 4;

    /// <summary>Encodes values that lie one after the other in <paramref name="data"/> and end at <paramref name="ends"/>.</summary>
    public static void Write(ReadOnlySpan<byte> data, ReadOnlySpan<int> ends, Span<byte> destination)
    {
        var start = 0;
        foreach (var end in ends)
        {
            var length = end - start;
            BinaryPrimitives.WriteInt32LittleEndian(destination, length);
            data.Slice(start, length).CopyTo(destination[LengthPrefix..]);
            destination = destination[(LengthPrefix + length)..];
            start = end;
        }
    }

    /// <summary>Finds the smallest and largest value in unsigned byte order; there is at least one.</summary>
    public static void Extremes(ReadOnlySpan<byte> data, ReadOnlySpan<int> ends, out ReadOnlySpan<byte> min, out ReadOnlySpan<byte> max)
    {
        min = max = data[..ends[0]];
        var minPrefix = Prefix(min);
        var maxPrefix = minPrefix;
        var start = ends[0];
        for (var i = 1; i < ends.Length; i++)
        {
            var value = data[start..ends[i]];
            start = ends[i];
            var prefix = Prefix(value);
            if (prefix <= minPrefix && (prefix < minPrefix || value.SequenceCompareTo(min) < 0))
            {
                min = value;
                minPrefix = prefix;
            }

            if (prefix >= maxPrefix && (prefix > maxPrefix || value.SequenceCompareTo(max) > 0))
            {
                max = value;
                maxPrefix = prefix;
            }
        }
    }

    /// <summary>The value, or its longest beginning of at most <paramref name="limit"/> bytes that does not split a character.</summary>
    public static ReadOnlySpan<byte> Cut(ReadOnlySpan<byte> value, int limit, bool isText)
    {
        if (value.Length <= limit)
        {
            return value;
        }

        var length = limit;
        while (isText && length > 0 && (value[length] & 0xC0) == 0x80)
        {
            length--;
        }

        return value[..length];
    }

    /// <summary>A value of about <paramref name="limit"/> bytes that is not smaller, or the value itself when there is none.</summary>
    public static byte[] CutUpwards(ReadOnlySpan<byte> value, int limit, bool isText)
    {
        if (value.Length <= limit)
        {
            return value.ToArray();
        }

        var cut = Cut(value, limit, isText);
        while (!cut.IsEmpty)
        {
            if (!isText)
            {
                if (cut[^1] != byte.MaxValue)
                {
                    return [.. cut[..^1], (byte)(cut[^1] + 1)];
                }

                cut = cut[..^1];
                continue;
            }

            Rune.DecodeLastFromUtf8(cut, out var last, out var length);
            cut = cut[..^length];
            if (last.Value < 0x10FFFF && last != Rune.ReplacementChar)
            {
                Span<byte> next = stackalloc byte[4];
                var size = new Rune(last.Value == 0xD7FF ? 0xE000 : last.Value + 1).EncodeToUtf8(next);
                return [.. cut, .. next[..size]];
            }
        }

        return value.ToArray();
    }

    /// <summary>The first eight bytes as a number that orders like them; shorter values are padded with zeros.</summary>
    private static ulong Prefix(ReadOnlySpan<byte> value)
    {
        if (value.Length >= 8)
        {
            return BinaryPrimitives.ReadUInt64BigEndian(value);
        }

        ulong prefix = 0;
        for (var i = 0; i < value.Length; i++)
        {
            prefix |= (ulong)value[i] << (56 - (8 * i));
        }

        return prefix;
    }
}
