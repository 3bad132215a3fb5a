using CdcLake.Connectors;
using CdcLake.MySql.Binlog;
using CdcLake.MySql.Binlog.Dialects;
using CdcLake.MySql.Gtids;
using CdcLake.MySql.InitialSnapshots;
using CdcLake.MySql.StartPoints;
using CdcLake.MySql.Tables;
using CdcLake.MySql.Wire;
using CdcLake.MySql.Wire.Auth;

namespace CdcLake.MySql;

/// <summary>
/// A live MySQL server: describes tables, reads an exact initial snapshot where there is no position yet, then follows the binary log, and reconnects
/// by itself. One object serves one running pipeline.
/// </summary>
internal sealed class MySqlBinlogSource : ISource
{
    private readonly MySqlConnectionOptions _options;
    private readonly MySqlSourceOptions _settings;
    private readonly TimeProvider _clock;
    private readonly ReplicaIdentity _identity;
    private readonly HostSelector _hosts;
    private readonly LogFollower _log;
    private readonly RetentionMonitor _retention;
    private readonly ReplicaIdentity _viewer;
    private SourceMeter _meter = new(TimeProvider.System);

    /// <param name="options">The server and the account.</param>
    /// <param name="pipelineName">Decides, with the server, under which identity the log is read.</param>
    /// <param name="settings">Times and numbers.</param>
    /// <param name="clock">Measures all times.</param>
    public MySqlBinlogSource(MySqlConnectionOptions options, string pipelineName, MySqlSourceOptions settings, TimeProvider clock)
    {
        _options = options with { ReadTimeout = settings.ReadTimeout };
        _settings = settings;
        _clock = clock;
        _identity = ReplicaIdentity.Of(pipelineName, options.Endpoint, settings.ServerId, settings.Heartbeat);
        _hosts = new HostSelector(_options, settings, clock);
        _viewer = ReplicaIdentity.Of($"{pipelineName} view", options.Endpoint, null, settings.Heartbeat);
        _retention = new RetentionMonitor(_options, settings, ReplicaIdentity.Of($"{pipelineName} retention", options.Endpoint, null, settings.Heartbeat), clock);
        _log = new LogFollower(_options, settings, _hosts, _identity, clock) { Connected = host => _retention.Host = host };
    }

    public string Name => $"mysql({_options.Endpoint})";

    public bool StartsWithSnapshot => true;

    // Whoever began in the log does not want the rows that were there before.
    public bool FollowsTables => _settings is { SchemaChanges: SchemaChanges.Follow, StartPoint: null };

    public string? Rereads { get; private set; }

    public Task<IReadOnlyList<SourceTable>> DescribeAsync(IReadOnlyList<string> tables, CancellationToken cancellationToken) => DescribeAsync(NamesOf(tables), cancellationToken);

    // One that is dropped after it was listed is looked for again: the error is transient.
    public async Task<IReadOnlyList<SourceTable>> DescribeAsync(TableSelection selection, CancellationToken cancellationToken)
    {
        var session = await _hosts.OpenAsync([], null, _ => { }, cancellationToken).ConfigureAwait(false);
        IReadOnlyList<MySqlTableName> names;
        await using (session.ConfigureAwait(false))
        {
            names = await TableReader.ListAsync(session, selection, cancellationToken).ConfigureAwait(false);
        }

        try
        {
            var tables = await DescribeAsync(names, cancellationToken).ConfigureAwait(false);
            return [.. tables.Select(t => t with { IsOnlyReferredTo = !names.Contains(MySqlTableName.Parse(t.Name, null)) })];
        }
        catch (SchemaMismatchException error) when (error.IsTableMissing)
        {
            throw new SchemaMismatchException(error.Message, error) { IsTransient = true };
        }
    }

