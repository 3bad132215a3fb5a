using CdcLake.Iceberg.Index;
using CdcLake.Iceberg.Manifests;
using CdcLake.Iceberg.Tables;
using CdcLake.Iceberg.Transactions;

namespace CdcLake.Iceberg.Writing;

/// <summary>
/// The data files of an open table on their way into a <see cref="SnapshotChange"/>: which come, which go, which get deletes. What a stream changed and what a compaction wrote take the
/// same way. Not thread-safe.
/// </summary>
/// <param name="session">The table.</param>
/// <param name="files">Its data files and new ones.</param>
/// <param name="index">Where their rows are; null for a table that is only appended to, or whose deletes are by key.</param>
/// <param name="deletes">Writes deletes.</param>
/// <param name="settings">Limits.</param>
internal sealed class ChangedFiles(TableSession session, LiveFiles files, KeyIndex? index, IDeletedRowsWriter deletes, IcebergSinkSettings settings)
{
    private bool _isMoving;

    /// <summary>True when everything that was written is committed.</summary>
    public bool AreCommitted => !_isMoving && NewRows == 0 && Equality is not { Pending: > 0 } && files.All.All(f => f.IsCommitted && f.FreshDeletes == 0);

    /// <summary>Rows that were written for the next commit.</summary>
    public long NewRows { get; set; }

    /// <summary>Writes deletes by key; null for a table that knows where its rows lie, or only adds some.</summary>
    public EqualityDeletesWriter? Equality => deletes as EqualityDeletesWriter;

    /// <summary>A file leaves the table; one that is not committed is removed.</summary>
    public async Task DropAsync(LiveFile file, SnapshotChange change, CancellationToken cancellationToken)
    {
        files.Remove(file);
        change.RemovedDeletes.AddRange(file.ReleaseAll());
        if (file.IsCommitted)
        {
            change.RemovedData.Add(file.File!);
        }
        else
        {
            await session.Version.Table.Files.DeleteAsync(file.File!.Path, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>New files come, and rows that were deleted since the last commit get their deletes.</summary>
    public Task AddNewAsync(SnapshotChange change, CancellationToken cancellationToken)
    {
        change.AddedData.AddRange(files.All.Where(f => !f.IsCommitted).Select(f => f.File!));
        return deletes.WriteAsync([.. files.All.Where(f => f.FreshDeletes > 0)], change, cancellationToken);
    }

    /// <summary>Brings files and index to a version that others made meanwhile; the deletes that were written for the former one are of no use any more.</summary>
    /// <param name="layout">Columns and key.</param>
    /// <param name="former">What was to be committed.</param>
    /// <param name="since">The snapshot that it was made from; null when there was none.</param>
    /// <param name="version">The new version.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="CommitConflictException">The version lacks rows of the one before, or has a key twice.</exception>
    public async Task MoveAsync(TableLayout layout, SnapshotChange former, long? since, TableVersion version, CancellationToken cancellationToken)
    {
        _isMoving = true; // and stays so when it fails
        foreach (var path in former.AddedDeletes.Where(d => d.Content == FileContent.PositionDeletes).Select(d => d.Path).Distinct(StringComparer.Ordinal))
        {
            await version.Table.Files.DeleteAsync(path, cancellationToken).ConfigureAwait(false);
        }

        await new TableMove(layout, files, index, settings).RunAsync(version, since, cancellationToken).ConfigureAwait(false);
        Equality?.Found(Equality.Hidden - Equality.Pending); // the places of the others are known now
        _isMoving = false;
    }

    /// <summary>The change is committed.</summary>
    public void Committed()
    {
        foreach (var file in files.All)
        {
            file.Committed();
        }

        Equality?.Committed();
        NewRows = 0;
    }
}
