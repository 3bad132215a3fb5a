using CdcLake.Columnar;
using CdcLake.Iceberg.Scanning;
using CdcLake.Iceberg.Tables;
using CdcLake.Parquet;
using CdcLake.State.Rows;
using CdcLake.Storage;

namespace CdcLake.Iceberg.Index;

/// <summary>Makes the index from the table: reads the key columns of all rows that the table shows.</summary>
internal static class IndexRebuild
{
    /// <exception cref="CatalogException">Two rows have the same key, so the table was not written by this library alone.</exception>
    public static async Task<KeyIndex> RunAsync(TableLayout layout, FileIO store, LiveFiles files, CancellationToken cancellationToken)
    {
        var index = new KeyIndex();
        var schema = new Schema(layout.Key.Select(k => layout.Columns[k]));
        var codec = new RowCodec(schema, Enumerable.Range(0, schema.Count));
        ParquetColumn[] columns = [.. layout.Key.Select(k => layout.Parquet[k])];
        using var keys = new EncodedRows();
        foreach (var file in files.All)
        {
            if (file.LiveRows == 0)
            {
                continue;
            }

            await foreach (var batch in DataFileReader.ReadAsync(store, file.File!, columns, cancellationToken).ConfigureAwait(false))
            {
                using var rows = batch.ToChanges(schema);
                codec.Encode(rows, keys);
                Add(index, keys, file, batch.FirstRow, codec);
            }
        }

        return index;
    }

    private static void Add(KeyIndex index, EncodedRows keys, LiveFile file, long firstRow, RowCodec codec)
    {
        for (var i = 0; i < keys.Count; i++)
        {
            var position = firstRow + i;
            if (!file.Deleted.Contains(position) && index.Set(IndexKey.Of(keys[i]), new RowLocation(file.Ordinal, checked((uint)position)), out _))
            {
                throw new CatalogException(
                    $"Row {position} of {file.File!.Path} has the key ({codec.Print(keys[i])}), which another row of the table has too. Another writer added rows to the table; "
                    + "roll it back to a snapshot of this pipeline, or write to a new table.");
            }
        }
    }
}
