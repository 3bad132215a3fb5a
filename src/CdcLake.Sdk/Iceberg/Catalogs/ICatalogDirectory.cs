using System.Collections.Immutable;
using CdcLake.Iceberg.Tables;

namespace CdcLake.Iceberg.Catalogs;

/// <summary>
/// The names in a catalog: namespaces with their properties, and which tables are in them. Levels of a namespace stand outermost first; no level at all is the root.
/// Safe for concurrent use. Every refusal is a <see cref="CatalogException"/> whose <see cref="CatalogException.Error"/> says which.
/// </summary>
internal interface ICatalogDirectory
{
    /// <summary>True when <see cref="DropTableAsync"/> removes the files of a purged table too; false leaves them to the caller.</summary>
    bool PurgesFiles { get; }

    /// <exception cref="CatalogException">It exists, or the one above it does not where the catalog wants it.</exception>
    Task CreateNamespaceAsync(ImmutableArray<string> space, IReadOnlyDictionary<string, string> properties, CancellationToken cancellationToken);

    /// <summary>The namespaces directly below one, page by page.</summary>
    /// <exception cref="CatalogException">There is no such namespace.</exception>
    IAsyncEnumerable<ImmutableArray<string>> ListNamespacesAsync(ImmutableArray<string> parent, CancellationToken cancellationToken);

    /// <summary>Its properties, or null when there is no such namespace.</summary>
    Task<IReadOnlyDictionary<string, string>?> LoadNamespaceAsync(ImmutableArray<string> space, CancellationToken cancellationToken);

    /// <summary>Sets properties and removes others; removing one that is not there is no error.</summary>
    /// <exception cref="CatalogException">There is no such namespace, or the catalog keeps no properties.</exception>
    Task UpdateNamespaceAsync(
        ImmutableArray<string> space, IReadOnlyDictionary<string, string> updates, IReadOnlyCollection<string> removals, CancellationToken cancellationToken);

    /// <exception cref="CatalogException">There is no such namespace, or something is in it.</exception>
    Task DropNamespaceAsync(ImmutableArray<string> space, CancellationToken cancellationToken);

    /// <summary>The tables directly in a namespace, page by page.</summary>
    /// <exception cref="CatalogException">There is no such namespace.</exception>
    IAsyncEnumerable<TableIdentifier> ListTablesAsync(ImmutableArray<string> space, CancellationToken cancellationToken);

    /// <summary>Gives a table another name; its files stay where they are.</summary>
    /// <exception cref="CatalogException">There is no such table, the new name is taken, or the catalog cannot.</exception>
    Task RenameTableAsync(TableIdentifier from, TableIdentifier to, CancellationToken cancellationToken);

    /// <summary>Takes a table out of the catalog.</summary>
    /// <param name="table">The table.</param>
    /// <param name="purge">Its files are to go too.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="CatalogException">There is no such table.</exception>
    Task DropTableAsync(TableIdentifier table, bool purge, CancellationToken cancellationToken);
}
