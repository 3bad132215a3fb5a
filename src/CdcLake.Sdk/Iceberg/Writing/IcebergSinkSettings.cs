using System.Collections.Frozen;
using CdcLake.Compression;
using CdcLake.Iceberg.Index;
using CdcLake.Iceberg.Partitioning;
using CdcLake.Iceberg.Transactions;
using CdcLake.Parquet.Format;

namespace CdcLake.Iceberg.Writing;

/// <summary>
/// How a sink writes: <see cref="IcebergSinkOptions"/> together with the properties of the table, and limits that nobody sets but tests. Names in comments are the table
/// properties that say the same.
/// </summary>
internal sealed record IcebergSinkSettings
{
    /// <summary>Codec of the files of a table that the sink creates; <c>write.parquet.compression-codec</c>. An existing table's own property goes before it.</summary>
    public CompressionCodec Compression { get; init; } = CompressionCodec.Zstd;

    /// <summary>Level of that codec, or null for its default (see <see cref="BlockCompressor"/>), which no property then says; <c>write.parquet.compression-level</c>.</summary>
    public int? CompressionLevel { get; init; }

    /// <summary>Bytes at which a data file is closed and the next one begun; <c>write.target-file-size-bytes</c>.</summary>
    public long TargetFileSizeBytes { get; init; } = 128L << 20;

    /// <summary>Uncompressed bytes at which a row group is closed; <c>write.parquet.row-group-size-bytes</c>.</summary>
    public long RowGroupBytes { get; init; } = 128L << 20;

    /// <summary>True for data pages of version 2; <c>write.parquet.page-version</c>.</summary>
    public bool HasPagesV2 { get; init; }

    /// <summary>Names of columns without dictionary; <c>write.parquet.dict-encoding-enabled.column.</c>name.</summary>
    public IReadOnlySet<string> WithoutDictionary { get; init; } = FrozenSet<string>.Empty;

    /// <summary>Names of columns without bounds in the files themselves; <c>write.parquet.stats-enabled.column.</c>name.</summary>
    public IReadOnlySet<string> WithoutBounds { get; init; } = FrozenSet<string>.Empty;

    /// <summary>How delete files are written; null: as data files, with sizes of their own. <c>write.delete.parquet.</c>…</summary>
    public ParquetWriterOptions? DeleteFiles { get; init; }

    /// <summary>Uncompressed bytes at which a page is closed; <c>write.parquet.page-size-bytes</c>.</summary>
    public int PageBytes { get; init; } = 1 << 20;

    /// <summary>Rows at which a page is closed; <c>write.parquet.page-row-limit</c>.</summary>
    public int PageRows { get; init; } = 20_000;

    /// <summary>Bytes of distinct values beyond which a column goes on without dictionary; <c>write.parquet.dict-size-bytes</c>.</summary>
    public int DictionaryBytes { get; init; } = 1 << 20;

    /// <summary>
    /// First rows of a file by which is decided which fields of its variants get columns of their own, <c>write.parquet.variant-inference-buffer-size</c>; 0: none do, <c>write.parquet.shred-variants</c>.
    /// </summary>
    public int VariantSampleRows { get; init; }

    /// <summary>Columns that get Bloom filters, by name; <c>write.parquet.bloom-filter-enabled.column.…</c>.</summary>
    public IReadOnlyDictionary<string, BloomFilterOptions> BloomFilters { get; init; } = new Dictionary<string, BloomFilterOptions>();

    /// <summary>Table properties that the user set for this sink; they go before the table's own.</summary>
    public IReadOnlyDictionary<string, string> Asked { get; init; } = new Dictionary<string, string>();

    /// <summary>Bytes of changed rows that wait in memory for a commit; beyond it they are written to files that the commit then adds.</summary>
    public long MemoryBudgetBytes { get; init; } = 256L << 20;

    /// <summary>What the key index may take.</summary>
    public KeyIndexSpace IndexSpace { get; init; } = KeyIndexSpace.Default;

