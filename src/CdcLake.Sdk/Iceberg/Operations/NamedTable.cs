using CdcLake.Iceberg.Catalogs;
using CdcLake.Iceberg.Spec;
using CdcLake.Iceberg.Tables;

namespace CdcLake.Iceberg.Operations;

/// <summary>A table that is looked after by name. Immutable.</summary>
/// <param name="Catalog">Where it is.</param>
/// <param name="Name">Its name.</param>
/// <param name="Clock">Time of snapshots, and of what has grown old.</param>
internal sealed record NamedTable(ICatalog Catalog, TableIdentifier Name, TimeProvider Clock)
{
    public long NowMs => Clock.GetUtcNow().ToUnixTimeMilliseconds();

    /// <exception cref="CatalogException">There is none, or it is of a format that is not written.</exception>
    public async Task<CatalogTable> LoadAsync(CancellationToken cancellationToken)
    {
        var table = await Catalog.LoadAsync(Name, cancellationToken).ConfigureAwait(false)
            ?? throw new CatalogException($"There is no table {Name} in {Catalog.Name}. Check the name.");
        return table.Metadata.FormatVersion is >= TableMetadata.DefaultFormatVersion and <= TableMetadata.NewestFormatVersion
            ? table
            : throw new CatalogException(
                $"Table {Name} in {Catalog.Name} has Iceberg format version {table.Metadata.FormatVersion}; versions {TableMetadata.DefaultFormatVersion} to {TableMetadata.NewestFormatVersion} are written. Look after it with the engine that wrote it.");
    }
}
