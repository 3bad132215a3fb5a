using System.Collections.Immutable;

namespace CdcLake.Iceberg.Manifests;

/// <summary>What a file that a manifest lists contains; the numbers are those of the specification's field <c>content</c>.</summary>
internal enum FileContent
{
    Data = 0,
    PositionDeletes = 1,
    EqualityDeletes = 2,
}

/// <summary>A data or delete file of an unpartitioned table as a manifest describes it. Immutable. Iceberg specification, "Manifests", struct <c>data_file</c>.</summary>
internal sealed record DataFile
{
    public FileContent Content { get; init; }

    /// <summary>Absolute URI, byte for byte as position deletes repeat it.</summary>
    public required string Path { get; init; }

    /// <summary><c>PARQUET</c>, <c>AVRO</c>, <c>ORC</c> or <c>PUFFIN</c>.</summary>
    public string Format { get; init; } = "PARQUET";

    /// <summary>Rows in the file, deleted ones included.</summary>
    public required long RecordCount { get; init; }

    /// <summary>Bytes of the whole file.</summary>
    public required long FileSize { get; init; }

    /// <summary>Metrics of each column; empty when unknown.</summary>
    public ImmutableArray<ColumnMetrics> Columns { get; init; } = [];

    public byte[]? KeyMetadata { get; init; }

    /// <summary>Byte offset of each row group, ascending; empty when unknown.</summary>
    public ImmutableArray<long> SplitOffsets { get; init; } = [];

    /// <summary>Field ids that equality deletes compare; empty for other files.</summary>
    public ImmutableArray<int> EqualityIds { get; init; } = [];

    public int? SortOrderId { get; init; }

    /// <summary>The only data file that the position deletes in this file apply to, or null.</summary>
    public string? ReferencedDataFile { get; init; }
}

/// <summary>Metrics of one column of a file; null = unknown. Bounds are single values (see <see cref="Spec.SingleValue"/>).</summary>
internal sealed record ColumnMetrics(int FieldId)
{
    /// <summary>Compressed bytes of the column.</summary>
    public long? Size { get; init; }

    /// <summary>Values, nulls and NaNs included.</summary>
    public long? ValueCount { get; init; }

    public long? NullCount { get; init; }

    public long? NanCount { get; init; }

    public byte[]? Lower { get; init; }

    public byte[]? Upper { get; init; }
}
