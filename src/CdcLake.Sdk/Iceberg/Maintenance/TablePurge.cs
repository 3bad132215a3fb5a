using CdcLake.Iceberg.Manifests;
using CdcLake.Iceberg.Tables;

namespace CdcLake.Iceberg.Maintenance;

/// <summary>All files of a table, for one that is dropped for good.</summary>
internal static class TablePurge
{
    /// <summary>URIs of the files that any kept snapshot refers to, of manifests and their lists, and of the metadata that the log names; data first, the current metadata last.</summary>
    /// <exception cref="CdcLakeException">A manifest is missing or damaged: nothing was removed.</exception>
    public static async Task<IReadOnlyList<string>> FindAsync(CatalogTable table, CancellationToken cancellationToken)
    {
        var data = new HashSet<string>(StringComparer.Ordinal);
        var manifests = new HashSet<string>(StringComparer.Ordinal);
        foreach (var list in table.Metadata.Snapshots.Select(s => s.ManifestList).Distinct(StringComparer.Ordinal))
        {
            var bytes = await TableFiles.ReadFileAsync(table.Files, list, cancellationToken).ConfigureAwait(false);
            foreach (var manifest in ManifestList.Read(bytes, list).Where(m => manifests.Add(m.Path)))
            {
                var entries = ManifestReader.Read(await TableFiles.ReadFileAsync(table.Files, manifest.Path, cancellationToken).ConfigureAwait(false), manifest);
                data.UnionWith(entries.Where(e => e.Status != EntryStatus.Deleted).Select(e => e.File.Path));
            }
        }

        return
        [
            .. data, .. manifests, .. table.Metadata.Snapshots.Select(s => s.ManifestList).Distinct(StringComparer.Ordinal),
            .. table.Metadata.MetadataLog.Select(e => e.MetadataFile), table.MetadataLocation,
        ];
    }
}
