using CdcLake.Iceberg.Spec;
using CdcLake.Iceberg.Tables;
using CdcLake.Storage;

namespace CdcLake.Iceberg.Catalogs;

/// <summary>Knows which metadata file is the current version of each table, and replaces it atomically. Safe for concurrent use.</summary>
internal interface IIcebergCatalog
{
    /// <summary>For messages: <c>warehouse /data/lake</c>.</summary>
    string Name { get; }

    /// <summary>Absolute URI of the folder for a table that does not exist yet, without trailing slash.</summary>
    string LocationFor(TableIdentifier table);

    /// <summary>The current version of a table, or null when there is no such table.</summary>
    /// <exception cref="CatalogException">Its metadata is damaged or of an unknown format.</exception>
    Task<CatalogTable?> LoadAsync(TableIdentifier table, CancellationToken cancellationToken);

    /// <summary>Creates a table. Null: somebody else created it meanwhile.</summary>
    Task<CatalogTable?> TryCreateAsync(TableIdentifier table, TableMetadata metadata, CancellationToken cancellationToken);

    /// <summary>
    /// Makes <paramref name="next"/> the current version if <paramref name="current"/> still is. Null: somebody else committed meanwhile, nothing
    /// was changed. The metadata log of <paramref name="next"/> is filled in here.
    /// </summary>
    /// <exception cref="ObjectStoreException">The outcome is unknown: load the table again and look.</exception>
    Task<CatalogTable?> TryCommitAsync(CatalogTable current, TableMetadata next, CancellationToken cancellationToken);
}

/// <summary>One version of a table as its catalog loaded it. Immutable.</summary>
/// <param name="Identifier">Name of the table.</param>
/// <param name="Metadata">What the version says.</param>
/// <param name="MetadataLocation">Absolute URI of its metadata file.</param>
/// <param name="Version">The catalog's own number of the version, for its comparison at commit.</param>
/// <param name="Files">Where the table's files are read and written.</param>
internal sealed record CatalogTable(TableIdentifier Identifier, TableMetadata Metadata, string MetadataLocation, long Version, IObjectStore Files);
