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
    public void AddData(ReadOnlySpan<byte> body, int rows, int nulls, in EncodedValues values)
    {
        var compressed = Compress(body);
        PageHeaderWriter.WriteDataPage(_header, body.Length, compressed.Length, Crc32.HashToUInt32(compressed), rows, values.Encoding);
        Count(compressed.Length, rows, nulls, values);
        Append(_data, body.Length, compressed);
    }

    /// <summary>Compresses the values of one data page of version 2, which stand behind <paramref name="levels"/> bytes of levels, and keeps it.</summary>
    public void AddDataV2(ReadOnlySpan<byte> body, int levels, int rows, int nulls, in EncodedValues values)
    {
        var isCompressed = _codec != CompressionCodec.Uncompressed && levels < body.Length; // some readers cannot undo the compression of nothing
        var compressed = isCompressed ? Compress(body[levels..]) : body[levels..];
        var crc = new Crc32();
        crc.Append(body[..levels]);
        crc.Append(compressed);
        PageHeaderWriter.WriteDataPageV2(_header, body.Length, levels + compressed.Length, crc.GetCurrentHashAsUInt32(), new DataPageV2(rows, nulls, levels, isCompressed), values.Encoding);
        Count(levels + compressed.Length, rows, nulls, values);
        Append(_data, body.Length - levels, compressed, body[..levels]);
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

    private void Count(int bytes, int rows, int nulls, in EncodedValues values)
    {
        _entries.Add(new PageEntry(_data.Length, _header.Written.Length + bytes, Rows, nulls, nulls == rows, values.Min, values.Max));
        Rows += rows;
        DictionaryEncodedPages += values.Encoding == PageEncoding.RleDictionary ? 1 : 0;
    }

    private void Append(PagedBuffer buffer, int uncompressed, ReadOnlySpan<byte> compressed, ReadOnlySpan<byte> levels = default)
    {
        buffer.Append(_header.Written.Span);
        buffer.Append(levels);
        buffer.Append(compressed);
        UncompressedSize += _header.Written.Length + levels.Length + uncompressed;
    }
}
