using CdcLake.Iceberg.Manifests;

namespace CdcLake.Iceberg.Tables;

/// <summary>A delete file of the table. It leaves the table when no data file needs it any more. Not thread-safe.</summary>
/// <param name="file">Its manifest entry.</param>
internal sealed class LiveDeletes(DataFile file)
{
    /// <summary>Its manifest entry.</summary>
    public DataFile File { get; } = file;

    /// <summary>Data files that have deleted rows which no other delete file names.</summary>
    public int Users { get; set; }
}