    private async Task<IReadOnlyList<SourceTable>> DescribeAsync(IReadOnlyList<MySqlTableName> names, CancellationToken cancellationToken)
    {
        var session = await _hosts.OpenAsync(names, null, _ => { }, cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            var reader = new TableReader(session, _settings.Dates, _settings.CompletePartialRows);
            var found = await reader.ReadAsync(names, cancellationToken).ConfigureAwait(false);
            var follows = !(await ServerSettings.ReadAsync(session, cancellationToken).ConfigureAwait(false)).LogsCascades;
            _hosts.FollowsForeignKeys = follows;
            return !follows ? [.. found.Select(t => t.Describe(t.Name.ToString()))]
                : RefuseBoth(session.Peer, await new ForeignKeyReader(session, reader).DescribeAsync(found, cancellationToken).ConfigureAwait(false));
        }
    }

    // A cascade would have to be followed through rows that are completed only behind it.
    private static IReadOnlyList<SourceTable> RefuseBoth(string peer, IReadOnlyList<SourceTable> tables) =>
        tables.FirstOrDefault(t => t.Completion is not null && t.ForeignKeys.Count > 0) is not { } table ? tables : throw new BinlogUnavailableException(
            $"Foreign key {table.ForeignKeys[0].Name} ({table.ForeignKeys[0].Actions}) of table {table.Name} changes rows that {peer} does not log, and {nameof(MySqlSourceOptions.CompletePartialRows)} is on: "
            + $"rows cannot be completed and followed through foreign keys at the same time. Run SET GLOBAL binlog_row_image=FULL on the server and leave {nameof(MySqlSourceOptions.CompletePartialRows)} off, "
            + "or leave the table out, or use MySQL 9.6 or later, which logs what foreign keys do.");

    public SourcePosition ParsePosition(IReadOnlyDictionary<string, string> properties) => MySqlPosition.Parse(properties);

    public async Task<SourcePosition?> FindStartAsync(CancellationToken cancellationToken)
    {
        if (_settings.StartPoint is not { } point)
        {
            return null;
        }

        var session = await _hosts.OpenAsync([], null, _ => { }, cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            return await new StartResolver(session, new LogScanner(session, _identity, _clock)).ResolveAsync(point, cancellationToken).ConfigureAwait(false);
        }
    }

    // Whose COMMIT was answered is in the set.
    public async Task<SourcePosition?> LatestAsync(CancellationToken cancellationToken)
    {
        var session = await _hosts.OpenAsync([], null, _ => { }, cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            return new MySqlPosition((await ServerDialects.Of(session).ReadSetsAsync(session, cancellationToken).ConfigureAwait(false)).Executed);
        }
    }

    // Asked only where a new snapshot is the answer: else the stream finds it out, with all its patience.
    public async Task<bool> CanContinueAsync(SourcePosition from, CancellationToken cancellationToken)
    {
        return !_settings.ResnapshotWhenPurged || from.Since is not null || await ReachesBackAsync(from, cancellationToken).ConfigureAwait(false);
    }

    public async Task<bool> ReachesBackAsync(SourcePosition from, CancellationToken cancellationToken)
    {
        try
        {
            var session = await _hosts.OpenAsync([], ((MySqlPosition)from).Executed, _ => { }, cancellationToken).ConfigureAwait(false);
            await session.DisposeAsync().ConfigureAwait(false);
            return true;
        }
        catch (BinlogUnavailableException error) when (error.IsPurged)
        {
            return false;
        }
    }

