using CdcLake.Iceberg.Index;
using CdcLake.Iceberg.Manifests;
using CdcLake.Iceberg.Scanning;
using CdcLake.Iceberg.Spec;
using CdcLake.Iceberg.Tables;
using CdcLake.Iceberg.Transactions;

namespace CdcLake.Iceberg.Writing;

/// <summary>
/// Brings live files and key index, with changes that are not committed yet, to a version of the table in which the same rows lie in other files, and to which others may have added
/// rows. One pass over the key columns and no second index: a key that the index has in a committed file lies where it is found now; one that it has in a new file, or not at all, was
/// replaced or deleted since, and its old row is hidden. So keys that others added go into the index first.
/// </summary>
/// <param name="layout">Columns.</param>
/// <param name="files">Data files of the former version and new ones; all complete.</param>
/// <param name="index">Where their rows are; null for a table that is only appended to.</param>
/// <param name="settings">Limits.</param>
internal sealed class TableMove(TableLayout layout, LiveFiles files, KeyIndex? index, IcebergSinkSettings settings)
{
    private readonly HashSet<int> _new = [];
    private readonly PlacedRows _placed = new();
    private RowLocation[] _known = [];
    private long _moved;

    /// <param name="version">The new version.</param>
    /// <param name="since">The snapshot of the former one; null when there was none.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="CommitConflictException">The version lacks rows of the one before, or has a key twice.</exception>
    public async Task RunAsync(TableVersion version, long? since, CancellationToken cancellationToken)
    {
        var expected = index?.Count ?? files.All.Sum(f => f.LiveRows);
        foreach (var file in files.All.ToList())
        {
            if (file.IsCommitted)
            {
                files.Remove(file);
            }
            else
            {
                _new.Add(file.Ordinal);
                expected -= file.LiveRows;
                file.ForgetDeletes();
            }
        }

        using var keys = new FileKeys(layout, version.Table);
        foreach (var snapshot in MarkedHistory.AppendsSince(version.Table.Metadata, since))
        {
            expected += await AddAppendedAsync(snapshot, version, keys, cancellationToken).ConfigureAwait(false);
        }

        await DeletedRows.LoadAsync(version.Table, version.Files, files, cancellationToken).ConfigureAwait(false);
        foreach (var file in files.All.Where(f => f.IsCommitted))
        {
            await FindAsync(file, keys, cancellationToken).ConfigureAwait(false);
        }

        if (_moved != expected && settings.DeleteMode != IcebergDeleteMode.Equality) // which does not know how many there are
        {
            throw new CommitConflictException(
                $"Table {version.Table.Identifier} was changed by another writer while the pipeline ran, and {expected - _moved:N0} of {expected:N0} rows are not in it any more. "
                + "Nothing was committed. Roll the table back to the last snapshot of the pipeline.");
        }
    }

    /// <summary>Keys of rows that a snapshot added go into the index; where they lie is found out like that of the others.</summary>
    /// <returns>How many that are.</returns>
    private async Task<long> AddAppendedAsync(Snapshot snapshot, TableVersion version, FileKeys keys, CancellationToken cancellationToken)
    {
        var added = 0L;
        var place = files.Begin();
        files.Remove(place);
        var appended = await TableFiles.ReadAsync(
            version.Table.Files, snapshot, cancellationToken, m => m.Content == ManifestContent.Data && m.AddedSnapshotId == snapshot.SnapshotId).ConfigureAwait(false);
        foreach (var entry in appended.Entries(ManifestContent.Data).Where(e => e.SnapshotId == snapshot.SnapshotId))
        {
            if (index is null)
            {
                added += entry.File.RecordCount;
                continue;
            }

            await foreach (var (firstRow, rows) in keys.ReadAsync(entry.File, cancellationToken).ConfigureAwait(false))
            {
                index.Find(keys.Keys, Known(rows));
                var twice = Array.FindIndex(_known, 0, rows, k => !k.IsNone);
                if (twice >= 0)
                {
                    throw TwiceIn(version, snapshot, entry.File, keys.Codec.Print(keys.Keys[twice]));
                }

                _placed.SelectAll(rows, checked((uint)firstRow));
                _placed.Set(index, keys.Keys, place.Ordinal);
                added += rows;
            }
        }

        return added;
    }

    private static CommitConflictException TwiceIn(TableVersion version, Snapshot snapshot, DataFile file, string key) => new(
        $"Snapshot {snapshot.SnapshotId} of another writer added {file.Path} to table {version.Table.Identifier}, with a row of key ({key}), of which the pipeline wrote one too. Nothing was committed. "
        + "Roll the table back to the snapshot before it, and keep the keys of the two writers apart.");

    private RowLocation[] Known(int rows) => _known = _known.Length < rows ? new RowLocation[rows] : _known;

    private async Task FindAsync(LiveFile file, FileKeys keys, CancellationToken cancellationToken)
    {
        if (index is null)
        {
            _moved += file.LiveRows;
            return;
        }

        await foreach (var (firstRow, rows) in keys.ReadAsync(file.File!, cancellationToken).ConfigureAwait(false))
        {
            index.Find(keys.Keys, Known(rows));
            _placed.SelectLive(file, firstRow, rows);
            foreach (var row in _placed.Rows)
            {
                if (_known[row].IsNone || _new.Contains(_known[row].File))
                {
                    file.Delete(firstRow + row, settings.RecentDeleteRows);
                }
            }

            _placed.SelectLive(file, firstRow, rows);
            if (_placed.Count > 0)
            {
                _placed.Set(index, keys.Keys, file.Ordinal);
                _moved += _placed.Count;
            }
        }
    }
}
