using CdcLake.Diagnostics;
using CdcLake.MySql.Gtids;
using CdcLake.Planning.Binding;
using CdcLake.Runtime;
using CdcLake.Views;
using Microsoft.Extensions.Logging;

namespace CdcLake;

/// <summary>
/// A built pipeline: from MySQL tables through operators to sinks. Start one with <see cref="FromMySqlBinlog{T}"/>, end it with <c>Build</c>, run it with
/// <see cref="RunAsync"/>. Thread-safe, but runs once at a time.
/// </summary>
public sealed partial class Pipeline : IAsyncDisposable
{
    private PipelineDefinition _definition;
    private readonly StatusBoard _status;
    private readonly EventRecorder _events;
    private readonly PositionBoard _positions;
    private readonly CancellationTokenSource _disposed = new();
    private Task? _run;
    private readonly RunControl _control;
    private BoundPlan? _bound;

    internal Pipeline(PipelineDefinition definition)
    {
        _definition = definition;
        var telemetry = definition.Telemetry();
        _events = telemetry.Events;
        _status = new StatusBoard(definition.Name, definition.Options.TimeProvider, definition.Plan.Sinks.Select(s => s.Name), telemetry);
        _positions = new PositionBoard(definition.Plan.Database is null ? definition.Sinks.Count : null);
        _control = new RunControl(definition.Name);
    }

    /// <summary>The name given to <c>Build</c>.</summary>
    public string Name => _definition.Name;

    /// <summary>What the pipeline is doing at this moment.</summary>
    public PipelineStatus Status => _status.Current;

    /// <summary>What happened last, newest first: the log's messages of level information and above, at most 200, also where the application does not log.</summary>
    public IReadOnlyList<PipelineEvent> Events => _events.Events;

    /// <summary>The Iceberg tables that it writes, in the order of the <c>To…</c> calls; they can be read at any time.</summary>
    public IReadOnlyList<IcebergTable> Tables => [.. (Volatile.Read(ref _bound)?.Logical ?? _definition.Plan).Sinks.Select(s => s.Target.Result).OfType<IcebergTable>()];

    /// <summary>The views that it keeps, in the order of the <c>To…</c> calls.</summary>
    public IReadOnlyList<IView> Views => [.. _definition.Plan.Sinks.Select(s => s.Target.Result).OfType<IView>()];

    /// <summary>
    /// Runs until the token is cancelled; then stops reading, commits what was read, and returns. Over log files it returns when they are read to their end.
    /// Errors that pass by themselves (a lost connection, a store that does not answer, another writer's commit) are waited out for
    /// <see cref="PipelineOptions.RetryFor"/>; <see cref="Status"/> shows them meanwhile.
    /// </summary>
    /// <param name="cancellationToken">Asks for the drain, which takes at most <see cref="PipelineOptions.DrainTimeout"/>.</param>
    /// <exception cref="CdcLakeException">Something that somebody has to look at. What was committed stays; a new run goes on from there.</exception>
    /// <exception cref="TimeoutException">The drain took too long; the next run reads the rest again.</exception>
    /// <exception cref="InvalidOperationException">It is running already.</exception>
    public Task RunAsync(CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_disposed.IsCancellationRequested, this);
        if (_run is { IsCompleted: false })
        {
            throw new InvalidOperationException($"Pipeline \"{Name}\" is running already. Await that run, or build a second pipeline under another name.");
        }

