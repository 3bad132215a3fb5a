using System.Collections.Immutable;
using CdcLake.Columnar;
using CdcLake.Iceberg.Index;
using CdcLake.Iceberg.Manifests;
using CdcLake.Iceberg.Partitioning;
using CdcLake.Iceberg.Tables;
using CdcLake.Iceberg.Transactions;
using CdcLake.State.Rows;
using CdcLake.Upserts;

namespace CdcLake.Iceberg.Writing;

/// <summary>
/// A table with a unique key that changes are written to: rows go to new data files at once, rows they replace are marked in the index's files, and a commit
/// turns the marks into rewritten files, position deletes or deletion vectors. After an exception the object is of no use any more. Not thread-safe.
/// </summary>
internal sealed class UpsertTable : ICommittedKeys, IAsyncDisposable
{
    private readonly IcebergSinkSettings _settings;
    private readonly TableSession _session;
    private readonly FileRewrite? _rewrite;
    private readonly LiveFiles _files;
    private readonly WrittenFiles _written;
    private readonly FileNames _names;
    private readonly ChangedFiles _changed;
    private readonly RewriteChoice _policy;
    private readonly SinkCompaction _compaction;
    private readonly HashSet<LiveFile> _replaced = [];
    private readonly PlacedRows _placed = new();
    private readonly KeyIndex? _index;
    private readonly OpenRows? _open;
    private TableColumns _columns;
    private DataFileWriters _writer;

    /// <param name="session">The table at its current version.</param>
    /// <param name="columns">Its columns.</param>
    /// <param name="files">Data files of the version.</param>
    /// <param name="index">Keys of the rows in them; null for a table that is only appended to.</param>
    /// <param name="settings">Sizes and codec.</param>
    public UpsertTable(TableSession session, TableColumns columns, LiveFiles files, KeyIndex? index, IcebergSinkSettings settings)
    {
        var table = session.Version.Table.Metadata;
        _columns = columns;
        _settings = settings;
        _session = session;
        _files = files;
        _index = index;
        _rewrite = index is null ? null : new FileRewrite(index);
        var store = session.Version.Table.Files;
        _names = new FileNames(table);
        _written = new WrittenFiles(store);
        _writer = Writers(columns.Layout);
        IDeletedRowsWriter positions = table.HasRowLineage
            ? new DeletionVectorsWriter(store, _names, _written, table.DefaultSpecId)
            : new DeletedRowsWriter(new PositionDeleteWriter(store, _names, _written, settings), table.DefaultSpecId, settings);
        var deletes = settings.DeleteMode == IcebergDeleteMode.Equality ? new EqualityDeletesWriter(session, columns.Layout, _names, _written, positions, settings) : positions;
        _open = deletes is EqualityDeletesWriter ? new OpenRows(files, columns.Layout, settings) : null;
        _changed = new ChangedFiles(session, files, index, deletes, settings);
        _policy = new RewriteChoice(settings);
        _policy.Load(files.All);
        _compaction = new SinkCompaction(session, files, index, _changed, settings);
    }

    /// <summary>Rows the table shows, written but uncommitted ones included.</summary>
    public long Rows => _index?.Count ?? Math.Max(0, _files.All.Sum(f => f.LiveRows) - (Equality?.Hidden ?? 0));

    /// <summary>Why the index that was kept was of no use; null when it was, or there was none.</summary>
    public ObjectStoreException? IndexError => _index?.ImageError;

    /// <summary>The version that was committed last.</summary>
    public TableVersion Version => _session.Version;

    /// <inheritdoc cref="TableSession.IsStaged"/>
    public bool IsStaged => _session.IsStaged;

    /// <summary>True when rows are to be written in the table's sort order: they come in pieces as large as possible then.</summary>
    public bool SortsRows => _columns.Layout.Order.IsDeclared;

    /// <summary>True when it is known where the row of each key lies.</summary>
    public bool KnowsKeys => _index is not null;

    /// <inheritdoc cref="TableColumns.NeedsReplacement"/>
    public bool NeedsReplacement => _columns.NeedsReplacement;

    /// <summary>Writes deletes by key; null for a table that knows where its rows lie, or only adds some.</summary>
    private EqualityDeletesWriter? Equality => _changed.Equality;

    /// <summary>Takes note of where rows are written.</summary>
    private KeyIndex? Places => _index ?? _open?.Index;

    /// <summary>True when everything written is committed: only then a snapshot can say that its rows are those of the one before.</summary>
    public bool IsClean => _replaced.Count == 0 && _changed.AreCommitted;

    /// <summary>Where deletes are by key, only the rows of the open commit are known.</summary>
    public void Find(EncodedRows keys, Span<bool> present) => Places?.Find(keys, present);

