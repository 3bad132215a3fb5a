using System.IO.Compression;

namespace CdcLake.Compression;

/// <summary>Compresses and restores whole blocks held in memory; stateless and safe for concurrent use.</summary>
internal static class Codec
{
    // DEFLATE cannot expand a byte beyond 1032 bytes, Snappy not beyond 64 bytes out of 3: a larger claim is damage, found before memory is taken.
    private const long MaxGzipRatio = 1032;
    private const long MaxSnappyRatio = 22;

    /// <summary>Bytes that <see cref="Compress"/> may need for <paramref name="length"/> bytes of input.</summary>
    public static int MaxCompressedLength(CompressionCodec codec, int length) =>
        codec == CompressionCodec.Snappy ? Snappy.MaxCompressedLength(length) : length;

    /// <summary>Compresses a block; returns the bytes written. Only <see cref="CompressionCodec.Uncompressed"/> and <see cref="CompressionCodec.Snappy"/>.</summary>
    /// <param name="codec">The codec to write.</param>
    /// <param name="source">The block.</param>
    /// <param name="destination">At least <see cref="MaxCompressedLength"/> bytes; must not overlap <paramref name="source"/>.</param>
    public static int Compress(CompressionCodec codec, ReadOnlySpan<byte> source, Span<byte> destination)
    {
        switch (codec)
        {
            case CompressionCodec.Uncompressed:
                source.CopyTo(destination);
                return source.Length;
            case CompressionCodec.Snappy:
                return Snappy.Compress(source, destination);
            default:
                throw new ArgumentOutOfRangeException(nameof(codec), codec, "This codec is only read, never written.");
        }
    }

    /// <summary>Refuses sizes that no encoder of <paramref name="codec"/> can have produced; to be called before memory is taken for the result.</summary>
    /// <exception cref="CorruptDataException">The uncompressed size is impossible.</exception>
    public static void CheckSizes(CompressionCodec codec, long compressed, long uncompressed)
    {
        var possible = codec switch
        {
            CompressionCodec.Uncompressed => uncompressed == compressed,
            CompressionCodec.Snappy => uncompressed <= (compressed + 1) * MaxSnappyRatio,
            _ => uncompressed <= (compressed + 1) * MaxGzipRatio,
        };
        if (!possible || compressed < 0 || uncompressed < 0)
        {
            throw new CorruptDataException($"{codec} block", 0, $"{compressed} bytes cannot hold {uncompressed} bytes");
        }
    }

    /// <summary>Restores a block that fills <paramref name="destination"/> exactly.</summary>
    /// <exception cref="CorruptDataException">The block is malformed, or holds more or fewer bytes.</exception>
    public static void Decompress(CompressionCodec codec, ReadOnlySpan<byte> source, Span<byte> destination)
    {
        CheckSizes(codec, source.Length, destination.Length);
        switch (codec)
        {
            case CompressionCodec.Uncompressed:
                source.CopyTo(destination);
                break;
            case CompressionCodec.Snappy:
                SnappyDecoder.Decompress(source, destination);
                break;
            default:
                DecompressGzip(source, destination);
                break;
        }
    }

    private static unsafe void DecompressGzip(ReadOnlySpan<byte> source, Span<byte> destination)
    {
        if (source.IsEmpty)
        {
            throw new CorruptDataException("Gzip block", 0, "is empty");
        }

        fixed (byte* bytes = source)
        {
            using var compressed = new UnmanagedMemoryStream(bytes, source.Length);
            using var gzip = new GZipStream(compressed, CompressionMode.Decompress);
            try
            {
                var read = gzip.ReadAtLeast(destination, destination.Length, throwOnEndOfStream: false);
                if (read != destination.Length || gzip.ReadByte() >= 0)
                {
                    throw new CorruptDataException("Gzip block", source.Length, $"does not hold exactly {destination.Length} bytes");
                }
            }
            catch (InvalidDataException e)
            {
                throw new CorruptDataException("Gzip block", compressed.Position, e.Message);
            }
        }
    }
}
