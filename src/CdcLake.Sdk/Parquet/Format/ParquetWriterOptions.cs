using System.Collections.Frozen;
using CdcLake.Compression;

namespace CdcLake.Parquet.Format;

/// <summary>Sizes and codec of a file to write; the defaults suit every reader.</summary>
internal sealed record ParquetWriterOptions
{
    /// <summary>Codec of all pages, one that <see cref="Compression.Codec.IsWritable"/>.</summary>
    public CompressionCodec Codec { get; init; } = CompressionCodec.Zstd;

    /// <summary>Level of the codec, or null for its own default; see <see cref="BlockCompressor"/>.</summary>
    public int? CompressionLevel { get; init; }

    /// <summary>Uncompressed bytes at which a row group is closed, at the end of an append.</summary>
    public long RowGroupBytes { get; init; } = 128L << 20;

    /// <summary>Uncompressed bytes at which a page is closed; one longer value makes a page of its own.</summary>
    public int PageBytes { get; init; } = 1 << 20;

    /// <summary>Rows at which a page is closed.</summary>
    public int PageRows { get; init; } = 20_000;

    /// <summary>Bytes of the distinct values of a column chunk beyond which it goes on without dictionary; 0 = never a dictionary.</summary>
    public int DictionaryBytes { get; init; } = 1 << 20;

    /// <summary>True for data pages of version 2: levels stand before the compressed values as they are.</summary>
    public bool HasPagesV2 { get; init; }

    /// <summary>Field ids of columns that get no dictionary.</summary>
    public IReadOnlySet<int> WithoutDictionary { get; init; } = FrozenSet<int>.Empty;

    /// <summary>Field ids of columns without bounds in footer and page index. <see cref="ParquetFileMetrics"/> have them all the same.</summary>
    public IReadOnlySet<int> WithoutBounds { get; init; } = FrozenSet<int>.Empty;

    /// <summary>Columns that get Bloom filters, by field id.</summary>
    public IReadOnlyDictionary<int, BloomFilterOptions> BloomFilters { get; init; } = new Dictionary<int, BloomFilterOptions>();

    /// <summary>Rows by which is decided what of variants has columns of its own; they are held in memory until then. 0: variants are written as they are encoded.</summary>
    public int VariantSampleRows { get; init; }

    /// <summary>Key and value pairs of the footer, such as <c>iceberg.schema</c>.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> KeyValues { get; init; } = [];
}
