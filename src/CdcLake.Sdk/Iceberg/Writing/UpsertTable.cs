using CdcLake.Columnar;
using CdcLake.Iceberg.Index;
using CdcLake.Iceberg.Scanning;
using CdcLake.Iceberg.Tables;
using CdcLake.Iceberg.Transactions;
using CdcLake.State.Rows;
using CdcLake.Upserts;

namespace CdcLake.Iceberg.Writing;

/// <summary>
/// A table with a unique key that changes are written to: rows go to new data files at once, rows they replace are marked in the index's files, and a commit
/// turns the marks into rewritten files or position deletes. After an exception the object is of no use any more. Not thread-safe.
/// </summary>
internal sealed class UpsertTable : ICommittedKeys, IAsyncDisposable
{
    private readonly TableLayout _layout;
    private readonly IcebergSinkSettings _settings;
    private readonly TableSession _session;
    private readonly RowCodec _keyCodec;
    private readonly EncodedRows _keys = new();
    private readonly LiveFiles _files;
    private readonly WrittenFiles _written;
    private readonly DataFileWriter _writer;
    private readonly DeletedRowsWriter _deletes;
    private readonly RewritePolicy _policy;
    private readonly HashSet<LiveFile> _replaced = [];
    private readonly PlacedRows _placed = new();
    private readonly KeyIndex _index;
    private long _newRows;
    private SnapshotChange? _prepared;

    /// <param name="session">The table at its current version.</param>
    /// <param name="layout">Its columns.</param>
    /// <param name="files">Data files of the version.</param>
    /// <param name="index">Keys of the rows in them.</param>
    /// <param name="settings">Sizes and codec.</param>
    public UpsertTable(TableSession session, TableLayout layout, LiveFiles files, KeyIndex index, IcebergSinkSettings settings)
    {
        _layout = layout;
        _settings = settings;
        _session = session;
        _files = files;
        _index = index;
        _keyCodec = new RowCodec(layout.Columns, layout.Key);
        var store = session.Version.Table.Files;
        var names = new FileNames(session.Version.Table.Metadata.Location);
        _written = new WrittenFiles(store);
        _writer = new DataFileWriter(layout, store, names, files, _written, settings);
        _deletes = new DeletedRowsWriter(new PositionDeleteWriter(store, names, _written, settings), settings);
        _policy = new RewritePolicy(settings);
        _policy.Load(files.All);
    }

    /// <summary>Rows the table shows, written but uncommitted ones included.</summary>
    public long Rows => _index.Count;

    /// <summary>The version that was committed last.</summary>
    public TableVersion Version => _session.Version;

    public void Find(EncodedRows keys, Span<bool> present) => _index.Find(keys, present);

    /// <summary>From here on no row counts that was written so far; the next commit removes them.</summary>
    /// <param name="cancellationToken">Stops closing the file that is being written.</param>
    public async ValueTask ReplaceAsync(CancellationToken cancellationToken)
    {
        await GuardAsync(async () => await _writer.CloseAsync(cancellationToken).ConfigureAwait(false)).ConfigureAwait(false);
        _replaced.UnionWith(_files.All);
        _index.Clear();
        _newRows = 0;
    }

    /// <summary>Removes rows by key.</summary>
    public void Delete(ConsolidatedRows piece)
    {
        _placed.Remove(_index, piece.Keys);
        HidePrevious();
    }

    /// <summary>Adds rows, in place of those with the same key.</summary>
    public async ValueTask UpsertAsync(ConsolidatedRows piece, CancellationToken cancellationToken)
    {
        await GuardAsync(async () =>
        {
            var start = await _writer.AppendAsync(piece.Rows, cancellationToken).ConfigureAwait(false);
            _placed.SelectAll(piece.Count, start.Position);
            _placed.Set(_index, piece.Keys, start.File);
            HidePrevious();
        }).ConfigureAwait(false);
        _newRows += piece.Count;
    }

    /// <summary>Adds some rows of a batch whose keys the table does not hold yet.</summary>
    /// <param name="batch">Rows; it stays the caller's.</param>
    /// <param name="rows">Which of them.</param>
    /// <param name="keys">Key of each row of the batch, hashes computed.</param>
    /// <param name="cancellationToken">Ends the writing.</param>
    public async ValueTask InsertAsync(ChangeBatch batch, ReadOnlyMemory<int> rows, EncodedRows keys, CancellationToken cancellationToken)
    {
        await GuardAsync(async () =>
        {
            var start = rows.Length == batch.Count
                ? await _writer.AppendAsync(batch, cancellationToken).ConfigureAwait(false)
                : await _writer.AppendAsync(batch.Columns.ToArray(), rows, cancellationToken).ConfigureAwait(false);
            _placed.Select(rows.Span, start.Position);
            _placed.Set(_index, keys, start.File);
        }).ConfigureAwait(false);
        _newRows += rows.Length;
    }

    /// <summary>Writes everything as one snapshot that is not visible yet. Null: there is nothing to commit.</summary>
    /// <param name="marker">Who commits what.</param>
    /// <param name="evenIfEmpty">Commit the marker although no file changes.</param>
    /// <param name="cancellationToken">Ends the writing.</param>
    public async Task<PreparedTable?> PrepareAsync(CommitMarker marker, bool evenIfEmpty, CancellationToken cancellationToken)
    {
        var change = await ChangeAsync(marker, cancellationToken).ConfigureAwait(false);
        return change.HasFiles || evenIfEmpty
            ? await _session.PrepareAsync(change, _written, cancellationToken).ConfigureAwait(false)
            : null;
    }

