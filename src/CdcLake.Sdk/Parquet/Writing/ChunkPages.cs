using System.IO.Hashing;
using CdcLake.Compression;
using CdcLake.Parquet.Format;

namespace CdcLake.Parquet.Writing;

/// <summary>The finished pages of one column chunk, compressed and with their headers, waiting for the row group to end.</summary>
internal sealed class ChunkPages : IDisposable
{
    private readonly Scratch _scratch;
    private readonly CompressionCodec _codec;
    private readonly CompactWriter _header = new();
    private readonly PagedBuffer _data = new();
    private readonly PagedBuffer _dictionary = new();
    private List<PageEntry> _entries = [];

    public ChunkPages(Scratch scratch, CompressionCodec codec)
    {
        _scratch = scratch;
        _codec = codec;
    }

    public IReadOnlyList<PageEntry> Entries => _entries;

    /// <summary>Rows of all data pages.</summary>
    public long Rows { get; private set; }

    /// <summary>Bytes before compression, headers included.</summary>
    public long UncompressedSize { get; private set; }

    /// <summary>Bytes as they will be in the file.</summary>
    public long CompressedSize => _data.Length + _dictionary.Length;

    /// <summary>Data pages that hold dictionary indices.</summary>
    public int DictionaryEncodedPages { get; private set; }

    /// <summary>Bytes of the dictionary page with its header; 0 without one.</summary>
    public long DictionaryLength => _dictionary.Length;

    /// <summary>Compresses and keeps one data page.</summary>
    public void AddData(ReadOnlySpan<byte> body, int rows, int nulls, PageEncoding encoding, byte[]? min, byte[]? max)
    {
        var compressed = Compress(body);
        PageHeaderWriter.WriteDataPage(_header, body.Length, compressed.Length, Crc32.HashToUInt32(compressed), rows, encoding);
        var length = _header.Written.Length + compressed.Length;
        _entries.Add(new PageEntry(_data.Length, length, Rows, nulls, nulls == rows, min, max));
        Append(_data, body.Length, compressed);
        Rows += rows;
        DictionaryEncodedPages += encoding == PageEncoding.RleDictionary ? 1 : 0;
    }

    /// <summary>Compresses and keeps the dictionary page, which stands before the data pages in the file.</summary>
    public void AddDictionary(ReadOnlySpan<byte> body, int values)
    {
        var compressed = Compress(body);
        PageHeaderWriter.WriteDictionaryPage(_header, body.Length, compressed.Length, Crc32.HashToUInt32(compressed), values);
        Append(_dictionary, body.Length, compressed);
    }

    /// <summary>Hands the dictionary page, if any, and all data pages over.</summary>
    public async ValueTask WriteToAsync(
        Func<ReadOnlyMemory<byte>, CancellationToken, ValueTask> output, CancellationToken cancellationToken)
    {
        await _dictionary.WriteToAsync(output, cancellationToken).ConfigureAwait(false);
        await _data.WriteToAsync(output, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Starts the next chunk; entries handed out before stay valid.</summary>
    public void Clear()
    {
        _data.Clear();
        _dictionary.Clear();
        _entries = [];
        Rows = 0;
        UncompressedSize = 0;
        DictionaryEncodedPages = 0;
    }

    public void Dispose()
    {
        _data.Dispose();
        _dictionary.Dispose();
    }

    private ReadOnlySpan<byte> Compress(ReadOnlySpan<byte> body)
    {
        if (_codec == CompressionCodec.Uncompressed)
        {
            return body;
        }

        var target = _scratch.Compressed(_scratch.Compressor.MaxLength(body.Length));
        return target[.._scratch.Compressor.Compress(body, target)];
    }

    private void Append(PagedBuffer buffer, int uncompressed, ReadOnlySpan<byte> compressed)
    {
        buffer.Append(_header.Written.Span);
        buffer.Append(compressed);
        UncompressedSize += _header.Written.Length + uncompressed;
    }
}
