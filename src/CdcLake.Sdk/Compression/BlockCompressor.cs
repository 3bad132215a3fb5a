using K4os.Compression.LZ4;
using Snappier;
using ZstdSharp;

namespace CdcLake.Compression;

/// <summary>Compresses blocks one after the other with one codec and level, keeping the codec's working memory between them. Not thread-safe.</summary>
internal sealed class BlockCompressor : IDisposable
{
    private const int GzipSlack = 64; // header, trailer, ends of blocks

    // zstd's own default, 3, takes one and a half times as long, and makes number columns no smaller.
    private const int DefaultZstdLevel = 1;

    private readonly CompressionCodec _codec;
    private readonly int? _level;
    private Compressor? _zstd;

    /// <param name="codec">One that <see cref="Codec.IsWritable"/>.</param>
    /// <param name="level">Level of zstd (1 to 22, negative ones for more speed; 1 when null) or gzip (0 to 9; its own default when null). Others have none.</param>
    public BlockCompressor(CompressionCodec codec, int? level = null)
    {
        if (!Codec.IsWritable(codec))
        {
            throw new ArgumentOutOfRangeException(nameof(codec), codec, "This codec is only read, never written.");
        }

        _codec = codec;
        _level = level;
    }

    /// <summary>Bytes that <see cref="Compress"/> may need for <paramref name="length"/> bytes of input.</summary>
    public int MaxLength(int length) => _codec switch
    {
        CompressionCodec.Snappy => Snappy.GetMaxCompressedLength(length),
        CompressionCodec.Zstd => Compressor.GetCompressBound(length),
        CompressionCodec.Lz4Raw => Math.Max(1, LZ4Codec.MaximumOutputSize(length)),
        CompressionCodec.Gzip => checked(length + (length / 8) + GzipSlack), // fast levels spend nine bits on some bytes, whatever follows
        _ => length,
    };

    /// <summary>Compresses a block; returns the bytes written.</summary>
    /// <param name="source">The block.</param>
    /// <param name="destination">At least <see cref="MaxLength"/> bytes; must not overlap <paramref name="source"/>.</param>
    public int Compress(ReadOnlySpan<byte> source, Span<byte> destination)
    {
        switch (_codec)
        {
            case CompressionCodec.Snappy:
                return Snappy.Compress(source, destination);
            case CompressionCodec.Zstd:
                _zstd ??= new Compressor(_level ?? DefaultZstdLevel);
                return _zstd.Wrap(source, destination);
            case CompressionCodec.Gzip:
                return Codec.CompressGzip(source, destination, _level);
            case CompressionCodec.Lz4Raw when source.IsEmpty:
                destination[0] = 0;
                return 1;
            case CompressionCodec.Lz4Raw:
                return LZ4Codec.Encode(source, destination);
            default:
                source.CopyTo(destination);
                return source.Length;
        }
    }

    public void Dispose() => _zstd?.Dispose();
}
