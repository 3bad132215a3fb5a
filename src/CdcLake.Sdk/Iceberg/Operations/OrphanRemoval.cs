using CdcLake.Iceberg.Maintenance;
using CdcLake.Iceberg.Tables;

namespace CdcLake.Iceberg.Operations;

/// <summary>
/// Finds files below a table's folders that it does not refer to, which writers leave behind that are killed, and removes them on request. Young files are spared: they may
/// belong to a commit that is on its way, or to a query that reads a snapshot which has expired.
/// </summary>
/// <param name="table">The table.</param>
internal sealed class OrphanRemoval(NamedTable table)
{
    /// <summary>Where catalogs over files keep the number of the current version; no metadata refers to it.</summary>
    private const string VersionHint = "version-hint.text";

    /// <param name="olderThan">Least age of a file that is removed.</param>
    /// <param name="dryRun">Only find them.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>URIs of the files.</returns>
    /// <exception cref="CatalogException"><c>gc.enabled</c> is false, or there is no such table.</exception>
    /// <exception cref="ObjectStoreException">A file of the table is missing, or the store cannot list files or tell their age; nothing was removed.</exception>
    public async Task<IReadOnlyList<string>> RunAsync(TimeSpan olderThan, bool dryRun, CancellationToken cancellationToken)
    {
        var limit = table.Clock.GetUtcNow() - olderThan;
        var version = await table.LoadAsync(cancellationToken).ConfigureAwait(false);
        if (TableProperties.IsFalse(version.Metadata.Properties, TableProperties.GcEnabled))
        {
            throw new CatalogException($"Table {table.Name} in {table.Catalog.Name} has {TableProperties.GcEnabled}=false: its files may belong to others, and none is removed. Set it to true if they do not.");
        }

        // Listed first: what is written afterwards is not among them, and what was committed meanwhile is among the referenced ones.
        var listed = await ListAsync(version, cancellationToken).ConfigureAwait(false);
        version = await table.LoadAsync(cancellationToken).ConfigureAwait(false);
        var referenced = new HashSet<string?>(StringComparer.Ordinal);
        foreach (var uri in await ReferencedFiles.FindAsync(version, cancellationToken).ConfigureAwait(false))
        {
            referenced.Add(await version.Files.CanonicalAsync(uri, cancellationToken).ConfigureAwait(false));
        }

        var orphans = new List<string>();
        foreach (var uri in listed.Where(u => !referenced.Contains(u) && !u.EndsWith('/' + VersionHint, StringComparison.Ordinal)))
        {
            if (await version.Files.LastModifiedAsync(uri, cancellationToken).ConfigureAwait(false) < limit)
            {
                orphans.Add(uri);
            }
        }

        if (!dryRun)
        {
            await version.Files.DeleteManyAsync(orphans, cancellationToken).ConfigureAwait(false);
        }

        return orphans;
    }

    private static async Task<HashSet<string>> ListAsync(CatalogTable version, CancellationToken cancellationToken)
    {
        var properties = version.Metadata.Properties;
        string?[] folders = [version.Metadata.Location, properties.GetValueOrDefault(TableProperties.DataPath), properties.GetValueOrDefault(TableProperties.MetadataPath)];
        var listed = new HashSet<string>(StringComparer.Ordinal);
        foreach (var folder in folders.OfType<string>())
        {
            await foreach (var uri in version.Files.ListAsync(folder.TrimEnd('/'), cancellationToken).ConfigureAwait(false))
            {
                listed.Add(uri);
            }
        }

        return listed;
    }
}
