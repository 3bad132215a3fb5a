using System.Globalization;
using CdcLake.Columnar;
using CdcLake.Common;
using CdcLake.Connectors;
using CdcLake.Iceberg.Tables;
using CdcLake.Iceberg.Transactions;
using CdcLake.Iceberg.Writing;
using CdcLake.Upserts;

namespace CdcLake.Iceberg;

/// <summary>
/// Keeps an Iceberg table equal to the result of a pipeline, one snapshot for each commit, rows replaced by key. The table itself says what was committed;
/// nothing else is kept, so an object opened on the same table continues exactly there. Used by one pipeline at a time.
/// </summary>
internal sealed class IcebergSink : IMaintainedSink
{
    private const long FewBytes = 128 << 10;
    private const long MostSortBytes = 1 << 30;
    private static readonly Dictionary<string, string> NoPosition = [];
    private readonly CatalogCommitGroup _group;
    private readonly TableIdentifier _name;
    private readonly IcebergSinkSettings _settings;
    private readonly Queue<(TableChange Change, SinkOpening? Opening)> _changes = new();
    private readonly CommitCounts _counts = new();
    private Consolidator? _consolidator;
    private UniqueRows? _unique;
    private UpsertTable? _table;
    private TableUpkeep? _upkeep;
    private CommitMarker _marker = new("", 0, NoPosition);
    private Epoch? _epoch;
    private long _flushAt;
    private bool _epochIsOpen;
    private bool _isComplete;
    private bool _failed;

    /// <param name="group">Where the table is, and who publishes its commits.</param>
    /// <param name="table">Its name.</param>
    /// <param name="settings">Sizes and codec.</param>
    public IcebergSink(CatalogCommitGroup group, TableIdentifier table, IcebergSinkSettings settings)
    {
        _group = group;
        _name = table;
        _settings = settings;
        _flushAt = settings.MemoryBudgetBytes;
    }

    public string Name => $"iceberg({_name})";

    public SinkBacklog Backlog => new(
        (_consolidator?.PendingRows ?? 0) + _counts.Waiting + (_table is { HasOtherColumns: true } or { IsStaged: true } ? 1 : 0), _consolidator?.PendingBytes ?? 0, _epoch is not null);

    public bool ChangesInPlace => true;

    /// <summary>Where rows are found by key, and the columns are those that readers see already.</summary>
    public bool KeepsParts => _table is { KnowsKeys: true, NeedsReplacement: false };

    public IReadOnlyList<IReadOnlyDictionary<string, string>> Parts =>
        _table is { IsStaged: true } table ? [.. StagedParts.Of(table.Version.Table.Metadata, _marker.Pipeline).Select(p => p.Marker.Position)] : [];

    public bool NeedsCompleteResult => _table?.NeedsReplacement == true;

    public string? Replaced => _table is { } table && MarkedHistory.Of(table.Version.Table.Metadata, _marker.Pipeline, _settings.FollowedWork).Foreign is { } why ? ReplacedFiles.Describe(table.Version, why) : null;

    /// <summary>True when the sink need not know which rows the table holds: the changes say it.</summary>
    private bool DeletesByKey => _settings.DeleteMode == IcebergDeleteMode.Equality;

    /// <summary>The table as it was committed last.</summary>
    internal TableVersion? Version => _table?.Version;

    /// <summary>Who looks after the table.</summary>
    internal TableUpkeep? Upkeep => _upkeep;

    public Task<IReadOnlyDictionary<string, string>?> OpenAsync(SinkOpening opening, CancellationToken cancellationToken) => OpenAsync(opening, null, cancellationToken);

    public async Task ReturnToAsync(SinkOpening opening, IReadOnlyDictionary<string, string> part, CancellationToken cancellationToken)
    {
        var parts = StagedParts.Of(Usable().Version.Table.Metadata, opening.Pipeline);
        var snapshot = parts.First(p => p.Marker.IsAt(new CommitMarker(p.Marker.Pipeline, p.Marker.Epoch, part))).Snapshot.SnapshotId;
        await DisposeAsync().ConfigureAwait(false);
        await OpenAsync(opening, snapshot, cancellationToken).ConfigureAwait(false);
    }

