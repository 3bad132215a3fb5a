using CdcLake.Iceberg.Partitioning;
using CdcLake.Iceberg.Tables;

namespace CdcLake.Iceberg.Writing;

/// <summary>Which data files a commit writes anew, by the sink's mode.</summary>
/// <param name="settings">Mode and sizes.</param>
internal sealed class RewriteChoice(IcebergSinkSettings settings)
{
    private readonly RewritePolicy? _adaptive = (settings.DeleteMode ?? IcebergDeleteMode.Adaptive) == IcebergDeleteMode.Adaptive ? new RewritePolicy(settings) : null;

    /// <summary>True when commits of this mode may write rows anew that stay as they are.</summary>
    public static bool MovesRows(IcebergSinkSettings settings) => settings.DeleteMode is null or IcebergDeleteMode.Adaptive or IcebergDeleteMode.CopyOnWrite;

    /// <summary>The table was just opened.</summary>
    public void Load(IEnumerable<LiveFile> files) => _adaptive?.Load(files);

    /// <summary>Files whose live rows the commit writes anew. Called once for each commit.</summary>
    /// <param name="files">All complete data files, committed and new.</param>
    /// <param name="open">Partitions in which the commit writes a data file anyway.</param>
    public HashSet<LiveFile> Of(IReadOnlyCollection<LiveFile> files, IReadOnlySet<FilePartition> open) =>
        _adaptive is not null ? _adaptive.Choose(files, open)
        : settings.DeleteMode == IcebergDeleteMode.CopyOnWrite ? [.. files.Where(f => f.Deleted.Count > 0 && f.LiveRows > 0)]
        : [];
}
