namespace CdcLake.Iceberg.Catalogs;

/// <summary>A catalog from its two sides, which share connections and caches.</summary>
/// <param name="Tables">Loads and commits.</param>
/// <param name="Names">Namespaces, and what is in them.</param>
internal sealed record OpenedCatalog(ICatalog Tables, ICatalogDirectory Names);
