using CdcLake.Iceberg.Manifests;
using CdcLake.Iceberg.Tables;

namespace CdcLake.Iceberg.Scanning;

/// <summary>The data files of a snapshot that deletes are applied to, by path. Not thread-safe.</summary>
internal sealed class DeleteTargets
{
    private readonly Dictionary<string, DeleteTarget> _byPath = new(StringComparer.Ordinal);
    private readonly HashSet<string> _passedOver = new(StringComparer.Ordinal);

    public int Count => _byPath.Count;

    public IReadOnlyCollection<DeleteTarget> All => _byPath.Values;

    /// <exception cref="CatalogException">The snapshot lists the file twice.</exception>
    public void Add(LiveFiles files, ManifestEntry entry)
    {
        if (!_byPath.TryAdd(entry.File.Path, new DeleteTarget(files.Add(entry.File), entry.Sequence)))
        {
            throw new CatalogException($"Data file {entry.File.Path} is listed twice in one snapshot. Roll the table back to an older snapshot.");
        }
    }

    /// <summary>A file that is not wanted, so that deletes of it alone need not be read.</summary>
    public void PassOver(DataFile file) => _passedOver.Add(file.Path);

    public bool IsPassedOver(string path) => _passedOver.Contains(path);

    public DeleteTarget? Find(string path) => _byPath.GetValueOrDefault(path);
}

/// <summary>A data file that deletes are applied to.</summary>
/// <param name="File">Gets the deleted rows.</param>
/// <param name="Sequence">Its data sequence number.</param>
internal sealed record DeleteTarget(LiveFile File, long Sequence)
{
    /// <summary>True when a deletion vector says which rows are deleted: position delete files are then not asked.</summary>
    public bool HasVector { get; set; }

    /// <summary>True for a delete file of the same partition spec and partition.</summary>
    public bool IsInPartitionOf(DataFile deletes) => File.File!.SpecId == deletes.SpecId && File.File.Partition.Equals(deletes.Partition);
}