    public async Task RunAsync(SourceStart start, ISourceOutput output, CancellationToken cancellationToken)
    {
        var guarded = new SourceOutputGuard(output, start.Boundaries);
        _meter = start.Meter;
        _meter.Heartbeat = _settings.Heartbeat;
        output.Report(new SourceProgress(SourcePhase.Connecting, _options.Endpoint));
        var from = (MySqlPosition?)start.From;
        var isKnown = from is { IsPartial: false } || (from is null && (from = await ReplicaAsync(start, guarded, cancellationToken).ConfigureAwait(false)) is not null);
        from = isKnown ? from : await SnapshotAsync(start, from, guarded, cancellationToken).ConfigureAwait(false);
        if (from is null)
        {
            return;
        }

        guarded.StartAt(from);
        if (start.IsStartPoint)
        {
            await guarded.EndEpochAsync(new Epoch(from, _clock.GetUtcNow(), EpochKind.StartPoint), cancellationToken).ConfigureAwait(false);
        }

        var selection = FollowsTables ? start.Selection : null;
        IReadOnlyList<string> missing = selection is null ? [] : start.From is { IsPartial: false } ? start.Missing : await NewSinceAsync(selection, start.Tables, cancellationToken).ConfigureAwait(false);
        using var processor = new BinlogEventProcessor(new BinlogProcessorOptions
        {
            Tables = start.Tables,
            Executed = from.Executed,
            Began = from.Began,
            Boundaries = [.. start.Boundaries.Cast<MySqlPosition>().Select(b => b.Executed)],
            Limits = start.Limits,
            Clock = _clock,
            Meter = _meter,
            Dates = _settings.Dates,
            StatementTables = [.. _settings.StatementTables],
            Selection = selection,
            Ignored = missing,
            Requests = start.Requests,
            FollowsForeignKeys = _hosts.FollowsForeignKeys == true,
            CompletesRows = _settings.CompletePartialRows,
            FollowsInPlace = _settings.SchemaChanges == SchemaChanges.Follow,
            RereadsAfterStatements = FollowsTables && from.Began is null,
            RereadsOtherTables = FollowsTables && from.Began is null && isKnown, // of tables that were just read it would happen again and again
        });
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var watching = _retention.RunAsync(start.Durable, _meter, ended.Token);
        try
        {
            _log.Names = selection is null ? NamesOf(start.Tables.Select(t => t.Table.Name)) : [];
            await FollowAsync(processor, missing, guarded, cancellationToken).ConfigureAwait(false);
        }
        catch (BinlogUnavailableException error) when (error.IsPurged && _settings.ResnapshotWhenPurged && from.Began is null)
        {
            throw new BinlogUnavailableException(error.Message, error) { IsTransient = true, IsPurged = true }; // the next run begins with a snapshot
        }
        finally
        {
            await ended.CancelAsync().ConfigureAwait(false);
            await EndOfAsync(watching).ConfigureAwait(false);
        }

        Rereads ??= processor.Reread;
    }

