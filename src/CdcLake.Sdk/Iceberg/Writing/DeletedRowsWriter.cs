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
        var shared = new List<LiveFile>();
        foreach (var file in touched)
        {
            if (shares && !file.HasOutgrownDeletes)
            {
                shared.Add(file);
            }
            else
            {
                await WriteOwnAsync(file, changes, cancellationToken).ConfigureAwait(false);
            }
        }

        shared.Sort((a, b) => string.CompareOrdinal(a.File!.Path, b.File!.Path));
        foreach (var partition in shared.GroupBy(f => FilePartition.Of(f.File!, defaultSpecId)))
        {
            foreach (var neighbours in partition.Chunk(settings.FilesPerDeleteFile))
            {
                await WriteSharedAsync(partition.Key, neighbours, changes, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private async Task WriteOwnAsync(LiveFile file, SnapshotChange changes, CancellationToken cancellationToken)
    {
        var all = file.HasOutgrownDeletes || !file.HasBase;
        var positions = all ? file.Deleted.Positions() : Long(file.RecentPositions());
        var deletes = new LiveDeletes(await writer.WriteAsync(FilePartition.Of(file.File!, defaultSpecId), [(file.File!.Path, positions)], cancellationToken).ConfigureAwait(false));
        changes.AddedDeletes.Add(deletes.File);
        changes.RemovedDeletes.AddRange(all ? file.UseOnly(deletes) : file.UseForRecent(deletes));
    }

    private async Task WriteSharedAsync(FilePartition partition, LiveFile[] files, SnapshotChange changes, CancellationToken cancellationToken)
    {
        var rows = files.Select(f => (f.File!.Path, Long(HasMany(f) ? f.RecentPositions() : f.FreshPositions()))).ToList();
        var deletes = new LiveDeletes(await writer.WriteAsync(partition, rows, cancellationToken).ConfigureAwait(false));
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
