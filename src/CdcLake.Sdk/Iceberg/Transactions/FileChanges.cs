using CdcLake.Iceberg.Manifests;

namespace CdcLake.Iceberg.Transactions;

/// <summary>What a commit does to the files of a table.</summary>
internal sealed class FileChanges
{
    public List<DataFile> AddedData { get; } = [];

    public List<DataFile> AddedDeletes { get; } = [];

    /// <summary>Live data files that leave the table.</summary>
    public List<DataFile> RemovedData { get; } = [];

    /// <summary>Live delete files that leave the table.</summary>
    public List<DataFile> RemovedDeletes { get; } = [];

    public bool IsEmpty => AddedData.Count + AddedDeletes.Count + RemovedData.Count + RemovedDeletes.Count == 0;
}