    private async Task<IReadOnlyDictionary<string, string>?> OpenAsync(SinkOpening opening, long? part, CancellationToken cancellationToken)
    {
        _table = await TableOpener.OpenAsync(_group.Catalog, _name, _settings, opening, part, cancellationToken).ConfigureAwait(false);
        _upkeep = new TableUpkeep(_table, opening.Clock);
        _consolidator = new Consolidator(opening.Schema, opening.Key, Name);
        _unique = new UniqueRows(_consolidator.KeyCodec);
        var marker = MarkedHistory.Of(_table.Version.Table.Metadata, opening.Pipeline, _settings.FollowedWork).Marker;
        _consolidator.IsPartial = marker?.Position.ContainsKey(SourcePosition.SinceProperty) == true && _table.KnowsKeys;
        _marker = marker ?? new CommitMarker(opening.Pipeline, 0, NoPosition);
        return marker?.Position;
    }

    public async ValueTask BeginEpochAsync(EpochKind kind, CancellationToken cancellationToken)
    {
        var table = Usable();
        var empties = false;
        while (_changes.TryDequeue(out var change))
        {
            if (change.Opening is null)
            {
                empties = true;
                continue;
            }

            await FollowAsync(table, change.Change, change.Opening, cancellationToken).ConfigureAwait(false);
        }

        var replaces = empties || kind == EpochKind.CompleteResult;
        if (empties || (replaces && table.Rows > 0))
        {
            _counts.Empty(); // also where nothing comes in their place: until the commit readers see rows that the result does not have
        }

        _isComplete = replaces || table.IsStaged; // further parts of it are as the first
        _consolidator!.IsPartial = kind == EpochKind.StartPoint ? table.KnowsKeys : _consolidator.IsPartial && !replaces;
        _consolidator.Target = !DeletesByKey ? TargetKnowledge.Asked : replaces ? TargetKnowledge.Empty : TargetKnowledge.Believed;
        if (replaces)
        {
            _failed = true;
            using var turn = await _upkeep!.EnterAsync(cancellationToken).ConfigureAwait(false);
            _consolidator.Clear();
            await table.ReplaceAsync(cancellationToken).ConfigureAwait(false);
            _failed = false;
        }
    }

    public ValueTask ChangesAsync(ChangeBatch batch, CancellationToken cancellationToken)
    {
        var table = Usable();
        if (_isComplete && !table.SortsRows)
        {
            return LoadAsync(table, batch, cancellationToken);
        }

        using (batch)
        {
            _consolidator!.Add(batch);
        }

        return FlushWhenFullAsync(table, cancellationToken);
    }

    public async ValueTask EndEpochAsync(Epoch epoch, CancellationToken cancellationToken)
    {
        var table = Usable();
        _failed = true;
        using var turn = await _upkeep!.EnterAsync(cancellationToken).ConfigureAwait(false);
        await table.TakeBackAsync(_consolidator!, cancellationToken).ConfigureAwait(false);
        try
        {
            _consolidator!.EndEpoch(table);
        }
        catch (InconsistentChangeException e) when (_settings.DeleteMode == IcebergDeleteMode.Append)
        {
            throw new InconsistentChangeException(
                $"{Name} only adds rows ({nameof(IcebergDeleteMode)}.{nameof(IcebergDeleteMode.Append)}), but one was changed or deleted. Choose another delete mode, or take such changes out of the stream. {e.Message}", e);
        }

        _epoch = epoch;
        _epochIsOpen = _isComplete = false;
        if (_consolidator.PendingBytes > _settings.MemoryBudgetBytes)
        {
            await FlushAsync(table, cancellationToken).ConfigureAwait(false);
        }

        _failed = false;
    }

    /// <summary>Waits until the next epoch: a commit before that shows the former columns.</summary>
    public ValueTask TableChangedAsync(TableChange change, SinkOpening? opening, CancellationToken cancellationToken)
    {
        // Rows that deletes by key take back would have the new columns without the values that the changes have there: then all rows are read anew.
        if (change.Kind == TableChangeKind.Truncated)
        {
            _changes.Enqueue((change, null));
        }
        else if (!DeletesByKey && opening is not null && change.Former.Count == opening.Schema.Count)
        {
            _changes.Enqueue((change, opening));
        }
        else if (!change.KeepsColumns)
        {
            throw change.RefusedBy(Name);
        }

        return ValueTask.CompletedTask;
    }

