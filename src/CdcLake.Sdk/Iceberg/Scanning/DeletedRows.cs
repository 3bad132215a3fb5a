using System.Text;
using CdcLake.Columnar;
using CdcLake.Iceberg.Manifests;
using CdcLake.Iceberg.Tables;
using CdcLake.Parquet.Format;
using CdcLake.Storage;

namespace CdcLake.Iceberg.Scanning;

/// <summary>Applies the position deletes of a snapshot to its data files. Iceberg specification, "Scan Planning" and "Row-level Deletes".</summary>
internal static class DeletedRows
{
    /// <summary>All data files of a snapshot, with the rows that it hides, are added to <paramref name="files"/>, which is given back.</summary>
    /// <exception cref="CatalogException">The table holds deletes that are not supported.</exception>
    public static async Task<LiveFiles> LoadAsync(FileIO store, TableFiles snapshot, LiveFiles files, CancellationToken cancellationToken)
    {
        var byPath = new Dictionary<string, (LiveFile File, long Sequence)>(StringComparer.Ordinal);
        foreach (var entry in snapshot.Entries(ManifestContent.Data))
        {
            if (!byPath.TryAdd(entry.File.Path, (files.AddCommitted(entry.File), entry.Sequence)))
            {
                throw new CatalogException($"Data file {entry.File.Path} is listed twice in one snapshot. Roll the table back to an older snapshot.");
            }
        }

        foreach (var entry in InOrder(snapshot))
        {
            await ApplyAsync(store, entry, byPath, cancellationToken).ConfigureAwait(false);
        }

        foreach (var (file, _) in byPath.Values)
        {
            file.Committed();
        }

        return files;
    }

    /// <summary>Those of one data file first, the largest in front: it stays when later commits delete more rows.</summary>
    private static IEnumerable<ManifestEntry> InOrder(TableFiles snapshot) =>
        snapshot.Entries(ManifestContent.Deletes).OrderBy(e => ScopeOf(e.File) is null).ThenByDescending(e => e.File.RecordCount);

    private static async Task ApplyAsync(
        FileIO store, ManifestEntry entry, Dictionary<string, (LiveFile File, long Sequence)> byPath, CancellationToken cancellationToken)
    {
        Check(entry.File);
        var deletes = new LiveDeletes(entry.File);
        if (ScopeOf(entry.File) is { } scope && byPath.TryGetValue(scope, out var only))
        {
            if (only.Sequence <= entry.Sequence)
            {
                await ApplyAllAsync(store, deletes, only.File, cancellationToken).ConfigureAwait(false);
            }

            return;
        }

        await foreach (var batch in DataFileReader.ReadAsync(store, entry.File, PositionDeleteFile.Columns, cancellationToken).ConfigureAwait(false))
        {
            using var owned = batch;
            var paths = (BytesColumn)batch.Columns[0];
            var positions = ((FixedColumn<long>)batch.Columns[1]).Values;
            var path = "";
            for (var i = 0; i < batch.Count; i++)
            {
                path = i > 0 && paths[i].SequenceEqual(paths[i - 1]) ? path : Encoding.UTF8.GetString(paths[i]);
                if (byPath.TryGetValue(path, out var target) && target.Sequence <= entry.Sequence)
                {
                    Delete(target.File, positions[i], deletes, isBase: false);
                }
            }
        }
    }

    private static async Task ApplyAllAsync(FileIO store, LiveDeletes deletes, LiveFile target, CancellationToken cancellationToken)
    {
        ParquetColumn[] columns = [PositionDeleteFile.Columns[1]];
        var isBase = !target.HasBase;
        await foreach (var batch in DataFileReader.ReadAsync(store, deletes.File, columns, cancellationToken).ConfigureAwait(false))
        {
            using var owned = batch;
            foreach (var position in ((FixedColumn<long>)batch.Columns[0]).Values)
            {
                Delete(target, position, deletes, isBase);
            }
        }
    }

    private static void Delete(LiveFile file, long position, LiveDeletes deletes, bool isBase)
    {
        if (position < 0 || position >= file.File!.RecordCount)
        {
            throw new CatalogException(
                $"Position delete file {deletes.File.Path} deletes row {position} of {file.File!.Path}, which has {file.File.RecordCount} rows. "
                + "One of the two is damaged; roll the table back to an older snapshot.");
        }

        file.Load(deletes, position, isBase);
    }

    /// <summary>The only data file that a position delete file applies to, or null when its rows have to be asked.</summary>
    private static string? ScopeOf(DataFile deletes)
    {
        if (deletes.ReferencedDataFile is { } referenced)
        {
            return referenced;
        }

        var path = deletes.Columns.FirstOrDefault(c => c.FieldId == PositionDeleteFile.PathFieldId);
        return path is { Lower: { } lower, Upper: { } upper } && lower.AsSpan().SequenceEqual(upper) ? Encoding.UTF8.GetString(lower) : null;
    }

    private static void Check(DataFile deletes)
    {
        var unsupported = deletes.Content == FileContent.EqualityDeletes ? "an equality delete file"
            : deletes.Format.Equals("PUFFIN", StringComparison.OrdinalIgnoreCase) ? "a deletion vector"
            : null;
        if (unsupported is not null)
        {
            throw new CatalogException(
                $"{deletes.Path} is {unsupported}, which another writer added to the table and this version does not read. Compact the table with that engine (rewrite_data_files), which removes it.");
        }
    }
}
