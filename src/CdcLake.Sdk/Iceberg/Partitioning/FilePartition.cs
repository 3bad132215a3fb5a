using CdcLake.Iceberg.Manifests;

namespace CdcLake.Iceberg.Partitioning;

/// <summary>Where a file belongs.</summary>
/// <param name="SpecId">Partition spec.</param>
/// <param name="Tuple">Values of its fields.</param>
/// <param name="Path">Folders for its files, without slashes around; empty when the spec is unpartitioned.</param>
internal sealed record FilePartition(int SpecId, PartitionTuple Tuple, string Path)
{
    /// <summary>Where rows of a data file belong that stay in its partition, and where its deletes do. Its folder is that of the file, as far as it says one.</summary>
    /// <param name="file">A file of the table.</param>
    /// <param name="otherwise">Spec of a file that names none.</param>
    public static FilePartition Of(DataFile file, int otherwise) => new(file.SpecId ?? otherwise, file.Partition, FoldersOf(file));

    /// <summary>True for the same spec and values.</summary>
    public bool Equals(FilePartition? other) => other is not null && SpecId == other.SpecId && Tuple.Equals(other.Tuple);

    public override int GetHashCode() => HashCode.Combine(SpecId, Tuple);

    private static string FoldersOf(DataFile file) => file.Partition.Type.Fields.IsEmpty
        ? ""
        : string.Join('/', file.Path.Split('/').SkipLast(1).Reverse().TakeWhile(f => f.Contains('=', StringComparison.Ordinal)).Reverse());
}
