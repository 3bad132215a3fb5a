using CdcLake.Columnar;
using CdcLake.Iceberg.Scanning;
using CdcLake.Iceberg.Tables;
using CdcLake.Parquet.Format;
using CdcLake.State.Rows;

namespace CdcLake.Iceberg.Index;

/// <summary>Makes the index from the table: reads the key columns of all rows that the table shows.</summary>
internal static class IndexRebuild
{
    /// <exception cref="CatalogException">Two rows have the same key, so the table was not written by this library alone.</exception>
    public static async Task<KeyIndex> RunAsync(TableLayout layout, CatalogTable table, LiveFiles files, CancellationToken cancellationToken)
    {
        var schema = new Schema(layout.Key.Select(k => layout.Columns[k]));
        var index = KeyIndex.For(schema);
        try
        {
            await FillAsync(index, schema, layout, table, files, cancellationToken).ConfigureAwait(false);
            return index;
        }
        catch
        {
            index.Dispose();
            throw;
        }
    }

    private static async Task FillAsync(
        KeyIndex index, Schema schema, TableLayout layout, CatalogTable table, LiveFiles files, CancellationToken cancellationToken)
    {
        var codec = new RowCodec(schema, Enumerable.Range(0, schema.Count));
        ParquetColumn[] columns = [.. layout.Key.Select(k => layout.Parquet[k])];
        var placed = new PlacedRows();
        var reader = new DataFileReader(table);
        using var keys = new EncodedRows();
        foreach (var file in files.All)
        {
            if (file.LiveRows == 0)
            {
                continue;
            }

            await foreach (var batch in reader.ReadAsync(file.File!, columns, cancellationToken).ConfigureAwait(false))
            {
                using var rows = batch.ToChanges(schema);
                codec.Encode(rows, keys);
                placed.SelectLive(file, batch.FirstRow, rows.Count);
                placed.Set(index, keys, file.Ordinal);
                EnsureUnique(placed, keys, file, codec);
            }
        }
    }

    private static void EnsureUnique(PlacedRows placed, EncodedRows keys, LiveFile file, RowCodec codec)
    {
        for (var i = 0; i < placed.Count; i++)
        {
            if (!placed.Previous[i].IsNone)
            {
                throw new CatalogException(
                    $"Row {placed.Positions[i]} of {file.File!.Path} has the key ({codec.Print(keys[placed.Rows[i]])}), which another row of the table has too. "
                    + "Another writer added rows to the table; roll it back to a snapshot of this pipeline, or write to a new table.");
            }
        }
    }
}
