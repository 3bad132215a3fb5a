using CdcLake.Checkpoints;
using CdcLake.Connectors;
using CdcLake.Dataflow;
using CdcLake.Planning;
using CdcLake.Planning.Binding;
using CdcLake.Planning.Logical;
using CdcLake.Planning.Rewriting;

namespace CdcLake.Runtime;

/// <summary>Everything one run needs, opened and restored, before anything moves. Owns sinks and operators.</summary>
internal sealed class PreparedRun : IAsyncDisposable
{
    private readonly List<ISink> _sinks = [];
    private readonly PipelineDefinition _definition;
    private readonly StatusBoard _status;
    private readonly bool _followsTables;
    private readonly Dictionary<string, SourceTable> _tables;
    private StageGraph _graph;

    private PreparedRun(PipelineDefinition definition, ISource source, Dictionary<string, SourceTable> tables, StatusBoard status)
    {
        _definition = definition;
        _status = status;
        _followsTables = source.FollowsTables;
        _tables = tables;
        Plan = Bind();
        _graph = Build();
    }

    /// <summary>The plan for the tables that are captured now.</summary>
    public BoundPlan Plan { get; private set; }

    /// <summary>Measures all times.</summary>
    public TimeProvider Clock => _definition.Options.TimeProvider;

    public StageGraph Graph => _graph;

    /// <summary>The captures of the plan; columns change in place only where every sink that gets them can follow.</summary>
    public IReadOnlyList<TableCapture> Captures => [.. Plan.Captures.Select((c, i) => c with
    {
        ChangesInPlace = c.ChangesInPlace && _sinks.Zip(_graph.Sinks).All(s => s.First.ChangesInPlace || !s.Second.Tables.Contains(i)),
    })];

    /// <summary>Open.</summary>
    public RunSinks Sinks { get; } = new();

    /// <summary>Qualified names of tables of a database whose content at the start nobody has: they come while the run goes on.</summary>
    public IReadOnlyList<string> Missing { get; private set; } = [];

    /// <summary>What each sink has committed, in the order of the plan; null for one that has nothing, and for volatile ones.</summary>
    public IReadOnlyList<SourcePosition?> Committed { get; private set; } = [];

    /// <summary>Null for a plan that keeps no state.</summary>
    public CheckpointCoordinator? Checkpoints { get; private set; }

    public StartDecision Start { get; private set; }

    /// <summary>True for a new pipeline that begins at a place in the log, without the existing rows.</summary>
    public bool IsStartPoint { get; private set; }

    /// <summary>The first epoch takes the place of everything that sinks hold.</summary>
    public bool Replaces { get; private set; }

    /// <summary>Every sink can keep parts of a complete result to itself.</summary>
    public bool TakesParts => _sinks.TrueForAll(s => s.KeepsParts);

    /// <summary>Called when that is committed; null when nobody asked for it.</summary>
    public Func<Task>? Replaced { get; private set; }

