using System.Collections.Immutable;
using System.Globalization;

namespace CdcLake.Iceberg.Manifests;

/// <summary>What a file that a manifest lists contains; the numbers are those of the specification's field <c>content</c>.</summary>
internal enum FileContent
{
    Data = 0,
    PositionDeletes = 1,
    EqualityDeletes = 2,
}

/// <summary>A data or delete file as a manifest describes it. Immutable. Iceberg specification, "Manifests", struct <c>data_file</c>.</summary>
internal sealed record DataFile
{
    public FileContent Content { get; init; }

    /// <summary>Absolute URI, byte for byte as position deletes repeat it.</summary>
    public required string Path { get; init; }

    /// <summary><c>PARQUET</c>, <c>AVRO</c>, <c>ORC</c> or <c>PUFFIN</c>.</summary>
    public string Format { get; init; } = "PARQUET";

    /// <summary>Partition spec that it was written with; null until a commit gives it the table's default.</summary>
    public int? SpecId { get; init; }

    /// <summary>Its partition under that spec.</summary>
    public PartitionTuple Partition { get; init; } = PartitionTuple.Empty;

    /// <summary>Rows in the file, deleted ones included; of a deletion vector the deleted rows.</summary>
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

    /// <summary>Id of the first row (format 3), from which the others follow; null before that format and for delete files.</summary>
    public long? FirstRowId { get; init; }

    /// <summary>The only data file that the position deletes in this file apply to, or null. A deletion vector always has one.</summary>
    public string? ReferencedDataFile { get; init; }

    /// <summary>Byte at which a deletion vector begins in its Puffin file; null for other files.</summary>
    public long? ContentOffset { get; init; }

    /// <summary>Bytes of a deletion vector, frame included; null for other files.</summary>
    public long? ContentSize { get; init; }

    public bool IsDeletionVector => ContentOffset is not null;

    /// <summary>What tells it apart within a snapshot: its path, and for a deletion vector its place too, since one Puffin file may hold many.</summary>
    public string Key => ContentOffset is { } offset ? string.Create(CultureInfo.InvariantCulture, $"{Path}#{offset}") : Path;
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
