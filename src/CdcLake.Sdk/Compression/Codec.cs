using System.IO.Compression;
using K4os.Compression.LZ4;
using Snappier;

namespace CdcLake.Compression;

/// <summary>What can be said of codecs, and done by them, without state; <see cref="BlockCompressor"/> and <see cref="BlockDecompressor"/> do the rest.</summary>
internal static class Codec
{
    // No encoder expands a byte of its output beyond this many bytes; Brotli's bound is that of one command over its largest window.
    // A larger claim is damage, found before memory is taken.
    private const long MaxSnappyRatio = 22; // 64 bytes out of 3
    private const long MaxGzipRatio = 1032;
    private const long MaxLz4Ratio = 256;
    private const long MaxZstdRatio = (128 << 10) / 4; // a block of 128 KiB out of 4 bytes
    private const long MaxBrotliRatio = 16 << 20;

    /// <summary>Whether <see cref="BlockDecompressor"/> knows this number of a file.</summary>
    public static bool IsReadable(int codec) => codec is >= (int)CompressionCodec.Uncompressed and <= (int)CompressionCodec.Lz4Raw and not (int)CompressionCodec.Lzo;

    /// <summary>Whether <see cref="BlockCompressor"/> writes it.</summary>
    public static bool IsWritable(CompressionCodec codec) =>
        codec is CompressionCodec.Uncompressed or CompressionCodec.Snappy or CompressionCodec.Gzip or CompressionCodec.Zstd or CompressionCodec.Lz4Raw;

    /// <summary>Refuses sizes that no encoder of <paramref name="codec"/> can have produced; to be called before memory is taken for the result.</summary>
    /// <exception cref="CorruptDataException">The uncompressed size is impossible.</exception>
    public static void CheckSizes(CompressionCodec codec, long compressed, long uncompressed)
    {
        var ratio = codec switch
        {
            CompressionCodec.Uncompressed => 1,
            CompressionCodec.Snappy => MaxSnappyRatio,
            CompressionCodec.Gzip => MaxGzipRatio,
            CompressionCodec.Lz4 or CompressionCodec.Lz4Raw => MaxLz4Ratio,
            CompressionCodec.Zstd => MaxZstdRatio,
            _ => MaxBrotliRatio,
        };
        var possible = codec == CompressionCodec.Uncompressed ? compressed == uncompressed : uncompressed <= (compressed + 1) * ratio;
        if (!possible || compressed < 0 || uncompressed < 0)
        {
            throw new CorruptDataException($"{codec} block", 0, $"{compressed} bytes cannot hold {uncompressed} bytes");
        }
    }

    internal static int DecompressSnappy(ReadOnlySpan<byte> source, Span<byte> destination)
    {
        var length = Snappy.GetUncompressedLength(source);
        return length == destination.Length ? Snappy.Decompress(source, destination) : length;
    }

    internal static int DecompressBrotli(ReadOnlySpan<byte> source, Span<byte> destination) =>
        BrotliDecoder.TryDecompress(source, destination, out var written) ? written : -1;

    internal static int DecompressLz4(ReadOnlySpan<byte> source, Span<byte> destination) =>
        destination.IsEmpty && source is [0] ? 0 : LZ4Codec.Decode(source, destination); // the one block of nothing is refused there

    internal static unsafe int DecompressGzip(ReadOnlySpan<byte> source, Span<byte> destination)
    {
        fixed (byte* bytes = source)
        {
            using var compressed = new UnmanagedMemoryStream(bytes, source.Length);
            using var gzip = new GZipStream(compressed, CompressionMode.Decompress);
            var read = gzip.ReadAtLeast(destination, destination.Length, throwOnEndOfStream: false);
            return gzip.ReadByte() < 0 ? read : destination.Length + 1;
        }
    }

    internal static unsafe int CompressGzip(ReadOnlySpan<byte> source, Span<byte> destination, int? level)
    {
        fixed (byte* bytes = destination)
        {
            using var compressed = new UnmanagedMemoryStream(bytes, destination.Length, destination.Length, FileAccess.Write);
            using (var gzip = level is { } l
                ? new GZipStream(compressed, new ZLibCompressionOptions { CompressionLevel = l }, leaveOpen: true)
                : new GZipStream(compressed, CompressionLevel.Optimal, leaveOpen: true))
            {
                gzip.Write(source);
            }

            return (int)compressed.Position;
        }
    }
}
