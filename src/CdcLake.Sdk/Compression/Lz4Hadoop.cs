using System.Buffers.Binary;

namespace CdcLake.Compression;

// Codec 5 of Parquet, named LZ4, as Hadoop's BlockCompressorStream wrote it, any number of times:
//
//   4    uncompressed bytes of the frame, big endian
//   then, until they are reached:
//   4    compressed bytes of the block, big endian
//   n    one LZ4 block
//
// Others wrote a bare LZ4 block under the same number; a block whose first bytes are no such lengths is taken for one.
// Source: parquet-format/Compression.md, "LZ4" and "LZ4_RAW".

/// <summary>Reads LZ4 blocks in Hadoop's framing.</summary>
internal static class Lz4Hadoop
{
    private const int Length = sizeof(int);

    /// <summary>Restores a block; returns its bytes, or −1 when it is malformed.</summary>
    public static int Decompress(ReadOnlySpan<byte> source, Span<byte> destination)
    {
        var framed = DecompressFrames(source, destination);
        return framed == destination.Length ? framed : Codec.DecompressLz4(source, destination);
    }

    private static int DecompressFrames(ReadOnlySpan<byte> source, Span<byte> destination)
    {
        var written = 0;
        while (!source.IsEmpty)
        {
            if (!TryTakeLength(ref source, out var frame) || frame > destination.Length - written)
            {
                return -1;
            }

            var end = written + frame;
            do
            {
                if (!TryTakeLength(ref source, out var block) || block > source.Length)
                {
                    return -1;
                }

                var restored = Codec.DecompressLz4(source[..block], destination[written..end]);
                if (restored < 0 || (restored == 0 && frame > 0))
                {
                    return -1;
                }

                written += restored;
                source = source[block..];
            }
            while (written < end);
        }

        return written;
    }

    private static bool TryTakeLength(ref ReadOnlySpan<byte> source, out int length)
    {
        length = source.Length >= Length ? BinaryPrimitives.ReadInt32BigEndian(source) : -1;
        source = source[Math.Min(Length, source.Length)..];
        return length >= 0;
    }
}
