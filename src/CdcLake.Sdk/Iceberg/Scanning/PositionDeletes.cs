using System.Text;
using CdcLake.Columnar;
using CdcLake.Iceberg.Manifests;
using CdcLake.Iceberg.Tables;
using CdcLake.Parquet.Format;

namespace CdcLake.Iceberg.Scanning;

/// <summary>Applies position delete files: those of one data file, and those of the files of a partition. Iceberg specification, "Position Delete Files".</summary>
internal static class PositionDeletes
{
    /// <exception cref="CatalogException">A file is damaged, or deletes rows that are not there.</exception>
    public static async Task ApplyAsync(DataFileReader reader, IEnumerable<ManifestEntry> deletes, DeleteTargets targets, CancellationToken cancellationToken)
    {
        // Those of one data file first, the largest in front: it stays when later commits delete more rows.
        foreach (var entry in deletes.OrderBy(e => ScopeOf(e.File) is null).ThenByDescending(e => e.File.RecordCount))
        {
            var scope = ScopeOf(entry.File);
            if (scope is not null && targets.Find(scope) is { } only)
            {
                await ApplyToOneAsync(reader, entry, only, cancellationToken).ConfigureAwait(false);
            }
            else if (scope is null || !(targets.IsPassedOver(scope) || entry.File.ReferencedDataFile is not null))
            {
                await ApplyToManyAsync(reader, entry, targets, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private static async Task ApplyToOneAsync(DataFileReader reader, ManifestEntry entry, DeleteTarget target, CancellationToken cancellationToken)
    {
        if (target.Sequence > entry.Sequence)
        {
            return;
        }

        var deletes = new LiveDeletes(entry.File);
        if (target.HasVector)
        {
            target.File.Use(deletes); // the vector has its rows; it leaves the table with the file, or with the next vector
            return;
        }

        ParquetColumn[] columns = [PositionDeleteFile.Columns[1]];
        var isBase = !target.File.HasBase;
        await foreach (var batch in reader.ReadAsync(entry.File, columns, cancellationToken).ConfigureAwait(false))
        {
            using var owned = batch;
            foreach (var position in ((FixedColumn<long>)batch.Columns[0]).Values)
            {
                Delete(target.File, position, deletes, isBase);
            }
        }
    }

    private static async Task ApplyToManyAsync(DataFileReader reader, ManifestEntry entry, DeleteTargets targets, CancellationToken cancellationToken)
    {
        var deletes = new LiveDeletes(entry.File);
        await foreach (var batch in reader.ReadAsync(entry.File, PositionDeleteFile.Columns, cancellationToken).ConfigureAwait(false))
        {
            using var owned = batch;
            var paths = (BytesColumn)batch.Columns[0];
            var positions = ((FixedColumn<long>)batch.Columns[1]).Values;
            DeleteTarget? target = null;
            for (var i = 0; i < batch.Count; i++)
            {
                if (i == 0 || !paths[i].SequenceEqual(paths[i - 1]))
                {
                    target = targets.Find(Encoding.UTF8.GetString(paths[i]));
                    target = target?.Sequence <= entry.Sequence && target.IsInPartitionOf(entry.File) ? target : null;
                }

                if (target is { HasVector: false })
                {
                    Delete(target.File, positions[i], deletes, isBase: false);
                }
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
}
