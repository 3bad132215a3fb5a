using CdcLake.Iceberg.Catalogs;
using CdcLake.Iceberg.Spec;
using CdcLake.Iceberg.Tables;

namespace CdcLake.Iceberg.Transactions;

/// <summary>
/// A change of a table whose files and manifests are written and which no reader sees yet. Published once by <see cref="TablePublisher"/>, or disposed,
/// which removes what was written for it. Not thread-safe.
/// </summary>
internal sealed class PreparedTable : IAsyncDisposable
{
    private readonly TableSession _session;
    private readonly WrittenFiles _written;
    private readonly long _snapshotId;
    private readonly WrittenFiles _own;
    private SnapshotDraft? _draft;
    private SnapshotExpiry _expiry = SnapshotExpiry.None;
    private CatalogTable? _base;
    private int _attempts;
    private bool _isClosed;
    private (IReadOnlyList<string> Own, IReadOnlyList<string> Written) _released = ([], []);

    public PreparedTable(TableSession session, SnapshotChange change, WrittenFiles written)
    {
        _session = session;
        _written = written;
        _own = new WrittenFiles(session.Version.Table.Files);
        _snapshotId = session.Version.Table.Metadata.UnusedSnapshotId();
        Change = change;
    }

    public SnapshotChange Change { get; private set; }

    /// <summary>True when it is kept where no reader of the table sees it.</summary>
    public bool IsPart => StagedParts.IsPart(Change.Marker);

    /// <summary>The table whose version it was made from.</summary>
    public TableIdentifier Identifier => _session.Version.Table.Identifier;

    public ICatalog Catalog => _session.Catalog;

    /// <summary>How often it is made again on top of others' commits.</summary>
    public CommitRetry Retry => CommitRetry.Of(_session.Version.Table.Metadata.Properties, $"Table {Identifier}");

    /// <summary>The clock of who commits.</summary>
    public TimeProvider Clock => _session.Clock;

    /// <summary>The snapshot that it adds.</summary>
    public long SnapshotId => _snapshotId;

    /// <summary>What the catalog is asked.</summary>
    public TableCommit Commit
    {
        get
        {
            var table = _base!.Metadata;
            return new TableCommit(
                Identifier,
                [
                    new TableRequirement.TableUuid(table.TableUuid),
                    .. Heads(table),
                    new TableRequirement.CurrentSchemaId(table.CurrentSchemaId),
                    new TableRequirement.DefaultSpecId(table.DefaultSpecId),
                    .. Change.Schemas.Take(1).Select(_ => new TableRequirement.LastAssignedFieldId(table.LastColumnId)),
                    .. Change.Requirements,
                ],
                [
                    .. Change.Schemas.Where(s => table.Schemas.All(known => known.SchemaId != s.SchemaId)).DistinctBy(s => s.SchemaId).Select(s => new StructureUpdates.AddSchema(s)),
                    .. Change.Schemas.TakeLast(1).Select(s => new StructureUpdates.SetCurrentSchema(s.SchemaId)),
                    .. Change.Updates,
                    new SnapshotUpdates.AddSnapshot(_draft!.Snapshot),
                    IsPart ? new SnapshotUpdates.SetRef(SnapshotRef.Branch(StagedParts.Branch, _snapshotId)) : SnapshotUpdates.SetRef.Main(table, _snapshotId),
                    .. IsPart ? [] : Change.Marker?.ToUpdates(table, _snapshotId) ?? [],
                    .. !IsPart && _session.IsStaged ? [new SnapshotUpdates.RemoveRef(StagedParts.Branch)] : (TableUpdate[])[],
                    .. _expiry.ToUpdates(),
                ]);
        }
    }

    // Where the branches must stand that the change moves or was made from.
    private IEnumerable<TableRequirement> Heads(TableMetadata table)
    {
        if (IsPart || _session.IsStaged)
        {
            yield return new TableRequirement.RefSnapshot(StagedParts.Branch, table.SnapshotOf(StagedParts.Branch));
        }

        if (!IsPart)
        {
            yield return new TableRequirement.RefSnapshot(TableMetadata.MainBranch, _session.IsStaged ? StagedParts.MainOf(table) : table.CurrentSnapshotId);
        }
    }

