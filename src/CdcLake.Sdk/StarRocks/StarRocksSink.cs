using System.Globalization;
using CdcLake.Columnar;
using CdcLake.Connectors;
using CdcLake.StarRocks.Commits;
using CdcLake.StarRocks.Ddl;
using CdcLake.StarRocks.StreamLoad;
using CdcLake.Upserts;

namespace CdcLake.StarRocks;

/// <summary>
/// Keeps a StarRocks primary-key table equal to the result of a pipeline, rows replaced by key. The position that the rows stand for is kept in a table beside it; how the two stay together
/// depends on the server (<see cref="ClusterCommitGroup"/>). Used by one pipeline at a time.
/// </summary>
internal sealed class StarRocksSink(ClusterCommitGroup group, TableName name, StarRocksTableOptions options, bool checksKeys) : ISink
{
    private static readonly TimeSpan LongestAlteration = TimeSpan.FromMinutes(30); // of an empty table, after loads that may last as long
    private Opened? _open;
    private Epoch? _epoch;
    private LoadBody? _body;
    private (long Upserts, long Deletes) _waiting;
    private bool _epochIsOpen;
    private bool _isComplete;
    private bool _failed;

    public string Name => $"starrocks({name})";

    public SinkBacklog Backlog => new(
        (_open?.Consolidator.PendingRows ?? 0) + _waiting.Upserts + _waiting.Deletes, (_open?.Consolidator.PendingBytes ?? 0) + (_body?.Length ?? 0), _epoch is not null);

