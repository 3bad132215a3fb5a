using CdcLake.Connectors;
using CdcLake.Dataflow;

namespace CdcLake.Runtime;

/// <summary>
/// The tasks of a run's sinks: one for each, and one for the upkeep of its target. Of a database tables come and go while the run goes on: their sinks are opened, take part in commits from the
/// next barrier on, and leave behind the last one, all of it on the task of whoever sends, which has nothing under way then.
/// </summary>
/// <param name="run">Opens and closes sinks.</param>
/// <param name="commits">Hears who takes part.</param>
/// <param name="group">Runs the tasks.</param>
/// <param name="status">Where progress is shown.</param>
/// <param name="positions">Where positions are noted.</param>
/// <param name="mayEndEarly">Asked at the end: true when a sink need not have reached what it has committed.</param>
internal sealed class SinkStages(
    PreparedRun run, CommitCoordinator commits, StageGroup group, StatusBoard status, PositionBoard positions, Func<bool> mayEndEarly)
{
    private readonly Dictionary<RunSink, Task> _ends = [];
    private readonly List<(RunSink Sink, string Table)> _coming = [];

    /// <summary>Called with the plan when tables came or went.</summary>
    public Action<PreparedRun> Changed { get; init; } = _ => { };

    /// <summary>Tables that are to be read anew.</summary>
    public RereadRequests Requests { get; } = new();

    /// <summary>True where tables come and go.</summary>
    public bool FollowsTables => run.Plan.Logical.Database is not null;

    /// <inheritdoc cref="PreparedRun.Rebind"/>
    public IReadOnlyDictionary<int, SinkOpening> Rebind(TableChange change) => run.Rebind(change);

    /// <summary>Starts the tasks of a sink.</summary>
    /// <param name="sink">The sink.</param>
    /// <param name="gate">Throws away what it has.</param>
    /// <param name="isNew">Its table came while the run goes on.</param>
    /// <returns>What can be seen of it.</returns>
    public StageProbe Start(RunSink sink, SinkGate gate, bool isNew = false)
    {
        var stage = new SinkStage(sink.Number, sink.Sink, gate, sink.Input, commits, status, positions, run.Clock) { IsNew = isNew };
        Task RunAsync() => stage.RunAsync(() => mayEndEarly() || !run.Sinks.All.Contains(sink), group.Aborted);
        if (sink.Sink is IMaintainedSink maintained)
        {
            var upkeep = new UpkeepStage(maintained, u => status.Maintained(sink.Number, u), group.Aborted);
            _ends[sink] = Task.WhenAll(group.Start(sink.Sink.Name, () => upkeep.RunBesideAsync(RunAsync)), group.Start(sink.Sink.Name, upkeep.RunAsync));
        }
        else
        {
            _ends[sink] = group.Start(sink.Sink.Name, RunAsync);
        }

        return stage.Probe;
    }

    /// <summary>So many tables will come.</summary>
    public void Await(int tables) => positions.Await(tables);

    /// <summary>A table comes: opens its sinks.</summary>
    /// <returns>Where its changes go.</returns>
    public async Task<Outlet> AddAsync(TableChange change, CancellationToken cancellationToken)
    {
        var outlet = new Outlet();
        foreach (var sink in await run.OpenAsync(change, cancellationToken).ConfigureAwait(false))
        {
            outlet.Add(sink.Input.Channels[0], 0);
            positions.Add(sink.Number);
            run.Sinks.Add(sink);
            _coming.Add((sink, change.After!.Table.Name));
            status.Came(sink, Start(sink, new SinkGate(sink.Sink.Name, null, null, false), isNew: true));
        }

        Changed(run);
        return outlet;
    }

    /// <summary>An epoch has ended in all sinks, those included whose tables came in it: they take part in commits from here on.</summary>
    public void EpochEnded()
    {
        foreach (var (sink, table) in _coming)
        {
            commits.Join(sink);
            Requests.Done(table);
        }

        _coming.Clear();
    }

    /// <summary>A table goes: its sinks take part in nothing that comes from here on, and need not reach what they have committed of one that had its name later.</summary>
    /// <returns>The sinks, for <see cref="CloseAsync"/>.</returns>
    public IReadOnlyList<RunSink> Leave(TableChange change)
    {
        RunSink[] going = [.. run.Sinks.Of(change.Table)];
        foreach (var sink in going)
        {
            run.Sinks.Remove(sink);
            commits.Leave(sink);
        }

        return going;
    }

    /// <summary>Nothing more comes on the channels of sinks that left: waits for them, and does with their targets what the pipeline says.</summary>
    public async Task CloseAsync(IReadOnlyList<RunSink> going, TableChange change, CancellationToken cancellationToken)
    {
        if (change.Kind == TableChangeKind.Removed)
        {
            Requests.Gone(change.Before!.Table.Name);
        }

        foreach (var sink in going)
        {
            if (_ends.Remove(sink, out var end))
            {
                await end.ConfigureAwait(false);
            }

            cancellationToken.ThrowIfCancellationRequested(); // the stages end too when the run fails
            positions.Remove(sink.Number);
            status.Went(sink);
            await run.CloseAsync(sink, change, cancellationToken).ConfigureAwait(false);
        }

        Changed(run);
    }
}
