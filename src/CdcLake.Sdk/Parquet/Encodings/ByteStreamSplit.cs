using CdcLake.Compression;

namespace CdcLake.Parquet.Encodings;

// BYTE_STREAM_SPLIT: the first bytes of all values, then the second bytes, and so on; no lengths, no padding.
// Source: parquet-format/Encodings.md, "Byte Stream Split".

/// <summary>Puts the bytes of values of fixed width together again.</summary>
internal static class ByteStreamSplit
{
    /// <summary>Writes the values of <paramref name="source"/> one after the other.</summary>
    /// <param name="source">The streams.</param>
    /// <param name="width">Bytes of a value.</param>
    /// <param name="target">As long as <paramref name="source"/>.</param>
    /// <exception cref="CorruptDataException">The streams have different lengths.</exception>
    public static void Decode(ReadOnlySpan<byte> source, int width, Span<byte> target)
    {
        if (source.Length % width != 0)
        {
            throw new CorruptDataException("Page values", 0, $"{source.Length} bytes are no whole number of {width} streams");
        }

        var count = source.Length / width;
        for (var stream = 0; stream < width; stream++)
        {
            var bytes = source.Slice(stream * count, count);
            for (int i = 0, at = stream; i < bytes.Length; i++, at += width)
            {
                target[at] = bytes[i];
            }
        }
    }
}
