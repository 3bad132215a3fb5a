using System.Buffers;
using CdcLake.Common;
using CdcLake.Compression;
using CdcLake.Parquet.Format;

namespace CdcLake.Parquet.Writing;

/// <summary>Working memory and the compressor that the columns of one writer share, because only one of them works at a time.</summary>
internal sealed class Scratch : IDisposable
{
    private byte[] _body = [];
    private byte[] _compressed = [];
    private int[] _indices = [];

    public Scratch(ParquetWriterOptions options) => Compressor = new BlockCompressor(options.Codec, options.CompressionLevel);

    public BlockCompressor Compressor { get; }

    /// <summary>Room for an uncompressed page.</summary>
    public Span<byte> Body(int length) => Ensure(ref _body, length);

    /// <summary>Room for a compressed page.</summary>
    public Span<byte> Compressed(int length) => Ensure(ref _compressed, length);

    /// <summary>Room for dictionary indices of a page.</summary>
    public Span<int> Indices(int count) => Ensure(ref _indices, count);

    public void Dispose()
    {
        Pooled.Return(ref _body);
        Pooled.Return(ref _compressed);
        Pooled.Return(ref _indices);
        Compressor.Dispose();
    }

    private static Span<T> Ensure<T>(ref T[] array, int length)
    {
        if (array.Length < length)
        {
            Pooled.Return(ref array);
            array = ArrayPool<T>.Shared.Rent(length);
        }

        return array.AsSpan(0, length);
    }
}