    public async Task<ISourceView?> OpenViewAsync(IReadOnlyList<TableCapture> tables, SourcePosition since, CancellationToken cancellationToken)
    {
        var names = NamesOf(tables.Select(t => t.Table.Name));
        var executed = ((MySqlPosition)since).Executed;
        var session = await _hosts.OpenAsync(names, executed, _ => { }, cancellationToken).ConfigureAwait(false);
        try
        {
            return await SnapshotComparison.OpenAsync(new SnapshotPlan(_viewer, tables, names, _settings, _clock), session, executed, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            await session.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    // Of a database tables come and go: those that the log cannot be followed for are read beside it.
    private async Task FollowAsync(BinlogEventProcessor processor, IReadOnlyList<string> missing, SourceOutputGuard output, CancellationToken cancellationToken)
    {
        var late = new LateTables(_hosts, _log, processor, _settings, _clock) { Identity = _identity, Meter = _meter };
        late.Add(missing, null);
        while (true)
        {
            Rereads = await late.ReadAsync(output, cancellationToken).ConfigureAwait(false);
            if (Rereads is not null)
            {
                return;
            }

            await _log.FollowAsync(processor, output, cancellationToken).ConfigureAwait(false);
            if (await processor.LetGoAsync(output, cancellationToken).ConfigureAwait(false) is not { } interruption)
            {
                return;
            }

            late.Add(interruption.Tables, interruption.Transaction);
        }
    }

    // What was created after the tables were listed, and before the snapshot, the log does not tell any more.
    private async Task<IReadOnlyList<string>> NewSinceAsync(TableSelection selection, IReadOnlyList<TableCapture> tables, CancellationToken cancellationToken)
    {
        var session = await _hosts.OpenAsync([], null, _ => { }, cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            var now = await TableReader.ListAsync(session, selection, cancellationToken).ConfigureAwait(false);
            return [.. now.Select(n => n.ToString()).Except(tables.Select(t => t.Table.Name), StringComparer.Ordinal)];
        }
    }

    private static async Task EndOfAsync(Task watching)
    {
        try
        {
            await watching.ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // As asked for.
        }
    }

    /// <summary>Begins with the rows of replicas, where there are any to begin with; null where the server's own rows are wanted.</summary>
    private async Task<MySqlPosition?> ReplicaAsync(SourceStart start, SourceOutputGuard output, CancellationToken cancellationToken)
    {
        if (start.ReadsAnew || _settings.InitialRows is not { } replicas)
        {
            return null;
        }

        var snapshot = new ReplicaSnapshot(replicas, start, output);
        await using var _ = snapshot.ConfigureAwait(false);
        if (await snapshot.OpenAsync(cancellationToken).ConfigureAwait(false) is not { } position || !await HasLogFromAsync(position, snapshot, output, cancellationToken).ConfigureAwait(false))
        {
            return null;
        }

        await snapshot.RunAsync(position, cancellationToken).ConfigureAwait(false);
        return position;
    }

    private async Task<bool> HasLogFromAsync(MySqlPosition position, ReplicaSnapshot snapshot, SourceOutputGuard output, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                var session = await _hosts.OpenAsync([], position.Executed, what => output.Report(new SourceProgress(SourcePhase.Retrying, what)), cancellationToken).ConfigureAwait(false);
                await session.DisposeAsync().ConfigureAwait(false);
                return true;
            }
            catch (BinlogUnavailableException error) when (error.IsPurged)
            {
                return _settings.ResnapshotWhenPurged ? false : throw snapshot.Purged(position, error);
            }
            catch (MySqlServerException error)
            {
                _log.ThrowIfFinal(error);
                await _log.PauseAsync(error, output, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Null when a table is not any more what it was described as: <see cref="Rereads"/> then says so.</summary>
    private async Task<MySqlPosition?> SnapshotAsync(SourceStart start, MySqlPosition? part, SourceOutputGuard output, CancellationToken cancellationToken)
    {
        var plan = new SnapshotPlan(_identity, start.Tables, NamesOf(start.Tables.Select(t => t.Table.Name)), _settings, _clock) { Meter = _meter, TakesParts = start.TakesParts && start.Tables.All(t => t.Referenced.Count == 0 && t.Table.Completion is null) };
        while (true)
        {
            using var snapshot = new InitialSnapshot(plan, output, part);
            try
            {
                var session = await _hosts.OpenAsync(plan.Names, part?.Executed, _ => { }, cancellationToken).ConfigureAwait(false);
                await using (session.ConfigureAwait(false))
                {
                    return await snapshot.RunAsync(session, cancellationToken).ConfigureAwait(false);
                }
            }
            catch (BinlogUnavailableException error) when (part is not null && error.IsPurged)
            {
                Rereads = error.Message; // what was read so far cannot be brought up to date any more
                return null;
            }
            catch (TableRedefinedException error) when (FollowsTables || part is not null)
            {
                Rereads = error.Message;
                return null;
            }
            catch (SchemaMismatchException error) when (FollowsTables && error.IsTableMissing)
            {
                Rereads = error.Message; // it was there when it was described
                return null;
            }
            catch (TableRedefinedException error)
            {
                throw new SchemaMismatchException(error.Message, error);
            }
            catch (MySqlServerException error) when (!output.HasFailed)
            {
                _log.ThrowIfFinal(error);
                if (snapshot.HasBegun)
                {
                    throw; // rows that were pushed cannot be withdrawn: who runs the source begins anew, since the error is transient
                }

                await _log.PauseAsync(error, output, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private IReadOnlyList<MySqlTableName> NamesOf(IEnumerable<string> tables) => [.. tables.Select(t => MySqlTableName.Parse(t, _options.Database))];
}
