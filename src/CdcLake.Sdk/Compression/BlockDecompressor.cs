using ZstdSharp;

namespace CdcLake.Compression;

/// <summary>Restores blocks of any readable codec, keeping working memory between them. Not thread-safe.</summary>
internal sealed class BlockDecompressor : IDisposable
{
    private Decompressor? _zstd;

    /// <summary>Restores a block that fills <paramref name="destination"/> exactly; bytes of it may be written even when the block is refused.</summary>
    /// <param name="codec">One that <see cref="Codec.IsReadable"/>.</param>
    /// <param name="source">The block.</param>
    /// <param name="destination">Room for exactly what the block holds.</param>
    /// <exception cref="CorruptDataException">The block is malformed, or holds more or fewer bytes.</exception>
    public void Decompress(CompressionCodec codec, ReadOnlySpan<byte> source, Span<byte> destination)
    {
        Codec.CheckSizes(codec, source.Length, destination.Length);
        int length;
        try
        {
            length = source.IsEmpty ? 0 : Restore(codec, source, destination);
        }
        catch (Exception e) when (e is InvalidDataException or ZstdException or ArgumentException)
        {
            throw new CorruptDataException($"{codec} block", 0, e.Message);
        }

        if (length != destination.Length)
        {
            throw new CorruptDataException($"{codec} block", source.Length, length < 0 ? "is malformed" : $"does not hold exactly {destination.Length} bytes");
        }
    }

    public void Dispose() => _zstd?.Dispose();

    private int Restore(CompressionCodec codec, ReadOnlySpan<byte> source, Span<byte> destination)
    {
        switch (codec)
        {
            case CompressionCodec.Uncompressed:
                source.CopyTo(destination);
                return source.Length;
            case CompressionCodec.Snappy:
                return Codec.DecompressSnappy(source, destination);
            case CompressionCodec.Gzip:
                return Codec.DecompressGzip(source, destination);
            case CompressionCodec.Brotli:
                return Codec.DecompressBrotli(source, destination);
            case CompressionCodec.Lz4:
                return Lz4Hadoop.Decompress(source, destination);
            case CompressionCodec.Lz4Raw:
                return Codec.DecompressLz4(source, destination);
            default:
                _zstd ??= new Decompressor();
                return _zstd.Unwrap(source, destination);
        }
    }
}