    /// <summary>Files below this size are folded when many have piled up.</summary>
    public long SmallFileBytes { get; init; } = 8L << 20;

    /// <summary>Small files of about the same size (within a factor of 8) at which they are folded into one.</summary>
    public int FoldAt { get; init; } = 8;

    /// <summary>
    /// Rows that a data file's second position delete file may always have; it takes the latest deletes until it exceeds this number and an eighth of the first one.
    /// </summary>
    public int RecentDeleteRows { get; init; } = 4096;

    /// <summary>Data files with deleted rows up to which each gets a position delete file of its own; where a commit deletes from more, neighbours share one.</summary>
    public int MaxOwnDeleteFiles { get; init; } = 16;

    /// <summary>Data files that share a position delete file at most.</summary>
    public int FilesPerDeleteFile { get; init; } = 64;

    /// <summary>Position delete files of one data file at which those it shares are left for one.</summary>
    public int MaxDeleteFilesPerFile { get; init; } = 8;

    /// <summary>What happens to rows that were replaced or deleted; null is what the table's properties say.</summary>
    public IcebergDeleteMode? DeleteMode { get; init; }

    /// <summary>Format version that the table is to have: a new one is created with it, an older one raised to it. Null: an existing one keeps its own. <c>format-version</c>.</summary>
    public int? FormatVersion { get; init; }

    /// <summary>How a table that the sink creates is partitioned; an existing one keeps its own spec.</summary>
    public IReadOnlyList<PartitionTerm> Partitioning { get; init; } = [];

    /// <summary>How files of a table that the sink creates are sorted; an existing one keeps its own order.</summary>
    public IReadOnlyList<SortTerm> Sorting { get; init; } = [];

    /// <summary>Data files that are open at a time: rows of more partitions make files smaller, not memory larger.</summary>
    public int MaxOpenFiles { get; init; } = 64;

    /// <summary>Files are compacted beside the stream.</summary>
    public bool Compacts { get; init; }

    /// <summary>Bytes of rows that a compaction sorts by key at a time.</summary>
    public long SortBytes { get; init; } = 128L << 20;

    /// <summary>Live rows that cost a reader as much as one more file; see <see cref="CompactionPolicy"/>.</summary>
    public long FileReadCost { get; init; } = 100_000;

    /// <summary>
    /// What a partition has to cost at least before it is compacted, in files: fewer are not worth a commit, and more than <see cref="FoldAt"/> of a size commits fold themselves.
    /// </summary>
    public int LeastFiles { get; init; } = 12;

    /// <summary>What to do with a table that has rows which no pipeline wrote.</summary>
    public ExistingTable ExistingTable { get; init; } = ExistingTable.Refuse;

    /// <summary>What to do with a table whose rows somebody else changed since the pipeline's last snapshot. Compaction by others is no such change.</summary>
    public ForeignChanges ForeignChanges { get; init; } = ForeignChanges.Refuse;

    /// <summary>What others may do to the table between two commits for the stream to go on.</summary>
    public ForeignWork FollowedWork => ForeignChanges == ForeignChanges.Keep ? ForeignWork.Appended : ForeignWork.Rearranged;

    /// <summary>What columns of JSON become; null: what they are in the table, text in a new one.</summary>
    public IcebergJsonType? JsonAs { get; init; }

    /// <summary>Further properties of a table that the sink creates.</summary>
    public IReadOnlyDictionary<string, string> TableProperties { get; init; } = new Dictionary<string, string>();

    /// <summary>Options of a delete file.</summary>
    /// <param name="keyValues">What its footer says of it.</param>
    public ParquetWriterOptions ForDeletes(IReadOnlyList<KeyValuePair<string, string>> keyValues) =>
        (DeleteFiles ?? new ParquetWriterOptions { Codec = Compression, CompressionLevel = CompressionLevel, HasPagesV2 = HasPagesV2 }) with { KeyValues = keyValues };
}
