using System.Runtime.CompilerServices;
using CdcLake.Iceberg.Catalogs;
using CdcLake.Iceberg.Maintenance;
using CdcLake.Iceberg.Spec;
using CdcLake.Iceberg.Tables;
using CdcLake.Iceberg.Transactions;

namespace CdcLake;

/// <content>Tables by name: listing, renaming, dropping, properties. Sinks create tables, <see cref="Table"/> reads them.</content>
public sealed partial class IcebergCatalog
{
    /// <summary>The tables directly in a namespace, by full name, in no particular order; a page is asked for when it is needed.</summary>
    /// <param name="name">Levels of the namespace with dots between them.</param>
    /// <param name="cancellationToken">Ends the listing.</param>
    /// <exception cref="CatalogException">There is no such namespace (<see cref="CatalogError.NoSuchNamespace"/>).</exception>
    public async IAsyncEnumerable<string> ListTablesAsync(string name, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await foreach (var table in Names.ListTablesAsync(TableIdentifier.ParseNamespace(name), cancellationToken).ConfigureAwait(false))
        {
            yield return table.ToString();
        }
    }

    /// <summary>True when there is such a table.</summary>
    /// <param name="name">Namespace and table.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    public async Task<bool> TableExistsAsync(string name, CancellationToken cancellationToken = default) =>
        await Open().LoadAsync(TableIdentifier.Parse(name), cancellationToken).ConfigureAwait(false) is not null;

    /// <summary>Gives a table another name, in another namespace too; its files stay where they are. Stop the pipeline that writes it first.</summary>
    /// <param name="from">Namespace and table.</param>
    /// <param name="to">The new ones.</param>
    /// <param name="cancellationToken">Ends the waiting; the table may have been renamed then.</param>
    /// <exception cref="CatalogException">
    /// There is no such table (<see cref="CatalogError.NoSuchTable"/>), the new name is taken (<see cref="CatalogError.AlreadyExists"/>), or the catalog is one of a filesystem
    /// (<see cref="CatalogError.Unsupported"/>).
    /// </exception>
    public Task RenameTableAsync(string from, string to, CancellationToken cancellationToken = default) =>
        Names.RenameTableAsync(TableIdentifier.Parse(from), TableIdentifier.Parse(to), cancellationToken);

    /// <summary>Drops a table. Stop the pipeline that writes it first; at its next start it would create the table anew.</summary>
    /// <param name="name">Namespace and table.</param>
    /// <param name="purge">
    /// True removes its files too, for good; false leaves them, but for a filesystem catalog, where the folder is the table. Refused where the table says <c>gc.enabled=false</c>.
    /// </param>
    /// <param name="cancellationToken">Ends the waiting; the table may have been dropped then.</param>
    /// <exception cref="CatalogException">There is no such table (<see cref="CatalogError.NoSuchTable"/>), or its files may not be removed.</exception>
    public async Task DropTableAsync(string name, bool purge = false, CancellationToken cancellationToken = default)
    {
        var identifier = TableIdentifier.Parse(name);
        var purged = purge ? await LoadAsync(identifier, cancellationToken).ConfigureAwait(false) : null;
        if (purged is not null && TableProperties.IsFalse(purged.Metadata.Properties, TableProperties.GcEnabled))
        {
            throw new CatalogException($"Table {name} in {Open().Name} says {TableProperties.GcEnabled}=false: its files are not to be removed. Drop it without purging.") { Error = CatalogError.BadRequest };
        }

        var files = purged is null || Names.PurgesFiles ? null : await ReferencedFiles.FindAsync(purged, cancellationToken).ConfigureAwait(false);
        await Names.DropTableAsync(identifier, purge, cancellationToken).ConfigureAwait(false);
        if (files is not null)
        {
            await purged!.Files.DeleteManyAsync(files, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>The properties of a table as they are now.</summary>
    /// <param name="name">Namespace and table.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <exception cref="CatalogException">There is no such table (<see cref="CatalogError.NoSuchTable"/>).</exception>
    public async Task<IReadOnlyDictionary<string, string>> LoadTablePropertiesAsync(string name, CancellationToken cancellationToken = default) =>
        (await LoadAsync(TableIdentifier.Parse(name), cancellationToken).ConfigureAwait(false)).Metadata.Properties;

    /// <summary>
    /// Sets properties of a table; others stay. A pipeline that writes it goes on, and heeds them from its next start on. <c>format-version</c> raises the table's format, for good; a
    /// pipeline that writes it then opens the table again by itself.
    /// </summary>
    /// <param name="name">Namespace and table.</param>
    /// <param name="properties">Names and values.</param>
    /// <param name="cancellationToken">Ends the waiting; the properties may have been set then.</param>
    /// <exception cref="CatalogException">There is no such table (<see cref="CatalogError.NoSuchTable"/>), or the catalog refuses.</exception>
    public Task SetTablePropertiesAsync(string name, IReadOnlyDictionary<string, string> properties, CancellationToken cancellationToken = default) =>
        PropertyCommit.RunAsync(Open(), TableIdentifier.Parse(name), PropertyCommit.UpdatesOf(properties), cancellationToken);

    /// <summary>Removes properties of a table; one that it does not have is no error.</summary>
    /// <param name="name">Namespace and table.</param>
    /// <param name="properties">Names.</param>
    /// <param name="cancellationToken">Ends the waiting; the properties may have been removed then.</param>
    /// <exception cref="CatalogException">There is no such table (<see cref="CatalogError.NoSuchTable"/>), or the catalog refuses.</exception>
    public Task RemoveTablePropertiesAsync(string name, IReadOnlyCollection<string> properties, CancellationToken cancellationToken = default) =>
        PropertyCommit.RunAsync(Open(), TableIdentifier.Parse(name), [new TableWideUpdates.RemoveProperties([.. properties])], cancellationToken);

    private async Task<CatalogTable> LoadAsync(TableIdentifier table, CancellationToken cancellationToken) =>
        await Open().LoadAsync(table, cancellationToken).ConfigureAwait(false) ?? throw DirectoryErrors.NoTable(table, Open().Name);
}
