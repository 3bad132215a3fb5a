using System.Text.Json;
using CdcLake.Iceberg.Manifests;
using CdcLake.Iceberg.Spec;
using CdcLake.Iceberg.Tables;

namespace CdcLake.Iceberg.Maintenance;

/// <summary>Every file that a version of a table refers to, by any of its snapshots, statistics and former versions. The cost follows the table.</summary>
internal static class ReferencedFiles
{
    /// <summary>Their URIs, as the table spells them.</summary>
    /// <exception cref="ObjectStoreException">A file that a snapshot refers to is missing: nothing is known for certain then.</exception>
    public static async Task<HashSet<string>> FindAsync(CatalogTable table, CancellationToken cancellationToken)
    {
        var metadata = table.Metadata;
        var found = new HashSet<string>(StringComparer.Ordinal) { table.MetadataLocation };
        found.UnionWith(metadata.MetadataLog.Select(m => m.MetadataFile));
        foreach (var statistics in metadata.Statistics.Concat(metadata.PartitionStatistics))
        {
            using var json = JsonDocument.Parse(statistics.Json);
            if (json.RootElement.OptionalString("statistics-path") is { } path)
            {
                found.Add(path);
            }
        }

        foreach (var snapshot in metadata.Snapshots)
        {
            found.Add(snapshot.ManifestList);
            foreach (var manifest in ManifestList.Read(await TableFiles.ReadFileAsync(table.Files, snapshot.ManifestList, cancellationToken).ConfigureAwait(false), snapshot.ManifestList))
            {
                if (found.Add(manifest.Path))
                {
                    var entries = ManifestReader.Read(await TableFiles.ReadFileAsync(table.Files, manifest.Path, cancellationToken).ConfigureAwait(false), manifest);
                    found.UnionWith(entries.Where(e => e.Status != EntryStatus.Deleted).Select(e => e.File.Path));
                }
            }
        }

        return found;
    }
}
