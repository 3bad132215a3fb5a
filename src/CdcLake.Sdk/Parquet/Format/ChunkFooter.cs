using CdcLake.Compression;

namespace CdcLake.Parquet.Format;

/// <summary>Where a data page lies and what it holds: one entry of both page indexes.</summary>
/// <param name="Offset">Bytes from the first data page of the chunk to the header of this page.</param>
/// <param name="Length">Compressed bytes, header included.</param>
/// <param name="FirstRow">Row of the row group that the page starts with.</param>
/// <param name="Nulls">Rows that are null.</param>
/// <param name="IsNull">True when every row is null.</param>
/// <param name="Min">PLAIN bytes of the smallest value, possibly shortened downwards; null when the page has no value that counts.</param>
/// <param name="Max">PLAIN bytes of the largest value, possibly shortened upwards; null as <paramref name="Min"/>.</param>
internal readonly record struct PageEntry(long Offset, int Length, long FirstRow, int Nulls, bool IsNull, byte[]? Min, byte[]? Max);

/// <summary>Statistics of one column chunk.</summary>
/// <param name="Nulls">Rows that are null.</param>
/// <param name="Nans">Values that are NaN; null for types without.</param>
/// <param name="Min">PLAIN bytes, no length prefix; null when there is no value that counts.</param>
/// <param name="Max">As <paramref name="Min"/>.</param>
/// <param name="MinExact">False when <paramref name="Min"/> was shortened.</param>
/// <param name="MaxExact">False when <paramref name="Max"/> was shortened.</param>
internal sealed record ChunkStatistics(long Nulls, long? Nans, byte[]? Min, byte[]? Max, bool MinExact, bool MaxExact);

/// <summary>What the footer says of one finished column chunk.</summary>
internal sealed class ChunkFooter
{
    public required ParquetColumn Column { get; init; }

    public required CompressionCodec Codec { get; init; }

    public required ChunkStatistics Statistics { get; init; }

    /// <summary>Data pages in file order.</summary>
    public required IReadOnlyList<PageEntry> Pages { get; init; }

    /// <summary>Rows, nulls included.</summary>
    public required long ValueCount { get; init; }

    /// <summary>Bytes of all pages before compression, headers included.</summary>
    public required long UncompressedSize { get; init; }

    /// <summary>Bytes of all pages in the file, headers included.</summary>
    public required long CompressedSize { get; init; }

    /// <summary>Data pages that hold dictionary indices.</summary>
    public required int DictionaryEncodedPages { get; init; }

    /// <summary>Kind of the data pages.</summary>
    public PageType PageType { get; init; } = PageType.DataV1;

    /// <summary>File offset of the dictionary page, or null without one.</summary>
    public long? DictionaryOffset { get; set; }

    /// <summary>File offset of the first data page.</summary>
    public long DataOffset { get; set; }

    /// <summary>Bits of the Bloom filter, or null without one.</summary>
    public byte[]? BloomFilter { get; init; }

    public long BloomFilterOffset { get; set; }

    /// <summary>Bytes of the Bloom filter, header included; 0 without one.</summary>
    public int BloomFilterLength { get; set; }

    public long ColumnIndexOffset { get; set; }

    /// <summary>Bytes of the column index; 0 when the chunk has none.</summary>
    public int ColumnIndexLength { get; set; }

    public long OffsetIndexOffset { get; set; }

    public int OffsetIndexLength { get; set; }
}

/// <summary>A finished row group: its chunks in column order.</summary>
/// <param name="Chunks">One per column.</param>
/// <param name="Rows">Rows; at least 1.</param>
/// <param name="Offset">File offset of its first page.</param>
internal sealed record RowGroupFooter(IReadOnlyList<ChunkFooter> Chunks, long Rows, long Offset);
