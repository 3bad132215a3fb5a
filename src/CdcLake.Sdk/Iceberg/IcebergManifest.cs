namespace CdcLake;

/// <summary>A manifest of a snapshot: a list of data files or of delete files.</summary>
/// <param name="Path">Absolute URI.</param>
/// <param name="LengthBytes">Bytes of the manifest itself.</param>
/// <param name="IsDeletes">True when it lists delete files.</param>
/// <param name="SpecId">Partition spec of the files.</param>
/// <param name="SequenceNumber">The commit that added it.</param>
/// <param name="AddedSnapshotId">The snapshot of that commit.</param>
/// <param name="AddedFiles">Files that this snapshot added.</param>
/// <param name="ExistingFiles">Files of earlier ones.</param>
/// <param name="DeletedFiles">Files that this snapshot removed.</param>
public sealed record IcebergManifest(
    string Path, long LengthBytes, bool IsDeletes, int SpecId, long SequenceNumber, long AddedSnapshotId, int AddedFiles, int ExistingFiles, int DeletedFiles);