    public async Task<IReadOnlyDictionary<string, string>?> OpenAsync(SinkOpening opening, CancellationToken cancellationToken)
    {
        var connection = group.Connection;
        var version = await connection.Frontend.VersionAsync(cancellationToken).ConfigureAwait(false);
        var wanted = TargetTable.For(name, opening.Schema, opening.Key, version);
        var positions = new PositionTable(connection, name.Database);
        await TableOpener.CreateDatabaseAsync(connection.Frontend, name.Database, cancellationToken).ConfigureAwait(false);
        await positions.CreateAsync(options, cancellationToken).ConfigureAwait(false);
        var former = await positions.ReadAsync(name, cancellationToken).ConfigureAwait(false) is { } row && row.Pipeline == opening.Pipeline && row.MayBeReplaced(opening) ? row.Columns : null;
        var table = await TableOpener.OpenAsync(connection.Frontend, wanted, options, CommentOf(opening), former, cancellationToken).ConfigureAwait(false);
        var run = group.Enter(opening.Pipeline, name.Database, version, opening.Clock);
        try
        {
            var labels = new Labels(connection, opening.Clock);
            var claimed = await new PositionClaim(connection, positions, labels, opening.Clock).TakeAsync(name, opening, run, cancellationToken).ConfigureAwait(false);
            run.Join(claimed.Number);
            var open = new Opened(opening, run, positions, labels, new Consolidator(opening.Schema, opening.Key, Name))
            {
                Row = table is null ? claimed : claimed with { Columns = NamesOf(wanted) },
                Writer = RowWriter.For(table ?? wanted, opening.Schema),
                Known = checksKeys ? await KeysOfAsync(table, opening, cancellationToken).ConfigureAwait(false) : null,
                Replacement = table is null ? wanted : null,
            };
            open.Loads = version switch
            {
                { CommitsTogether: true } => new SharedLoads(run),
                { HasTransactions: true } => new TransactionLoads(() => new LoadTransaction(connection, labels, opening.Clock, name.Database, name.Table, open.LabelOf('t'))),
                _ => new PlainLoads(labels, () => open.LabelOf('l')),
            };
            open.Consolidator.IsPartial = claimed.Position?.ContainsKey(SourcePosition.SinceProperty) == true;
            _open = open;
            return claimed.Position;
        }
        catch
        {
            await group.LeaveAsync(opening.Pipeline, name.Database, run).ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>The table has former columns, or rows of a former definition of the captured tables.</summary>
    public bool NeedsCompleteResult => _open is { } open && (open.Replacement is not null || (open.Row.Plan != open.Opening.Fingerprint && open.Row.Position is not null));

    public async ValueTask BeginEpochAsync(EpochKind kind, CancellationToken cancellationToken)
    {
        var open = Usable();
        _isComplete = kind == EpochKind.CompleteResult;
        open.Consolidator.IsPartial = kind == EpochKind.StartPoint || (open.Consolidator.IsPartial && !_isComplete);
        if (!_isComplete)
        {
            return;
        }

        _failed = true;
        open.Consolidator.Clear();
        await EmptyAsync(open, cancellationToken).ConfigureAwait(false);
        _failed = false;
    }

    public async ValueTask ChangesAsync(ChangeBatch batch, CancellationToken cancellationToken)
    {
        var open = Usable();
        using (batch)
        {
            open.Consolidator.Add(batch);
        }

        if (open.Consolidator.PendingBytes > Math.Max(options.MemoryBudgetBytes, open.LeftBytes * 2) && open.Loads.PieceBytes < int.MaxValue)
        {
            _failed = _epochIsOpen = true;
            open.Consolidator.SettlePart(open.Keys);
            await FlushAsync(open, cancellationToken).ConfigureAwait(false);
            open.LeftBytes = open.Consolidator.PendingBytes; // what has to wait for the end of the epoch does not make every further batch a flush
            _failed = false;
        }
    }

    public async ValueTask EndEpochAsync(Epoch epoch, CancellationToken cancellationToken)
    {
        var open = Usable();
        _failed = true;
        open.Consolidator.EndEpoch(open.Keys);
        open.LeftBytes = 0;
        _epoch = epoch;
        _epochIsOpen = _isComplete = false;
        if (open.Consolidator.PendingBytes > options.MemoryBudgetBytes)
        {
            await FlushAsync(open, cancellationToken).ConfigureAwait(false);
        }

        _failed = false;
    }

    public async Task<IPreparedCommit?> PrepareAsync(CancellationToken cancellationToken)
    {
        var open = Usable();
        if (_epoch is not { } epoch || _epochIsOpen)
        {
            return null; // half an epoch is never committed: the rest of it is on its way
        }

        _failed = true;
        await FlushAsync(open, cancellationToken).ConfigureAwait(false);
        await SendAsync(open, cancellationToken).ConfigureAwait(false);
        await open.Loads.PrepareAsync(cancellationToken).ConfigureAwait(false);
        return new Prepared(this, open, epoch);
    }

    public async ValueTask DisposeAsync()
    {
        if (_open is not { } open)
        {
            return;
        }

        _open = null;
        _body?.Dispose();
        open.Consolidator.Dispose();
        open.Writer.Dispose();
        try
        {
            await AbandonAsync(open).ConfigureAwait(false);
        }
        finally
        {
            open.Loads.Dispose();
            await group.LeaveAsync(open.Opening.Pipeline, name.Database, open.Run).ConfigureAwait(false);
        }
    }

    // What was sent ahead and not committed is aborted at once where the server answers; else the next opening does it.
    private static async Task AbandonAsync(Opened open)
    {
        if (open.Loads.Label is null)
        {
            return;
        }

        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(5), open.Opening.Clock);
        try
        {
            await open.Loads.AbortAsync(limit.Token).ConfigureAwait(false);
        }
        catch (Exception error) when (error is StarRocksLoadException or OperationCanceledException)
        {
            // the next run finds it by its label
        }
    }

    /// <summary>The table is filled from the beginning: until that is committed it is empty, and has no position.</summary>
    private async Task EmptyAsync(Opened open, CancellationToken cancellationToken)
    {
        var opening = open.Opening;
        if (open.Row.Position is not null || open.Row.Plan != opening.Fingerprint || open.Row.Tables != opening.Tables)
        {
            open.Row = open.Row with { Number = open.Row.Number + 1, Position = null, Plan = opening.Fingerprint, Tables = opening.Tables, WrittenAt = opening.Clock.GetUtcNow() };
            open.Run.Join(open.Row.Number);
            using var piece = await open.Positions.NewerPieceAsync([open.Row], cancellationToken).ConfigureAwait(false);
            await open.Labels.LoadAsync(piece, open.LabelOf('f'), cancellationToken).ConfigureAwait(false);
        }

        await open.Positions.RequireOwnAsync(opening.Pipeline, open.Run.Token, [name], cancellationToken).ConfigureAwait(false);
        await group.Connection.Frontend.QueryAsync($"TRUNCATE TABLE {name.Quoted}", cancellationToken).ConfigureAwait(false);
        if (open.Replacement is { } replacement)
        {
            var table = await ReplaceAsync(open, replacement, cancellationToken).ConfigureAwait(false);
            open.Writer.Dispose();
            open.Writer = RowWriter.For(table, opening.Schema);
            open.Row = open.Row with { Columns = NamesOf(replacement) };
            open.Replacement = null;
        }

        open.Known?.Clear();
    }

    /// <summary>The empty table gets other columns: by ALTER TABLE, which leaves its grants and properties alone; where that cannot do it, it is made anew.</summary>
    private async Task<TargetTable> ReplaceAsync(Opened open, TargetTable wanted, CancellationToken cancellationToken)
    {
        var connection = group.Connection;
        var patience = new Patience(open.Opening.Clock, LongestAlteration);
        if (await TableOpener.AlterAsync(connection.Frontend, wanted, open.Row.Columns, patience.WaitAsync, cancellationToken).ConfigureAwait(false) is { } altered)
        {
            return altered;
        }

        await connection.Frontend.QueryAsync($"DROP TABLE IF EXISTS {name.Quoted}", cancellationToken).ConfigureAwait(false);
        await connection.Frontend.QueryAsync(wanted.CreateStatement(options, CommentOf(open.Opening)), cancellationToken).ConfigureAwait(false);
        return wanted;
    }

    private static IReadOnlyList<string> NamesOf(TargetTable table) => [.. table.Columns.Select(c => c.Name)];

    /// <summary>Writes what waits in memory as rows of loads, and sends those that are full.</summary>
    private async Task FlushAsync(Opened open, CancellationToken cancellationToken)
    {
        foreach (var piece in open.Consolidator.Deletes())
        {
            using (piece)
            {
                open.Writer.Deletes(piece.Rows, _body ??= new LoadBody());
                open.Known?.Remove(piece.Keys);
                _waiting.Deletes += piece.Count;
            }

            await SendWhenFullAsync(open, cancellationToken).ConfigureAwait(false);
        }

        foreach (var piece in open.Consolidator.Upserts())
        {
            using (piece)
            {
                open.Writer.Upserts(piece.Rows, _body ??= new LoadBody());
                open.Known?.Add(piece.Keys);
                _waiting.Upserts += piece.Count;
            }

            await SendWhenFullAsync(open, cancellationToken).ConfigureAwait(false);
        }

        open.Consolidator.Clear();
    }

    private Task SendWhenFullAsync(Opened open, CancellationToken cancellationToken) => _body?.Length >= open.Loads.PieceBytes ? SendAsync(open, cancellationToken) : Task.CompletedTask;

    private async Task SendAsync(Opened open, CancellationToken cancellationToken)
    {
        if (_body is { } body)
        {
            _body = null;
            open.Writer.Finish(body);
            await open.Loads.AddAsync(new LoadPiece(name, open.Writer.Headers, body), cancellationToken).ConfigureAwait(false);
        }
    }

    private Opened Usable() => _open is { } open && !_failed ? open : throw new InvalidOperationException($"{Name} is not open, or failed before. Open a new one.");

    /// <summary>What an open sink has.</summary>
    private sealed class Opened(SinkOpening opening, CommitRun run, PositionTable positions, Labels labels, Consolidator consolidator)
    {
        public SinkOpening Opening => opening;

        public CommitRun Run => run;

        public PositionTable Positions => positions;

        public Labels Labels => labels;

        public required RowWriter Writer { get; set; }

        public Consolidator Consolidator => consolidator;

        public TableLoads Loads { get; set; } = null!;

        public required PositionRow Row { get; set; }

        /// <summary>What the table that is there has to become, since it has other columns; null when it has not.</summary>
        public required TargetTable? Replacement { get; set; }

        /// <summary>The keys of the table, where nobody else vouches for them.</summary>
        public required KnownKeys? Known { get; init; }

        public ICommittedKeys Keys => (ICommittedKeys?)Known ?? TrustedKeys.Instance;

        /// <summary>Bytes that had to stay when the open epoch was last sent ahead.</summary>
        public long LeftBytes { get; set; }

        public string LabelOf(char kind) => Labels.Of($"{positions.Name.Database}.{Row.Table}", Row.Number + 1, run.Token, kind);
    }

    /// <summary>A part that is abandoned leaves the sink unusable; a new one finds the table as it was.</summary>
    private sealed class Prepared(StarRocksSink sink, Opened open, Epoch epoch) : IClusterPart
    {
        private bool _isPublished;

        public ISink Sink => sink;

        public SourcePosition Position => epoch.Position;

        public ICommitGroup Group => sink.Group;

        public TableName Table => sink.Table;

        public PositionRow Row => open.Row;

        public TableLoads Loads => open.Loads;

        public CommitRun Run => open.Run;

        public TimeProvider Clock => open.Opening.Clock;

        public bool IsEmpty => sink._waiting == default && open.Row.IsAt(epoch.Position.Properties);

        public SinkCommit? Published(PositionRow row)
        {
            _isPublished = true;
            var isNew = !ReferenceEquals(row, open.Row);
            open.Row = row;
            return sink.Published(epoch, isNew ? row : null);
        }

        public async ValueTask DisposeAsync()
        {
            if (!_isPublished)
            {
                await AbandonAsync(open).ConfigureAwait(false);
            }
        }
    }

    // A table that is to be replaced has no keys that count.
    private Task<KnownKeys> KeysOfAsync(TargetTable? table, SinkOpening opening, CancellationToken cancellationToken) =>
        table is null ? Task.FromResult(new KnownKeys()) : KnownKeys.ReadAsync(group.Connection.Frontend, table, opening.Schema, cancellationToken);

    private static string CommentOf(SinkOpening opening) => $"Filled by CdcLake pipeline {opening.Pipeline}";

    private ClusterCommitGroup Group => group;

    private TableName Table => name;

    private SinkCommit? Published(Epoch epoch, PositionRow? row)
    {
        _failed = false;
        _epoch = null;
        var (upserts, deletes) = _waiting;
        _waiting = default;
        return row is null ? null : new SinkCommit(epoch.Position, epoch.CommitTime, row.Number.ToString(CultureInfo.InvariantCulture), upserts, deletes, -1);
    }
}