    /// <summary>From here on no row counts that was written so far; the next commit removes them.</summary>
    /// <param name="cancellationToken">Stops closing the file that is being written.</param>
    public async ValueTask ReplaceAsync(CancellationToken cancellationToken)
    {
        await GuardAsync(async () =>
        {
            await _writer.CloseAsync(cancellationToken).ConfigureAwait(false);
            if (Equality is { } equality)
            {
                await equality.ForgetAsync(cancellationToken).ConfigureAwait(false);
            }
        }).ConfigureAwait(false);
        _replaced.UnionWith(_files.All);
        Places?.Clear();
        _changed.NewRows = 0;
    }

    /// <summary>True when the next commit changes the table's columns.</summary>
    public bool HasOtherColumns => _columns.Schemas.Count > 0;

    /// <summary>The table has other columns from here on; its rows stay, and the next commit says so.</summary>
    /// <param name="columns">The new columns.</param>
    /// <param name="key">Ordinals of the upsert key in them; its columns keep their types.</param>
    /// <param name="former">For each of them which one it was, or −1 for a new one.</param>
    /// <param name="properties">Go with them.</param>
    /// <param name="cancellationToken">Stops closing the file that is being written.</param>
    /// <exception cref="CatalogException">A column that goes partitions the table.</exception>
    public async ValueTask AlterAsync(
        Schema columns, IReadOnlyList<int> key, IReadOnlyList<int> former, ImmutableSortedDictionary<string, string> properties, CancellationToken cancellationToken)
    {
        await GuardAsync(async () => await _writer.CloseAsync(cancellationToken).ConfigureAwait(false)).ConfigureAwait(false);
        _columns = _columns.Altered(Version.Table, columns, key, former, properties, _settings.JsonAs);
        _writer = Writers(_columns.Layout);
    }

    /// <summary>Where deletes are by key: takes rows of the open commit out of their files and gives them back to the consolidator, as far as it mentions their keys.</summary>
    /// <param name="changes">Changes of the open epoch.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public async ValueTask TakeBackAsync(Consolidator changes, CancellationToken cancellationToken)
    {
        if (_open is null || !changes.HasOpenChanges)
        {
            return;
        }

        await GuardAsync(async () =>
        {
            var taken = _open.Take(changes);
            if (taken.Any(t => t.File.File is null))
            {
                await _writer.CloseAsync(cancellationToken).ConfigureAwait(false);
            }

            foreach (var (file, rows) in taken)
            {
                await _open.ReadAsync(Version.Table, file, rows, changes, cancellationToken).ConfigureAwait(false);
            }
        }).ConfigureAwait(false);
    }

    /// <summary>Removes rows by key.</summary>
    /// <param name="piece">Keys, or, where deletes are by key, the whole rows that the table holds.</param>
    /// <param name="cancellationToken">Ends the writing.</param>
    public async ValueTask DeleteAsync(ConsolidatedRows piece, CancellationToken cancellationToken)
    {
        if (Equality is { } equality)
        {
            await GuardAsync(async () => await equality.AppendAsync(piece.Rows, cancellationToken).ConfigureAwait(false)).ConfigureAwait(false);
            return;
        }

        _placed.Remove(_index!, piece.Keys);
        HidePrevious();
    }

    /// <summary>Adds rows, in place of those with the same key.</summary>
    public async ValueTask UpsertAsync(ConsolidatedRows piece, CancellationToken cancellationToken)
    {
        await GuardAsync(async () =>
        {
            if (!SortsRows)
            {
                Place(await _writer.AppendAsync(piece.Rows, cancellationToken).ConfigureAwait(false), piece);
                return;
            }

            var order = _columns.Layout.Order.Of(piece.Rows.Columns, piece.Count);
            _writer.Run = _writer.NextRun();
            for (var start = 0; start < order.Length; start += Consolidator.PieceRows)
            {
                var rows = order.AsMemory(start, Math.Min(Consolidator.PieceRows, order.Length - start));
                Place(await _writer.AppendAsync(piece.Rows.Columns.ToArray(), rows, cancellationToken).ConfigureAwait(false), piece);
            }

            _writer.Run = 0;
        }).ConfigureAwait(false);
        _changed.NewRows += piece.Count;
    }

