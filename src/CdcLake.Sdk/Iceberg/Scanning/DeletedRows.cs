using System.Collections.Immutable;
using CdcLake.Iceberg.Manifests;
using CdcLake.Iceberg.Puffin;
using CdcLake.Iceberg.Tables;

namespace CdcLake.Iceberg.Scanning;

/// <summary>Applies the deletes of a snapshot, of every kind and of any writer, to its data files. Iceberg specification, "Scan Planning" and "Row-level Deletes".</summary>
internal static class DeletedRows
{
    /// <summary>The data files of a snapshot, with the rows that it hides, are added to <paramref name="files"/>, which is given back.</summary>
    /// <param name="table">The table.</param>
    /// <param name="snapshot">Files of one snapshot of it.</param>
    /// <param name="files">Gets them.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <param name="isWanted">Data files to add; null adds all.</param>
    /// <exception cref="CatalogException">A delete file is damaged, or of a kind that is not read.</exception>
    public static async Task<LiveFiles> LoadAsync(
        CatalogTable table, TableFiles snapshot, LiveFiles files, CancellationToken cancellationToken, Predicate<ManifestEntry>? isWanted = null)
    {
        var targets = new DeleteTargets();
        foreach (var entry in snapshot.Entries(ManifestContent.Data))
        {
            if (isWanted?.Invoke(entry) == false)
            {
                targets.PassOver(entry.File);
            }
            else
            {
                targets.Add(files, entry);
            }
        }

        var deletes = targets.Count == 0 ? [] : snapshot.Entries(ManifestContent.Deletes).ToImmutableArray();
        foreach (var entry in deletes.Where(e => IsVector(e.File)))
        {
            await ApplyVectorAsync(table, entry, targets, cancellationToken).ConfigureAwait(false);
        }

        await PositionDeletes.ApplyAsync(
            new DataFileReader(table), deletes.Where(e => e.File.Content == FileContent.PositionDeletes && !IsVector(e.File)), targets, cancellationToken).ConfigureAwait(false);
        await new EqualityDeletes(table).ApplyAsync(
            [.. deletes.Where(e => e.File.Content == FileContent.EqualityDeletes)], targets, cancellationToken).ConfigureAwait(false);
        foreach (var target in targets.All)
        {
            target.File.Committed();
        }

        return files;
    }

    private static bool IsVector(DataFile file) => file.Format.Equals("PUFFIN", StringComparison.OrdinalIgnoreCase);

    private static async Task ApplyVectorAsync(CatalogTable table, ManifestEntry entry, DeleteTargets targets, CancellationToken cancellationToken)
    {
        var path = entry.File.ReferencedDataFile
            ?? throw new CatalogException($"Deletion vector {entry.File.Path} names no data file. Its manifest is damaged; roll the table back to an older snapshot.");
        if (targets.Find(path) is not { } target || target.Sequence > entry.Sequence)
        {
            return;
        }

        if (target.HasVector)
        {
            throw new CatalogException($"Data file {path} has two deletion vectors in one snapshot. Roll the table back to an older snapshot.");
        }

        var deletes = new LiveDeletes(entry.File);
        target.HasVector = true;
        var positions = await PuffinReader.ReadVectorAsync(table.Files, entry.File, target.File.File!.RecordCount, cancellationToken).ConfigureAwait(false);
        foreach (var position in positions.Positions())
        {
            target.File.Load(deletes, position, isBase: true);
        }
    }
}
