using CdcLake.Iceberg.Tables;

namespace CdcLake.Iceberg.Index;

/// <summary>Makes the index from the table: reads the key columns of all rows that the table shows.</summary>
internal static class IndexRebuild
{
    /// <exception cref="CatalogException">Two rows have the same key, so the table was not written by this library alone.</exception>
    public static async Task<KeyIndex> RunAsync(TableLayout layout, CatalogTable table, LiveFiles files, KeyIndexSpace space, CancellationToken cancellationToken)
    {
        var index = KeyIndex.For(layout.KeySchema, space);
        try
        {
            await FillAsync(index, layout, table, files, cancellationToken).ConfigureAwait(false);
            return index;
        }
        catch
        {
            index.Dispose();
            throw;
        }
    }

    private static async Task FillAsync(KeyIndex index, TableLayout layout, CatalogTable table, LiveFiles files, CancellationToken cancellationToken)
    {
        var placed = new PlacedRows();
        using var keys = new FileKeys(layout, table);
        foreach (var file in files.All)
        {
            if (file.LiveRows == 0)
            {
                continue;
            }

            await foreach (var (firstRow, rows) in keys.ReadAsync(file.File!, cancellationToken).ConfigureAwait(false))
            {
                placed.SelectLive(file, firstRow, rows);
                placed.Set(index, keys.Keys, file.Ordinal);
                EnsureUnique(placed, keys, file);
            }
        }
    }

    private static void EnsureUnique(PlacedRows placed, FileKeys keys, LiveFile file)
    {
        for (var i = 0; i < placed.Count; i++)
        {
            if (!placed.Previous[i].IsNone)
            {
                throw new CatalogException(
                    $"Row {placed.Positions[i]} of {file.File!.Path} has the key ({keys.Codec.Print(keys.Keys[placed.Rows[i]])}), which another row of the table has too. "
                    + "Another writer added rows to the table; roll it back to a snapshot of this pipeline, or write to a new table.");
            }
        }
    }
}
