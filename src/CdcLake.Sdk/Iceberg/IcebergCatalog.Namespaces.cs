using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using CdcLake.Iceberg.Catalogs;
using CdcLake.Iceberg.Tables;

namespace CdcLake;

/// <content>Namespaces.</content>
public sealed partial class IcebergCatalog
{
    /// <summary>Makes room for tables: an empty namespace, with properties that other engines read too.</summary>
    /// <param name="name">Its levels with dots between them: <c>lake.demo</c>.</param>
    /// <param name="properties">Such as <c>location</c> and <c>comment</c>; none by default.</param>
    /// <param name="cancellationToken">Ends the waiting; the namespace may have been created then.</param>
    /// <exception cref="CatalogException">It exists (<see cref="CatalogError.AlreadyExists"/>), or the catalog refuses.</exception>
    public Task CreateNamespaceAsync(string name, IReadOnlyDictionary<string, string>? properties = null, CancellationToken cancellationToken = default) =>
        Names.CreateNamespaceAsync(TableIdentifier.ParseNamespace(name), properties ?? ImmutableDictionary<string, string>.Empty, cancellationToken);

    /// <summary>The namespaces directly below one, by full name, in no particular order; a page is asked for when it is needed.</summary>
    /// <param name="parent">Null for the outermost ones.</param>
    /// <param name="cancellationToken">Ends the listing.</param>
    /// <exception cref="CatalogException">There is no such parent (<see cref="CatalogError.NoSuchNamespace"/>); a filesystem catalog finds nothing below it instead.</exception>
    public async IAsyncEnumerable<string> ListNamespacesAsync(string? parent = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await foreach (var space in Names.ListNamespacesAsync(parent is null ? [] : TableIdentifier.ParseNamespace(parent), cancellationToken).ConfigureAwait(false))
        {
            yield return string.Join('.', space);
        }
    }

    /// <summary>True when there is such a namespace.</summary>
    /// <param name="name">Its levels with dots between them.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    public async Task<bool> NamespaceExistsAsync(string name, CancellationToken cancellationToken = default) =>
        await Names.LoadNamespaceAsync(TableIdentifier.ParseNamespace(name), cancellationToken).ConfigureAwait(false) is not null;

    /// <summary>The properties of a namespace as they are now.</summary>
    /// <param name="name">Its levels with dots between them.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <exception cref="CatalogException">There is no such namespace (<see cref="CatalogError.NoSuchNamespace"/>).</exception>
    public async Task<IReadOnlyDictionary<string, string>> LoadNamespacePropertiesAsync(string name, CancellationToken cancellationToken = default)
    {
        var space = TableIdentifier.ParseNamespace(name);
        return await Names.LoadNamespaceAsync(space, cancellationToken).ConfigureAwait(false) ?? throw DirectoryErrors.NoNamespace(space, Open().Name);
    }

    /// <summary>Sets properties of a namespace; others stay.</summary>
    /// <param name="name">Its levels with dots between them.</param>
    /// <param name="properties">Names and values.</param>
    /// <param name="cancellationToken">Ends the waiting; the properties may have been set then.</param>
    /// <exception cref="CatalogException">There is no such namespace (<see cref="CatalogError.NoSuchNamespace"/>).</exception>
    public Task SetNamespacePropertiesAsync(string name, IReadOnlyDictionary<string, string> properties, CancellationToken cancellationToken = default) =>
        Names.UpdateNamespaceAsync(TableIdentifier.ParseNamespace(name), properties, [], cancellationToken);

    /// <summary>Removes properties of a namespace; one that it does not have is no error.</summary>
    /// <param name="name">Its levels with dots between them.</param>
    /// <param name="properties">Names.</param>
    /// <param name="cancellationToken">Ends the waiting; the properties may have been removed then.</param>
    /// <exception cref="CatalogException">There is no such namespace (<see cref="CatalogError.NoSuchNamespace"/>).</exception>
    public Task RemoveNamespacePropertiesAsync(string name, IReadOnlyCollection<string> properties, CancellationToken cancellationToken = default) =>
        Names.UpdateNamespaceAsync(TableIdentifier.ParseNamespace(name), ImmutableDictionary<string, string>.Empty, properties, cancellationToken);

    /// <summary>Drops an empty namespace.</summary>
    /// <param name="name">Its levels with dots between them.</param>
    /// <param name="cancellationToken">Ends the waiting; the namespace may have been dropped then.</param>
    /// <exception cref="CatalogException">
    /// There is no such namespace (<see cref="CatalogError.NoSuchNamespace"/>), or something is in it (<see cref="CatalogError.NamespaceNotEmpty"/>).
    /// </exception>
    public Task DropNamespaceAsync(string name, CancellationToken cancellationToken = default) =>
        Names.DropNamespaceAsync(TableIdentifier.ParseNamespace(name), cancellationToken);
}