    public async ValueTask DisposeAsync()
    {
        await _writer.DisposeAsync().ConfigureAwait(false);
        await _written.DeleteAllAsync().ConfigureAwait(false);
        _keys.Dispose();
        _index.Dispose();
    }

    private async Task<SnapshotChange> ChangeAsync(CommitMarker marker, CancellationToken cancellationToken)
    {
        var change = new SnapshotChange { Marker = marker, Remake = RemakeAsync };
        await GuardAsync(async () => await CollectAsync(change, cancellationToken).ConfigureAwait(false)).ConfigureAwait(false);
        change.WhenCommitted.Add(Committed);
        _prepared = change;
        return change;
    }

    /// <summary>Others compacted the table: its rows are looked up in the files that they lie in now, and what is to be deleted is deleted there.</summary>
    private async Task<SnapshotChange> RemakeAsync(TableVersion version, CancellationToken cancellationToken)
    {
        foreach (var deletes in _prepared!.AddedDeletes)
        {
            await version.Table.Files.DeleteAsync(deletes.Path, cancellationToken).ConfigureAwait(false);
        }

        await new TableMove(_layout, _files, _index, _settings).RunAsync(version, cancellationToken).ConfigureAwait(false);
        _replaced.Clear();
        return await ChangeAsync(_prepared.Marker!, cancellationToken).ConfigureAwait(false);
    }

    private void Committed()
    {
        foreach (var file in _files.All)
        {
            file.Committed();
        }

        _replaced.Clear();
        _newRows = 0;
    }

    private void HidePrevious()
    {
        foreach (var previous in _placed.Previous)
        {
            if (!previous.IsNone)
            {
                _files[previous.File].Delete(previous.Position, _settings.RecentDeleteRows);
            }
        }
    }

    /// <summary>Writes what is left to write and lists the files that come and go.</summary>
    private async Task CollectAsync(SnapshotChange changes, CancellationToken cancellationToken)
    {
        var complete = _files.All.Where(f => f.File is not null && !_replaced.Contains(f)).ToList();
        var gone = _policy.Choose(complete, addsRows: _newRows > 0);
        foreach (var file in gone)
        {
            await RewriteAsync(file, cancellationToken).ConfigureAwait(false);
        }

        await _writer.CloseAsync(cancellationToken).ConfigureAwait(false);
        gone.UnionWith(_replaced);
        gone.UnionWith(_files.All.Where(f => f.LiveRows == 0));
        foreach (var file in gone)
        {
            await DropAsync(file, changes, cancellationToken).ConfigureAwait(false);
        }

        changes.AddedData.AddRange(_files.All.Where(f => !f.IsCommitted).Select(f => f.File!));
        await _deletes.WriteAsync([.. _files.All.Where(f => f.FreshDeletes > 0)], changes, cancellationToken).ConfigureAwait(false);
    }

    private async Task DropAsync(LiveFile file, SnapshotChange changes, CancellationToken cancellationToken)
    {
        _files.Remove(file);
        changes.RemovedDeletes.AddRange(file.ReleaseAll());
        if (file.IsCommitted)
        {
            changes.RemovedData.Add(file.File!);
        }
        else
        {
            await Version.Table.Files.DeleteAsync(file.File!.Path, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Writes the live rows of a file behind the new ones and points the index there.</summary>
    private async Task RewriteAsync(LiveFile file, CancellationToken cancellationToken)
    {
        await foreach (var batch in DataFileReader.ReadAsync(Version.Table.Files, file.File!, _layout.Parquet, cancellationToken).ConfigureAwait(false))
        {
            using var rows = batch.ToChanges(_layout.Columns);
            _placed.SelectLive(file, batch.FirstRow, rows.Count);
            if (_placed.Count == 0)
            {
                continue;
            }

            var start = await _writer.AppendAsync(batch.Columns, _placed.Selected, cancellationToken).ConfigureAwait(false);
            _keyCodec.Encode(rows, _keys);
            _placed.LieFrom(start.Position);
            _placed.Set(_index, _keys, start.File);
            EnsureMoved(file, batch.FirstRow);
        }
    }

    private void EnsureMoved(LiveFile file, long firstRow)
    {
        for (var i = 0; i < _placed.Count; i++)
        {
            var row = _placed.Rows[i];
            if (_placed.Previous[i] != new RowLocation(file.Ordinal, (uint)(firstRow + row)))
            {
                throw new CatalogException(
                    $"Row {firstRow + row} of {file.File!.Path} with key ({_keyCodec.Print(_keys[row])}) is not where the index has it. "
                    + "The file was changed while the pipeline ran, or this is a defect of the library; start the pipeline again, which builds the index anew.");
            }
        }
    }

    /// <summary>Files of an attempt that fails before the catalog is asked are certainly not part of the table.</summary>
    private async Task GuardAsync(Func<Task> write)
    {
        try
        {
            await write().ConfigureAwait(false);
        }
        catch
        {
            await _writer.DisposeAsync().ConfigureAwait(false);
            await _written.DeleteAllAsync().ConfigureAwait(false);
            throw;
        }
    }
}
