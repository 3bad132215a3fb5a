namespace CdcLake;

/// <summary>What was done to look after a table; 0 where nothing was worth it. Immutable.</summary>
public sealed record IcebergMaintenance
{
    /// <summary>Data files that were replaced by fewer or cleaner ones.</summary>
    public int FilesCompacted { get; init; }

    /// <summary>Rows that were written anew.</summary>
    public long RowsRewritten { get; init; }

    /// <summary>Manifests that are fewer now.</summary>
    public int ManifestsMerged { get; init; }

    /// <summary>Snapshots that were removed.</summary>
    public int SnapshotsExpired { get; init; }

    /// <summary>Files that were removed with them.</summary>
    public int FilesRemoved { get; init; }
}
