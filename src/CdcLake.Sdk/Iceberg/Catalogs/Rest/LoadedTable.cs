using CdcLake.Iceberg.Tables;

namespace CdcLake.Iceberg.Catalogs.Rest;

/// <summary>A table as the server said it last.</summary>
/// <param name="Table">The version.</param>
/// <param name="ETag">Validator of the answer, for the next load; null where the server sends none.</param>
/// <param name="Store">Its files, the same object for as long as the catalog object lives.</param>
internal sealed record LoadedTable(CatalogTable Table, string? ETag, VendedStore Store);
