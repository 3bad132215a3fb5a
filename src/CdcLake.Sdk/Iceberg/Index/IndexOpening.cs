using CdcLake.Iceberg.Tables;

namespace CdcLake.Iceberg.Index;

/// <summary>
/// The index of a table that is opened: what was kept of it, as far as that is still so, and the keys of all files that came since; else those of all files. It is right where it has as many
/// keys as the table has rows, whatever became of the table meanwhile: each key that was kept lies in a file that the table still has, which never changes, in a row that is not deleted.
/// </summary>
internal static class IndexOpening
{
    /// <param name="layout">Columns and key.</param>
    /// <param name="table">The table.</param>
    /// <param name="files">Its data files and what is deleted in them.</param>
    /// <param name="space">What the index may take.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="CatalogException">Two rows have the same key, so the table was not written by this library alone.</exception>
    public static async Task<KeyIndex> RunAsync(
        TableLayout layout, CatalogTable table, LiveFiles files, KeyIndexSpace space, CancellationToken cancellationToken)
    {
        ObjectStoreException? error = null;
        var image = space.Folder is { } folder && files.Count > 0 ? new KeyImage(folder, table.Metadata.TableUuid) : null;
        try
        {
            if (image is not null && await CompletedAsync(image, layout, table, files, space, cancellationToken).ConfigureAwait(false) is { } kept)
            {
                return kept;
            }
        }
        catch (ObjectStoreException e)
        {
            error = new ObjectStoreException($"The key index that was kept for table {table.Identifier} is of no use and was built anew from the table, in which everything is. {e.Message}", e);
        }

        var index = KeyIndex.For(layout.KeySchema, space);
        index.ImageError = error;
        try
        {
            await FileKeys.AddAsync(index, layout, table, files.All, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            index.Dispose();
            throw;
        }

        image?.Save(index, layout, files); // so that it is read once, however often the process is killed
        return index;
    }

    private static async Task<KeyIndex?> CompletedAsync(KeyImage image, TableLayout layout, CatalogTable table, LiveFiles files, KeyIndexSpace space, CancellationToken cancellationToken)
    {
        if (image.Load(layout, files, space) is not { } kept)
        {
            return null;
        }

        try
        {
            await FileKeys.AddAsync(kept.Index, layout, table, kept.Others, cancellationToken).ConfigureAwait(false);
            var rows = files.All.Sum(f => f.LiveRows);
            return kept.Index.Count == rows ? kept.Index
                : throw new ObjectStoreException($"With the files that came since it has {kept.Index.Count:N0} keys, the table has {rows:N0} rows; the table was rolled back, or the disk fails.");
        }
        catch
        {
            kept.Index.Dispose();
            throw;
        }
    }
}
