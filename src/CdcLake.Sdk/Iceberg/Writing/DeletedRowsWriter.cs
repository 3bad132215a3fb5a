using CdcLake.Iceberg.Partitioning;
using CdcLake.Iceberg.Tables;
using CdcLake.Iceberg.Transactions;

namespace CdcLake.Iceberg.Writing;

/// <summary>
/// Puts the rows that a commit deletes from data files which stay into position delete files. A few data files get one each, and have two at most: a large one
/// that stays and a small one that each commit replaces. Where many data files lose rows at once, neighbours in a partition share a delete file, so that a commit writes one
/// for each 64 of them; a data file that has come by eight of those gets its rows into one again.
/// </summary>
/// <param name="writer">Writes one delete file.</param>
/// <param name="defaultSpecId">Partition spec of data files that name none.</param>
/// <param name="settings">Limits.</param>
internal sealed class DeletedRowsWriter(PositionDeleteWriter writer, int defaultSpecId, IcebergSinkSettings settings) : IDeletedRowsWriter
{
    public async Task WriteAsync(List<LiveFile> touched, SnapshotChange changes, CancellationToken cancellationToken)
    {
        var shares = touched.Count > settings.MaxOwnDeleteFiles;
        var own = touched.Where(f => !shares || f.HasOutgrownDeletes).ToList();
        foreach (var (file, deletes) in own.Zip(await Uploads.FinishAsync(own, f => WriteOwnAsync(f, cancellationToken)).ConfigureAwait(false)))
        {
            changes.AddedDeletes.Add(deletes.File);
            changes.RemovedDeletes.AddRange(TakesAll(file) ? file.UseOnly(deletes) : file.UseForRecent(deletes));
        }

        var groups = touched.Except(own).OrderBy(f => f.File!.Path, StringComparer.Ordinal).GroupBy(f => FilePartition.Of(f.File!, defaultSpecId))
            .SelectMany(g => g.Chunk(settings.FilesPerDeleteFile)).ToList();
        foreach (var (files, deletes) in groups.Zip(await Uploads.FinishAsync(groups, g => WriteSharedAsync(g, cancellationToken)).ConfigureAwait(false)))
        {
            Share(files, deletes, changes);
        }
    }

    private async Task<LiveDeletes> WriteOwnAsync(LiveFile file, CancellationToken cancellationToken)
    {
        var positions = TakesAll(file) ? file.Deleted.Positions() : Long(file.RecentPositions());
        return new LiveDeletes(await writer.WriteAsync(FilePartition.Of(file.File!, defaultSpecId), [(file.File!.Path, positions)], cancellationToken).ConfigureAwait(false));
    }

    private async Task<LiveDeletes> WriteSharedAsync(LiveFile[] files, CancellationToken cancellationToken)
    {
        var rows = files.Select(f => (f.File!.Path, Long(HasMany(f) ? f.RecentPositions() : f.FreshPositions()))).ToList();
        return new LiveDeletes(await writer.WriteAsync(FilePartition.Of(files[0].File!, defaultSpecId), rows, cancellationToken).ConfigureAwait(false));
    }

    /// <summary>The delete file that is written names all deleted rows, not the recent ones alone.</summary>
    private static bool TakesAll(LiveFile file) => file.HasOutgrownDeletes || !file.HasBase;

    private void Share(LiveFile[] files, LiveDeletes deletes, SnapshotChange changes)
    {
        changes.AddedDeletes.Add(deletes.File);
        foreach (var file in files)
        {
            if (HasMany(file))
            {
                changes.RemovedDeletes.AddRange(file.UseForRecent(deletes));
            }
            else
            {
                file.Use(deletes);
            }
        }
    }

    private bool HasMany(LiveFile file) => file.DeleteFiles.Count >= settings.MaxDeleteFilesPerFile;

    private static IEnumerable<long> Long(uint[] positions) => positions.Select(p => (long)p);
}