    public async Task<IPreparedCommit?> PrepareAsync(CancellationToken cancellationToken)
    {
        var table = Usable();
        if (_epoch is not { } epoch || _epochIsOpen)
        {
            return null; // half an epoch in the files is never committed: the rest of it is on its way
        }

        _failed = true;
        var turn = await _upkeep!.EnterAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await FlushAsync(table, cancellationToken).ConfigureAwait(false);

            // A position that moved is stored even without rows: whoever asks for a commit relies on the table saying where the pipeline stands.
            var marker = new CommitMarker(_marker.Pipeline, _marker.Epoch + 1, epoch.Position.Properties);
            var prepared = await table.PrepareAsync(marker, evenIfEmpty: !marker.IsAt(_marker), cancellationToken).ConfigureAwait(false);
            return new Prepared(this, epoch, prepared, turn);
        }
        catch
        {
            turn.Dispose();
            throw;
        }
    }

    public Task MaintainAsync(Action<SinkUpkeep> report, CancellationToken cancellationToken)
    {
        if (_table?.IndexError is { } error)
        {
            report(new SinkUpkeep(0, 0, 0, error));
        }

        return _settings.Compacts ? _upkeep!.RunAsync(report, cancellationToken) : Task.CompletedTask;
    }

    /// <summary>Does at once all maintenance that is worth it.</summary>
    /// <returns>How many pieces of work that were.</returns>
    internal async Task<int> MaintainNowAsync(CancellationToken cancellationToken)
    {
        for (var pieces = 0; ; pieces++)
        {
            if (await _upkeep!.StepAsync(cancellationToken).ConfigureAwait(false) is not { } done)
            {
                return pieces;
            }

            if (done.Error is not null)
            {
                throw done.Error;
            }
        }
    }

    private SinkCommit? Published(Epoch epoch, PreparedTable? prepared)
    {
        _failed = false;
        _epoch = null;
        _upkeep!.Committed();
        var (upserts, deletes) = _counts.Published(prepared?.IsPart == true);
        _marker = prepared?.Change.Marker ?? _marker;
        if (prepared is null or { IsPart: true })
        {
            return null; // there was nothing, or nobody sees it
        }

        var id = prepared.SnapshotId.ToString(CultureInfo.InvariantCulture);
        return new SinkCommit(epoch.Position, epoch.CommitTime, id, upserts, deletes, _table!.Rows)
        {
            Files = prepared.Change.AddedData.Count + prepared.Change.AddedDeletes.Count,
            Bytes = prepared.Change.AddedData.Sum(f => f.FileSize) + prepared.Change.AddedDeletes.Sum(f => f.FileSize),
        };
    }

    public async ValueTask DisposeAsync()
    {
        _consolidator?.Dispose();
        _unique?.Dispose();
        (_consolidator, _unique) = (null, null);
        if (_table is { } table)
        {
            _table = null;
            _upkeep!.Dispose();
            if (!_failed)
            {
                table.KeepIndex();
            }

            await table.DisposeAsync().ConfigureAwait(false);
        }
    }

    private async ValueTask FollowAsync(UpsertTable table, TableChange change, SinkOpening opening, CancellationToken cancellationToken)
    {
        _failed = true;
        using var turn = await _upkeep!.EnterAsync(cancellationToken).ConfigureAwait(false);
        await FlushAsync(table, cancellationToken).ConfigureAwait(false);
        await table.AlterAsync(opening.Schema, opening.Key, change.Former, TableOpener.PlanProperties(opening), cancellationToken).ConfigureAwait(false);
        using var former = _consolidator!;
        _unique!.Dispose();
        _consolidator = new Consolidator(opening.Schema, opening.Key, Name) { IsPartial = former.IsPartial };
        _unique = new UniqueRows(_consolidator.KeyCodec);
        _failed = false;
    }

    /// <summary>Rows of a complete result: what has a key of its own goes to files past the consolidator.</summary>
    private async ValueTask LoadAsync(UpsertTable table, ChangeBatch batch, CancellationToken cancellationToken)
    {
        _failed = _epochIsOpen = true;
        using (batch)
        using (await _upkeep!.EnterAsync(cancellationToken).ConfigureAwait(false))
        {
            _unique!.Sort(batch, table, _consolidator!);
            if (!_unique.First.IsEmpty)
            {
                await table.InsertAsync(batch, _unique.First, _unique.Keys, cancellationToken).ConfigureAwait(false);
                _counts.Add(_unique.First.Length, 0);
            }

            if (!_unique.Others.IsEmpty)
            {
                using var others = batch.Copy(_unique.Others);
                _consolidator!.Add(others);
            }
        }

        _failed = false;
        await FlushWhenFullAsync(table, cancellationToken).ConfigureAwait(false);
    }

    private ValueTask FlushWhenFullAsync(UpsertTable table, CancellationToken cancellationToken) =>
        _consolidator!.PendingBytes > _flushAt ? FlushPartAsync(table, cancellationToken) : ValueTask.CompletedTask;

    /// <summary>The open epoch alone exceeds the memory: as much of it as possible goes to files now.</summary>
    private async ValueTask FlushPartAsync(UpsertTable table, CancellationToken cancellationToken)
    {
        _failed = true;
        _epochIsOpen = true;
        using var turn = await _upkeep!.EnterAsync(cancellationToken).ConfigureAwait(false);
        await table.TakeBackAsync(_consolidator!, cancellationToken).ConfigureAwait(false);
        _consolidator!.SettlePart(table);
        await FlushAsync(table, cancellationToken).ConfigureAwait(false);

        if (_isComplete && _consolidator.WaitingBytes > Math.Max(_settings.MemoryBudgetBytes, FewBytes))
        {
            // A complete result adds rows; what is withdrawn again follows closely. So much that waits means that the key is none.
            throw _consolidator.TooManyRowsPerKey();
        }

        // What has to wait for the end of the epoch does not make every further batch a flush.
        _flushAt = Math.Max(_settings.MemoryBudgetBytes, _consolidator.PendingBytes * 2);
        _failed = false;
    }

    /// <summary>Moves what waits in memory into files that the next commit adds.</summary>
    private async Task FlushAsync(UpsertTable table, CancellationToken cancellationToken)
    {
        foreach (var piece in DeletesByKey ? _consolidator!.Replaced() : _consolidator!.Deletes())
        {
            using (piece)
            {
                await table.DeleteAsync(piece, cancellationToken).ConfigureAwait(false);
                _counts.Add(0, piece.Count - (DeletesByKey ? piece.Replaces.Count(true) : 0));
            }
        }

        foreach (var piece in _consolidator.Upserts(table.SortsRows ? RowsToSort() : Consolidator.PieceRows))
        {
            using (piece)
            {
                await table.UpsertAsync(piece, cancellationToken).ConfigureAwait(false);
                _counts.Add(piece.Count, 0);
            }
        }

        _consolidator.Clear();
    }

    /// <summary>All rows that wait, as long as a column of them may hold their bytes.</summary>
    private int RowsToSort() =>
        (int)Math.Clamp(_consolidator!.PendingRows * (double)MostSortBytes / Math.Max(1, _consolidator.PendingBytes), Consolidator.PieceRows, int.MaxValue);

    private UpsertTable Usable() => _table is { } table && !_failed
        ? table
        : throw new InvalidOperationException($"{Name} is not open, or failed before. Open a new one.");

    /// <summary>A part that is abandoned leaves the sink unusable; a new one finds the table as it was.</summary>
    private sealed class Prepared(IcebergSink sink, Epoch epoch, PreparedTable? table, AsyncLock.Turn turn) : ITablePart
    {
        private AsyncLock.Turn? _turn = turn;

        public PreparedTable? Table => table;

        public ISink Sink => sink;

        public SourcePosition Position => epoch.Position;

        public ICommitGroup Group => sink._group;

        public SinkCommit? Published()
        {
            var commit = sink.Published(epoch, table);
            EndTurn();
            return commit;
        }

        public async ValueTask DisposeAsync()
        {
            if (table is not null)
            {
                await table.DisposeAsync().ConfigureAwait(false);
            }

            EndTurn();
        }

        private void EndTurn()
        {
            _turn?.Dispose();
            _turn = null;
        }
    }
}