    private void Place(IReadOnlyList<WrittenRows> written, ConsolidatedRows piece)
    {
        foreach (var (start, rows) in Places is null ? [] : written)
        {
            if (rows.IsEmpty)
            {
                _placed.SelectAll(piece.Count, start.Position);
            }
            else
            {
                _placed.Select(rows.Span, start.Position);
            }

            _placed.Set(Places!, piece.Keys, start.File);
            HidePrevious();
        }
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
            var written = await _writer.AppendAsync(batch.Columns.ToArray(), rows, cancellationToken).ConfigureAwait(false);
            foreach (var (start, some) in Places is null ? [] : written)
            {
                _placed.Select(some.Span, start.Position);
                _placed.Set(Places!, keys, start.File);
            }
        }).ConfigureAwait(false);
        _changed.NewRows += rows.Length;
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

    /// <inheritdoc cref="SinkCompaction.Begin"/>
    public Compaction? BeginCompaction() => NeedsReplacement || IsStaged || _replaced.Count > 0 ? null : _compaction.Begin(_columns.Layout);

    /// <summary>Makes a snapshot, not visible yet, with compacted files in place of those they were made of. Only while <see cref="IsClean"/>. Null: one of these has left the table.</summary>
    public async Task<PreparedTable?> PrepareAsync(Compaction compaction, CancellationToken cancellationToken)
    {
        PreparedTable? prepared = null;
        await GuardAsync(async () => prepared = await _compaction.PrepareAsync(compaction, _columns.Layout, _written, cancellationToken).ConfigureAwait(false)).ConfigureAwait(false);
        return prepared;
    }

    /// <summary>Keeps the index for the next start, where there is a folder for it and everything is committed.</summary>
    public void KeepIndex()
    {
        if (_index is not null && _settings.IndexSpace.Folder is { } folder && IsClean && !NeedsReplacement)
        {
            new KeyImage(folder, Version.Table.Metadata.TableUuid).Save(_index, _columns.Layout, _files);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await CloseFilesAsync().ConfigureAwait(false);
        await _written.DeleteAllAsync().ConfigureAwait(false);
        _rewrite?.Dispose();
        _index?.Dispose();
        _open?.Dispose();
    }

    private DataFileWriters Writers(TableLayout layout)
    {
        var (store, table) = (Version.Table.Files, Version.Table.Metadata);
        var router = new PartitionRouter(table.DefaultSpec, layout.Schema, layout.Columns, $"Table {Version.Table.Identifier}");
        return new DataFileWriters(router, p => new DataFileWriter(layout, store, _names, p, _files, _written, _settings), _settings.MaxOpenFiles);
    }

    private async Task<SnapshotChange> ChangeAsync(CommitMarker marker, CancellationToken cancellationToken)
    {
        SnapshotChange change = null!;
        var since = Version.Table.Metadata.CurrentSnapshotId;
        change = new SnapshotChange
        {
            Marker = marker,
            Schemas = _columns.Schemas,
            Over = _settings.FollowedWork,
            Remake = NeedsReplacement ? null : (version, stop) => RemakeAsync(change, since, version, stop),
        };
        _columns.AddTo(change);
        await GuardAsync(async () => await CollectAsync(change, cancellationToken).ConfigureAwait(false)).ConfigureAwait(false);
        change.RemovedDeletes.AddRange(new EqualityDeleteScope(Version).ObsoleteAfter(change));
        if (_replaced.Count > 0)
        {
            var gone = change.RemovedDeletes.Select(d => d.Key).ToHashSet(StringComparer.Ordinal);
            change.RemovedDeletes.AddRange(Version.Files.Entries(ManifestContent.Deletes).Select(e => e.File).Where(d => !gone.Contains(d.Key))); // of files that all leave
        }

        change.WhenCommitted.Add(() => _compaction.Changed(_changed.NewRows + _files.All.Sum(f => f.FreshDeletes) + (Equality?.Pending ?? 0), Rows));
        change.WhenCommitted.Add(Committed);
        change.WhenCommitted.Add(() => _columns = _columns.Committed(Version.Table.Metadata));
        return change;
    }

    /// <summary>Others compacted the table, or added rows: its rows are looked up in the files that they lie in now, and what is to be deleted is deleted there.</summary>
    private async Task<SnapshotChange?> RemakeAsync(SnapshotChange former, long? since, TableVersion version, CancellationToken cancellationToken)
    {
        if (_index is null && _replaced.Count > 0)
        {
            throw new CommitConflictException(
                $"Table {version.Table.Identifier} was compacted by another writer while all of its rows were being replaced. Nothing was committed; opening it again starts anew.") { IsTransient = true };
        }

        await _changed.MoveAsync(_columns.Layout, former, since, version, cancellationToken).ConfigureAwait(false);
        _replaced.Clear();
        return await ChangeAsync(former.Marker!, cancellationToken).ConfigureAwait(false);
    }

    private void Committed()
    {
        _changed.Committed();
        _open?.Index.Clear();
        _replaced.Clear();
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
        var gone = _policy.Of(complete, _writer.OpenPartitions.ToHashSet());
        foreach (var file in gone)
        {
            await _rewrite!.RunAsync(file, Version, _columns, _writer, cancellationToken).ConfigureAwait(false);
        }

        await _writer.CloseAsync(cancellationToken).ConfigureAwait(false);
        gone.UnionWith(_replaced);
        gone.UnionWith(_files.All.Where(f => f.LiveRows == 0));
        foreach (var file in gone)
        {
            await _changed.DropAsync(file, changes, cancellationToken).ConfigureAwait(false);
        }

        await _changed.AddNewAsync(changes, cancellationToken).ConfigureAwait(false);
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
            await CloseFilesAsync().ConfigureAwait(false);
            await _written.DeleteAllAsync().ConfigureAwait(false);
            throw;
        }
    }

    private async ValueTask CloseFilesAsync()
    {
        await _writer.DisposeAsync().ConfigureAwait(false);
        if (Equality is { } equality)
        {
            await equality.DisposeAsync().ConfigureAwait(false);
        }
    }
}
