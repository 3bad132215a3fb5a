using System.Collections.Immutable;

namespace CdcLake.Iceberg.Manifests;

/// <summary>What a manifest lists; the numbers are those of the specification's field <c>content</c>.</summary>
internal enum ManifestContent
{
    Data = 0,
    Deletes = 1,
}

/// <summary>A line of a manifest list: one manifest. Immutable. Iceberg specification, "Manifest Lists", struct <c>manifest_file</c>.</summary>
internal sealed record ManifestFile
{
    /// <summary>Absolute URI.</summary>
    public required string Path { get; init; }

    /// <summary>Bytes of the manifest.</summary>
    public required long Length { get; init; }

    public int PartitionSpecId { get; init; }

    public ManifestContent Content { get; init; }

    /// <summary>Sequence number of the commit that added the manifest.</summary>
    public long SequenceNumber { get; init; }

    /// <summary>Lowest data sequence number of its files that are live.</summary>
    public long MinSequenceNumber { get; init; }

    /// <summary>Snapshot that added the manifest.</summary>
    public long AddedSnapshotId { get; init; }

    public int AddedFiles { get; init; }

    public int ExistingFiles { get; init; }

    public int DeletedFiles { get; init; }

    public long AddedRows { get; init; }

    public long ExistingRows { get; init; }

    public long DeletedRows { get; init; }

    public byte[]? KeyMetadata { get; init; }

    /// <summary>One for each field of the spec; none when it is unpartitioned, or unknown.</summary>
    public ImmutableArray<FieldSummary> Partitions { get; init; } = [];

    /// <summary>Id of the first row of its files that have none of their own (format 3); null before that format and for deletes.</summary>
    public long? FirstRowId { get; init; }
}
