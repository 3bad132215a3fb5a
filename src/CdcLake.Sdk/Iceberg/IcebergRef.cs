namespace CdcLake;

/// <summary>A branch or tag of an <see cref="IcebergTable"/>.</summary>
/// <param name="Name">As <see cref="IcebergScan{T}.AtRef"/> takes it.</param>
/// <param name="SnapshotId">The snapshot that it points at.</param>
/// <param name="IsBranch">False for a tag, which stays where it is.</param>
public sealed record IcebergRef(string Name, long SnapshotId, bool IsBranch);
