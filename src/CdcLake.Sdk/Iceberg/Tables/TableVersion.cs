namespace CdcLake.Iceberg.Tables;

/// <summary>A version of a table together with the live files of its current snapshot. Immutable.</summary>
internal sealed record TableVersion(CatalogTable Table, TableFiles Files)
{
    /// <summary>Reads the files of the current snapshot.</summary>
    public static async Task<TableVersion> ReadAsync(CatalogTable table, CancellationToken cancellationToken) => new(
        table,
        table.Metadata.CurrentSnapshot is { } snapshot
            ? await TableFiles.ReadAsync(table.Files, snapshot, cancellationToken).ConfigureAwait(false)
            : TableFiles.None);
}