    /// <summary>Writes manifests on top of a version with the same files. All that was written is removed when it fails.</summary>
    internal async Task WriteAsync(TableVersion version, CancellationToken cancellationToken)
    {
        _base = version.Table;
        try
        {
            _draft = await SnapshotDraft.WriteAsync(version, Change, _snapshotId, ++_attempts, _own, _session.Clock, cancellationToken).ConfigureAwait(false);
            _expiry = IsPart ? SnapshotExpiry.None : _session.IsStaged ? StagedParts.ExpiryOf(_base.Metadata) : SnapshotRetention.Of(_base.Metadata.Properties)?.Plan(_base.Metadata, _draft.Snapshot, Change.Marker is not null) ?? SnapshotExpiry.None;
        }
        catch
        {
            await AbandonAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Why the change cannot be put on top of what the table is now; null when it can.</summary>
    internal string? Objection(CatalogTable? now)
    {
        if (now is not null && now.Metadata.FormatVersion != _base!.Metadata.FormatVersion)
        {
            return $"its format version was raised to {now.Metadata.FormatVersion}"; // with it, what hides rows is another
        }

        var isFollowed = now is not null && !IsPart && !_session.IsStaged && Change.Remake is not null && MarkedHistory.IsWithin(Change.Over, now.Metadata, _base!.Metadata.CurrentSnapshotId);
        return Commit.Requirements.Where(r => !(isFollowed && r is TableRequirement.RefSnapshot)).Select(r => r.Objection(now?.Metadata)).FirstOrDefault(o => o is not null);
    }

    /// <summary>
    /// After a conflict with what can be gone on from: the manifests are made again for the version that the table has now, and the change too where others compacted it or added rows.
    /// </summary>
    /// <returns>False when nothing is left to publish; all that was written is removed then.</returns>
    internal async Task<bool> RebaseAsync(CatalogTable now, CancellationToken cancellationToken)
    {
        _session.MetOthers();
        await _own.DeleteAllAsync().ConfigureAwait(false);
        now = _session.IsStaged ? StagedParts.ViewAt(now, _base!.Metadata.CurrentSnapshotId!.Value) : now;
        if (now.Metadata.CurrentSnapshotId == _base!.Metadata.CurrentSnapshotId)
        {
            await WriteAsync(_session.Version with { Table = now }, cancellationToken).ConfigureAwait(false);
            return true;
        }

        var version = await TableVersion.ReadAsync(now, cancellationToken).ConfigureAwait(false);
        _session.Move(version);
        if (await Change.Remake!(version, cancellationToken).ConfigureAwait(false) is not { } change)
        {
            await AbandonAsync().ConfigureAwait(false);
            return false;
        }

        Change = change;
        await WriteAsync(version, cancellationToken).ConfigureAwait(false);
        return true;
    }

    /// <summary>Leaves the gap that other writers of the table need.</summary>
    internal Task GiveWayAsync() => _session.GiveWayAsync(areExpected: Change.Over >= ForeignWork.Appended);

    /// <summary>The catalog is about to be asked: from here on an error leaves it open whether the commit takes effect, and the files stay.</summary>
    internal void Release() => _released = (_own.Detach(), _written.Detach());

    /// <summary>The catalog refused: the files are ours again.</summary>
    internal void TakeBack()
    {
        _own.Attach(_released.Own);
        _written.Attach(_released.Written);
        _released = ([], []);
    }

    /// <summary>The catalog committed: the table has this version now, or one that somebody built upon it already.</summary>
    internal void Committed(CatalogTable table)
    {
        // In the latter case our files are not all: the next change must meet a conflict.
        var ours = table.Metadata.CurrentSnapshotId == _snapshotId ? table
            : IsPart ? StagedParts.ViewAt(table, _snapshotId)
            : table with { Metadata = table.Metadata with { CurrentSnapshotId = _snapshotId } };
        _isClosed = true;
        _session.Advance(this, new TableVersion(ours, _draft!.After));
    }

    /// <summary>Removes the files that nobody refers to any more since this was committed.</summary>
    internal Task CleanUpAsync() => _expiry.Snapshots.IsEmpty ? Task.CompletedTask : _session.RemoveExpiredAsync(_expiry.Snapshots);

    /// <summary>Removes what was written, unless the catalog was asked and did not refuse.</summary>
    internal async Task AbandonAsync()
    {
        if (_isClosed)
        {
            return;
        }

        _isClosed = true;
        _session.Abandon(this);
        await _own.DeleteAllAsync().ConfigureAwait(false);
        await _written.DeleteAllAsync().ConfigureAwait(false);
    }

    public ValueTask DisposeAsync() => new(AbandonAsync());
}