        return _run = RunOnceAsync(cancellationToken);
    }

    /// <summary>Waits until what the sinks show includes the given transactions, for example those that the application has just committed.</summary>
    /// <param name="gtid">A GTID or GTID set as MySQL prints it.</param>
    /// <param name="sink">Name of a sink as in <see cref="SinkStatus.Name"/>; null waits for all of them.</param>
    /// <param name="cancellationToken">Ends the waiting, not the pipeline.</param>
    /// <exception cref="ArgumentException">Not a GTID set, or no such sink.</exception>
    /// <exception cref="InvalidOperationException">The pipeline ended before it got there; the inner exception says why, where that was an error.</exception>
    public Task WaitForGtidAsync(string gtid, string? sink = null, CancellationToken cancellationToken = default)
    {
        var position = GtidPosition.Parse(gtid, nameof(gtid));
        return _positions.WaitAsync(position, sink is null ? null : SinkIndex(sink), cancellationToken);
    }

    /// <summary>Waits until what the sinks show includes all transactions that the server has at this moment: an integration test that has just written something needs no more.</summary>
    /// <param name="sink">Name of a sink as in <see cref="SinkStatus.Name"/>; null waits for all of them.</param>
    /// <param name="cancellationToken">Ends the waiting, not the pipeline.</param>
    /// <exception cref="ArgumentException">No such sink.</exception>
    /// <exception cref="CdcLakeException">The server cannot be asked.</exception>
    /// <exception cref="InvalidOperationException">
    /// The pipeline reads log files, or ended before it got there; the inner exception says why, where that was an error.
    /// </exception>
    public async Task WaitForLatestAsync(string? sink = null, CancellationToken cancellationToken = default)
    {
        int? index = sink is null ? null : SinkIndex(sink);
        var source = _definition.CreateSource();
        await using (source.ConfigureAwait(false))
        {
            var latest = await source.LatestAsync(cancellationToken).ConfigureAwait(false)
                ?? throw new InvalidOperationException($"Pipeline \"{Name}\" reads log files, which have an end: await {nameof(RunAsync)}, which returns there.");
            await _positions.WaitAsync(latest, index, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>
    /// The plan as text: operators with their names and state, captured columns, keys. Before the first run the types of the tables' columns are not known yet.
    /// </summary>
    public string Explain() => Describe().ToString();

    /// <summary>The plan as objects, for tests and tools; once it runs, that of the newest run, with the types of the tables' columns and with operators where they stand.</summary>
    public PlanDescription Describe() => Volatile.Read(ref _bound)?.Describe() ?? _definition.Plan.Describe();

    /// <summary>Commits at the next end of an epoch, and checkpoints where there is state, without waiting for the intervals. Done when both have happened.</summary>
    /// <param name="cancellationToken">Ends the waiting, not the checkpoint.</param>
    /// <exception cref="InvalidOperationException">The pipeline is not running, or its run ended before.</exception>
    public Task CheckpointAsync(CancellationToken cancellationToken = default) => _control.CheckpointAsync(cancellationToken);

    /// <summary>
    /// Reads one table of a replicated database anew while the pipeline runs, and while readers see what its target held: one commit then replaces all of its rows, at a position that the other tables have
    /// come to. For a target that was damaged by others. The stream waits while the rows are read.
    /// </summary>
    /// <param name="table">Qualified name: <c>shop.orders</c>.</param>
    /// <param name="cancellationToken">Ends the waiting, not the reading.</param>
    /// <returns>Done when it is committed.</returns>
    /// <exception cref="ArgumentException">No such table is replicated now.</exception>
    /// <exception cref="InvalidOperationException">The pipeline does not replicate a database (see <see cref="ResetAsync"/>), is not running, or its run ended before.</exception>
    public Task ResnapshotAsync(string table, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(table);
        var database = _definition.Plan.Database ?? throw new InvalidOperationException($"Pipeline \"{Name}\" does not replicate a database. Stop it, and call {nameof(ResetAsync)}: then everything is read anew.");
        var tables = Volatile.Read(ref _bound)?.Logical.Tables ?? [];
        return tables.Contains(table) ? _control.RereadAsync(table, cancellationToken) : throw new ArgumentException(
            $"Pipeline \"{Name}\" replicates no table {table} of {database.Selection} now. It has: {string.Join(", ", tables)}.", nameof(table));
    }

    /// <summary>
    /// Has the next run begin anew: checkpoints are removed, and a new snapshot replaces the content of all targets in one commit, until which they stay as they are. For a result that was
    /// damaged by others, or whose source was restored. The wish is kept with the checkpoints, so that it outlives this process.
    /// </summary>
    /// <param name="cancellationToken">Gives it up; it may have been noted by then.</param>
    /// <exception cref="InvalidOperationException">It is running; or it reads files, which have no snapshot: remove its tables and its checkpoints instead.</exception>
    /// <exception cref="ObjectStoreException">The checkpoints cannot be reached.</exception>
    public Task ResetAsync(CancellationToken cancellationToken = default) => _run is { IsCompleted: false }
        ? throw new InvalidOperationException($"Pipeline \"{Name}\" is running. Stop it before it is reset.")
        : ResetRequest.AskAsync(_definition, cancellationToken);

    /// <summary>
    /// Compares each target that is a replica (a table as it is, with its primary key, in an Iceberg table) with its table, row by row: counts and hashes by ranges of the key's hash, and then the rows
    /// of ranges that differ. Online: nothing is locked, and the pipeline may run meanwhile or not. What the target shows stands for one GTID set; keys that changed since are told by the log and left
    /// out. Reads table and target once, and once more where they differ. A table that was altered just now is compared once the pipeline has followed, within half a minute.
    /// </summary>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>What was found; results that are computed are named as not compared.</returns>
    /// <exception cref="SchemaMismatchException">A table was altered since its target was committed, and the pipeline has not followed: it does not run, or is further behind.</exception>
    /// <exception cref="CdcLakeException">The server, its log since the target's position, or the catalog cannot be read.</exception>
    public Task<VerificationReport> VerifyAsync(CancellationToken cancellationToken = default) => new Verification(_definition).RunAsync(cancellationToken);

    /// <summary>Stops a run that is still going, without waiting for its commits.</summary>
    public async ValueTask DisposeAsync()
    {
        await _disposed.CancelAsync().ConfigureAwait(false);
        if (_run is { } run)
        {
            // Whoever called RunAsync has its outcome; here only its end matters.
            await run.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        _status.Forget();
        _disposed.Dispose();
    }

    /// <summary>What it is operated with; frozen.</summary>
    internal PipelineOptions Options => _definition.Options;

    /// <summary>What it is made of.</summary>
    internal PipelineDefinition Definition => _definition;

    /// <summary>The plan of the newest run; null before the first.</summary>
    internal BoundPlan? Bound => Volatile.Read(ref _bound);

    /// <summary>The same pipeline with other options, which are frozen. This one must not be run then.</summary>
    internal Pipeline Configured(PipelineOptions options) => new Pipeline(_definition.With(options)).Attached();

    /// <summary>Has the next run go by other options, which are frozen; loggers, meters and clock stay. It must not be running.</summary>
    internal void Operate(PipelineOptions options) => Volatile.Write(ref _definition, _definition.With(options));

    /// <summary>Tells those of its sinks that live in the application that they belong to this pipeline.</summary>
    internal Pipeline Attached()
    {
        foreach (var sink in _definition.Plan.Sinks)
        {
            (sink.Target as IPipelineMember)?.Attach((gtid, cancellationToken) => WaitForGtidAsync(gtid, sink.Name, cancellationToken));
        }

        return this;
    }

    /// <summary>Completes when a run has begun in which <see cref="CheckpointAsync"/> is possible.</summary>
    internal Task Begun => _control.Attached;

    /// <summary>A logger of those around the pipeline, whose messages count among its events.</summary>
    internal ILogger Recorded(ILogger logger, string area) => _events.Over(logger, area);

    /// <summary>Ends a run that is draining at once: there is no more time.</summary>
    internal void Abort() => _control.Abort(new TimeoutException($"Pipeline \"{Name}\" had no more time to commit what it had read. The next run reads it again."));

    /// <summary>Shows a state that only its host knows.</summary>
    internal void Show(PipelineState state) => _status.Enter(state);

    private async Task RunOnceAsync(CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _disposed.Token);
        _positions.Begin();
        var supervisor = new Supervisor(_definition, _status, _positions, _control, plan => Volatile.Write(ref _bound, plan));
        try
        {
            await supervisor.RunAsync(stop.Token).ConfigureAwait(false);
            _status.Enter(stop.IsCancellationRequested ? PipelineState.Stopped : PipelineState.Completed);
            _positions.End(() => new InvalidOperationException($"Pipeline \"{Name}\" ended before it reached that position."));
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Cancelled while it was starting or waiting to: nothing was read that would have to be committed.
            _status.Enter(PipelineState.Stopped);
            _positions.End(() => new InvalidOperationException($"Pipeline \"{Name}\" was stopped before it reached that position."));
        }
        catch (Exception error)
        {
            supervisor.Describe(error);
            _status.Enter(PipelineState.Failed, error);
            _positions.End(() => new InvalidOperationException($"Pipeline \"{Name}\" failed before it reached that position: {error.Message}", error));
            throw;
        }
    }

    private int SinkIndex(string name)
    {
        var (number, names) = _status.FindSink(name);
        return number ?? throw new ArgumentException($"Pipeline \"{Name}\" has no sink \"{name}\". It has: {string.Join(", ", names)}.", nameof(name));
    }
}
