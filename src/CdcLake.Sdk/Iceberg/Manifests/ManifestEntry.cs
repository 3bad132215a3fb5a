namespace CdcLake.Iceberg.Manifests;

/// <summary>What a snapshot did with a file; the numbers are those of the specification.</summary>
internal enum EntryStatus
{
    Existing = 0,
    Added = 1,
    Deleted = 2,
}

/// <summary>A line of a manifest. Iceberg specification, "Manifests", struct <c>manifest_entry</c>.</summary>
/// <param name="Status">Added, kept or deleted by the snapshot that wrote the manifest.</param>
/// <param name="SnapshotId">Snapshot that added the file; for <see cref="EntryStatus.Deleted"/> the one that deleted it.</param>
/// <param name="SequenceNumber">Data sequence number; null while it is inherited from the commit.</param>
/// <param name="FileSequenceNumber">Sequence number of the commit that added the file; null while inherited.</param>
/// <param name="File">The file.</param>
internal sealed record ManifestEntry(EntryStatus Status, long SnapshotId, long? SequenceNumber, long? FileSequenceNumber, DataFile File)
{
    /// <summary>Data sequence number after inheritance.</summary>
    public long Sequence => SequenceNumber ?? 0;

    /// <summary>This file as a later manifest carries it on.</summary>
    public ManifestEntry AsExisting() => Status == EntryStatus.Existing ? this : this with { Status = EntryStatus.Existing };

    /// <summary>This file as the manifest of the snapshot that deletes it lists it: with that snapshot's id and its own sequence numbers.</summary>
    public ManifestEntry AsDeleted(long snapshotId) => this with { Status = EntryStatus.Deleted, SnapshotId = snapshotId };
}