    /// <summary>Describes the tables, binds the plan, opens sinks and restores state.</summary>
    /// <param name="definition">What to run.</param>
    /// <param name="source">Where changes come from.</param>
    /// <param name="status">Where checkpoints are shown.</param>
    /// <param name="rereads">Start with the complete result, whatever is committed and checkpointed.</param>
    /// <param name="cancellationToken">Gives it up.</param>
    public static async Task<PreparedRun> OpenAsync(
        PipelineDefinition definition, ISource source, StatusBoard status, bool rereads, CancellationToken cancellationToken)
    {
        var run = new PreparedRun(definition, source, await definition.DescribeAsync(source, cancellationToken).ConfigureAwait(false), status);
        try
        {
            await run.PrepareAsync(definition, source, status, rereads, cancellationToken).ConfigureAwait(false);
            return run;
        }
        catch
        {
            await run.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>What each sink that a table reaches would be opened with after a change of it, by the sink's number.</summary>
    /// <exception cref="SchemaMismatchException">The plan does not fit the table any more.</exception>
    public IReadOnlyDictionary<int, SinkOpening> Rebind(TableChange change)
    {
        if (change.After is { } after)
        {
            _tables[after.Table.Name] = after.Table;
        }

        var plan = Bind();
        return Sinks.Of(change.Table).ToDictionary(s => s.Number, s => OpeningOf(plan, plan.Sinks.First(n => n.Name == s.Input.Name)));
    }

    /// <summary>Opens the sinks of a table that comes while the run goes on.</summary>
    /// <exception cref="SchemaMismatchException">It cannot be replicated.</exception>
    public async Task<IReadOnlyList<RunSink>> OpenAsync(TableChange change, CancellationToken cancellationToken)
    {
        var table = change.After!.Table;
        _tables[table.Name] = table;
        Plan = Bind();
        var opened = new List<RunSink>();
        foreach (var (logical, node) in Plan.Logical.Sinks.Zip(Plan.Sinks).Where(s => s.First.Input is LogicalTable own && own.Table == table.Name))
        {
            if (node.Input is not TableNode)
            {
                throw change.RefusedBy($"{node.Name}, which would have to follow its foreign keys,");
            }

            var sink = logical.Target.CreateSink();
            _sinks.Add(sink);
            await sink.OpenAsync(OpeningOf(Plan, node), cancellationToken).ConfigureAwait(false);
            var channel = new StageChannel($"{StageGraphBuilder.SourceName} → {node.Name}", Clock) { From = StageGraphBuilder.SourceName };
            opened.Add(new RunSink(_status.NumberOf(sink.Name), sink, new SinkInput(node.Name, [channel], new HashSet<int> { change.Table }), null));
        }

        return opened;
    }

    /// <summary>A table is gone, and nobody uses its sink any more: closes it, and does with its target what the pipeline says.</summary>
    /// <exception cref="SchemaMismatchException">The pipeline is not to go on without it.</exception>
    public async Task CloseAsync(RunSink sink, TableChange change, CancellationToken cancellationToken)
    {
        _sinks.Remove(sink.Sink);
        await sink.Sink.DisposeAsync().ConfigureAwait(false);
        var table = change.Before!.Table.Name;
        var at = Plan.Logical.Sinks.Where(s => s.Input is LogicalTable own && own.Table == table).Index().FirstOrDefault(s => s.Item.Name == sink.Sink.Name);
        var policy = change.Kind == TableChangeKind.Removed && at.Item is not null ? Plan.Logical.Database!.Replicas[at.Index].OnDrop : DroppedTables.Keep;
        if (policy == DroppedTables.Fail)
        {
            throw change.RefusedBy($"{sink.Sink.Name} ({nameof(DroppedTables)}.{nameof(DroppedTables.Fail)})");
        }

        if (policy == DroppedTables.Drop && at.Item!.Target is IRemovableTarget target)
        {
            await target.RemoveAsync(_definition.Name, cancellationToken).ConfigureAwait(false);
        }

        if (Sinks.Of(change.Table).All(s => s == sink))
        {
            _tables.Remove(table);
            Plan = Bind();
        }
    }

    public async ValueTask DisposeAsync()
    {
        _graph.Dispose();
        if (Checkpoints is not null)
        {
            await Checkpoints.DisposeAsync().ConfigureAwait(false);
        }

        foreach (var sink in _sinks)
        {
            await sink.DisposeAsync().ConfigureAwait(false);
        }

        _graph.Budget?.Dispose(); // views and checkpoints have looked at state until here
    }

    // The content of volatile sinks is part of the checkpoint, so they come first; a checkpoint of another plan is found before any target is touched.
    private async Task PrepareAsync(PipelineDefinition definition, ISource source, StatusBoard status, bool rereads, CancellationToken cancellationToken)
    {
        _sinks.AddRange(definition.TargetsOf(Plan.Logical).Select(t => t.CreateSink()));
        await OpenSinksAsync(durable: false, cancellationToken).ConfigureAwait(false);
        Checkpoints = Coordinator(definition, status);
        var otherPlan = await FindCheckpointAsync(source, cancellationToken).ConfigureAwait(false);
        var properties = await OpenSinksAsync(durable: true, cancellationToken).ConfigureAwait(false);
        Committed = [.. properties.Select(p => p is null ? null : source.ParsePosition(p))];
        var files = definition.OpenCheckpoints();
        var isReset = await ResetRequest.IsAskedAsync(files, cancellationToken).ConfigureAwait(false);
        Replaced = isReset ? () => ResetRequest.DoneAsync(files, CancellationToken.None) : null;
        if (!isReset && !rereads)
        {
            await LeaveOutAsync(source, cancellationToken).ConfigureAwait(false);
        }

        var isRead = isReset || rereads || _sinks.Any(s => s.NeedsCompleteResult) || (otherPlan is not null && (otherPlan.WereTablesAltered || Committed.Any(c => c is not null)));
        if (otherPlan is not null && !isRead)
        {
            throw otherPlan;
        }

        await DecideAsync(source, isRead, cancellationToken).ConfigureAwait(false);
        await RemoveGoneAsync(source, cancellationToken).ConfigureAwait(false);
        Replaces = Start.From is null && source.StartsWithSnapshot;
        if (Start.RestoreState)
        {
            await Checkpoints!.RestoreAsync(cancellationToken).ConfigureAwait(false);
            foreach (var view in _sinks.OfType<IVolatileSink>())
            {
                view.Restored(Start.From!);
            }
        }

        for (var i = 0; i < _sinks.Count; i++)
        {
            Sinks.Add(new RunSink(Plan.Logical.Database is null ? i : status.NumberOf(_sinks[i].Name), _sinks[i], _graph.Sinks[i], Committed[i]));
        }
    }

    // Only where the log says that this is the server whose tables they are replicas of.
    private async Task RemoveGoneAsync(ISource source, CancellationToken cancellationToken)
    {
        if (Plan.Logical.Database is { } database && _followsTables && Start.From is { IsPartial: false } from)
        {
            var gone = await new GoneTables(database, _definition.Name).FindAsync([.. _tables.Keys, .. Missing], cancellationToken).ConfigureAwait(false);
            if (gone.Count > 0 && await source.ReachesBackAsync(from, cancellationToken).ConfigureAwait(false))
            {
                await GoneTables.FollowAsync(gone, _definition.Name, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private async Task LeaveOutAsync(ISource source, CancellationToken cancellationToken)
    {
        if (Plan.Logical.Database is not null && _followsTables && Checkpoints is null && !Committed.Any(c => c is { IsPartial: true } or { Since: not null }))
        {
            var sinks = _graph.Sinks.Select((s, i) => (NameOf(s), _sinks[i].NeedsCompleteResult ? null : Committed[i])).ToList();
            await LeaveOutAsync(await StandingTables.OthersAsync(sinks, at => source.ReachesBackAsync(at, cancellationToken)).ConfigureAwait(false)).ConfigureAwait(false);
        }
    }

    private async Task LeaveOutAsync(IReadOnlyList<string> tables)
    {
        if (tables.Count == 0)
        {
            return;
        }

        var (sinks, committed) = (new List<ISink>(), new List<SourcePosition?>());
        for (var i = 0; i < _sinks.Count; i++)
        {
            if (tables.Contains(NameOf(_graph.Sinks[i])))
            {
                await _sinks[i].DisposeAsync().ConfigureAwait(false);
                continue;
            }

            sinks.Add(_sinks[i]);
            committed.Add(Committed[i]);
        }

        _sinks.Clear();
        _sinks.AddRange(sinks);
        (Committed, Missing) = (committed, tables);
        foreach (var table in tables)
        {
            _tables.Remove(table);
        }

        _graph.Dispose();
        Plan = Bind();
        _graph = Build();
    }

    private StageGraph Build()
    {
        var graph = StageGraphBuilder.Build(Plan, Clock);
        graph.Use(_definition.Options.StateBudgetOf(_definition.Name));
        return graph;
    }

    private string NameOf(SinkInput input) => Plan.Captures[input.Tables.First()].Table.Name;

    private BoundPlan Bind()
    {
        var plan = _definition.Plan.Of(_tables.Values);
        var bound = _definition.Options.RunsAsWritten ? Planner.Bind(plan, _tables) : PlanOptimizer.Bind(plan, _tables);
        return bound with { Partitions = _definition.Options.Partitions };
    }

    // What operators keep has to be built from all rows of the tables: a row that they do not know could be taken back in silence.
    private void RequireNoState(SourcePosition begin)
    {
        if (Checkpoints is not null)
        {
            var names = _graph.Stateful.Select(o => o.Name).Concat(_sinks.Where(s => !s.IsDurable).Select(s => s.Name));
            throw new BinlogUnavailableException(
                $"The pipeline is to begin in the middle of the log, behind {begin}, but {string.Join(", ", names)} need all rows of their tables to be exact. Start with a snapshot "
                + "(the default of StartAt), or write the tables as they are, without joins and aggregates.");
        }
    }

    // Of sinks that have taken more or fewer parts of a snapshot before a crash, those that are ahead go back.
    private async Task<StartDecision> ReturnToPartAsync(ISource source, CancellationToken cancellationToken)
    {
        var start = StartDecision.OfParts(
            Checkpoints is not null, Checkpoints?.Position, TakesParts ? [.. _sinks.Select(s => (IReadOnlyList<SourcePosition>)[.. s.Parts.Select(source.ParsePosition)])] : []);
        for (var i = 0; start.From is { } from && i < _sinks.Count; i++)
        {
            if (!from.Equals(Committed[i]))
            {
                await _sinks[i].ReturnToAsync(OpeningOf(Plan, Plan.Sinks[i]), from.Properties, cancellationToken).ConfigureAwait(false);
            }
        }

        Committed = start.From is null ? Committed : [.. Committed.Select(_ => start.From)];
        return start;
    }

    private async Task DecideAsync(ISource source, bool isRead, CancellationToken cancellationToken)
    {
        Start = isRead ? new StartDecision(null, false) { ReadsAnew = true }
            : Checkpoints?.Position is { IsPartial: true } || Committed.Any(c => c is { IsPartial: true }) ? await ReturnToPartAsync(source, cancellationToken).ConfigureAwait(false)
            : StartDecision.Of(Checkpoints is not null, Checkpoints?.Position, [.. Committed.Where((_, i) => _sinks[i].IsDurable)]);
        if (Start.From is null && !isRead && Checkpoints?.Position is null && Committed.All(c => c is null)
            && await source.FindStartAsync(cancellationToken).ConfigureAwait(false) is { } begin)
        {
            RequireNoState(begin);
            (Start, IsStartPoint) = (new StartDecision(begin, false), true);
        }

        if (Start.From is { } from && !IsStartPoint && !await source.CanContinueAsync(from, cancellationToken).ConfigureAwait(false))
        {
            Start = new StartDecision(null, false) { ReadsAnew = true };
        }
    }

    // Where a source follows its tables, a checkpoint of another plan is one from before a table was altered, as long as every target says that the pipeline is the same.
    private async Task<PlanChangedException?> FindCheckpointAsync(ISource source, CancellationToken cancellationToken)
    {
        try
        {
            await (Checkpoints?.FindAsync(source.ParsePosition, cancellationToken) ?? Task.CompletedTask).ConfigureAwait(false);
            return null;
        }
        catch (PlanChangedException error) when (source.FollowsTables)
        {
            return error;
        }
    }

    private async Task<IReadOnlyDictionary<string, string>?[]> OpenSinksAsync(bool durable, CancellationToken cancellationToken)
    {
        var positions = new IReadOnlyDictionary<string, string>?[_sinks.Count];
        for (var i = 0; i < positions.Length; i++)
        {
            if (_sinks[i].IsDurable == durable)
            {
                positions[i] = await _sinks[i].OpenAsync(OpeningOf(Plan, Plan.Sinks[i]), cancellationToken).ConfigureAwait(false);
            }
        }

        return positions;
    }

    private SinkOpening OpeningOf(BoundPlan plan, SinkNode sink) => new(
        _definition.Name, sink.Schema, sink.Key, _definition.Options.TimeProvider, sink.Fingerprint, _followsTables && Plan.Logical.Database is not null ? plan.TablesFingerprint(sink) : TablesOf(plan))
    {
        ReplicaOf = plan.Logical.Database is not null && plan.Logical.Sinks[sink.Sink].Input is LogicalTable table ? table.Table : "",
    };

    private string TablesOf(BoundPlan plan) => _followsTables ? plan.TablesFingerprint(_definition.Plan.Explain()) : "";

    private CheckpointCoordinator? Coordinator(PipelineDefinition definition, StatusBoard status)
    {
        var parts = _graph.Stateful.SelectMany(o => o.Parted).ToList();
        foreach (var (sink, input) in _sinks.Zip(_graph.Sinks))
        {
            if (sink is IVolatileSink { State.Count: > 0 } view)
            {
                foreach (var kept in view.State)
                {
                    kept.Use(_graph.Budget!);
                }

                parts.Add(new CheckpointPart(input.Name, view.State, view.AfterRestore));
            }
        }

        if (parts.Count == 0)
        {
            return null;
        }

        var first = parts.Where(p => p.Partition.Number == 0).ToDictionary(p => p.Operator, StringComparer.Ordinal);
        var operators = Plan.Nodes.Select(n => CheckpointOperator.Of(n.Name, n.Fingerprint, first.GetValueOrDefault(n.Name))).ToList();
        var store = new CheckpointStore(definition.OpenCheckpoints(), definition.Name, operators, definition.Options.TimeProvider) { Tables = TablesOf(Plan), Restoring = status.Restoring };
        return new CheckpointCoordinator(store, parts, definition.Options.CheckpointInterval, definition.Options.TimeProvider, status.Checkpointed);
    }
}
