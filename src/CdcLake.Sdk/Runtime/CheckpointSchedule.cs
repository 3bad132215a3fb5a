using CdcLake.Checkpoints;
using CdcLake.Connectors;
using CdcLake.Dataflow;
using CdcLake.Planning.Binding;
using CdcLake.State;
using CdcLake.Storage;

namespace CdcLake.Runtime;

/// <summary>
/// Decides at which epochs operator state is checkpointed, and makes a checkpoint count once every sink has committed that epoch: state is only worth keeping when
/// no sink is behind it, since what a sink has not committed has to come out of the operators again. Used by the source's task only.
/// </summary>
internal sealed class CheckpointSchedule
{
    private readonly CheckpointStore _store;
    private readonly IReadOnlyList<IOperator> _operators;
    private readonly CheckpointDescriptor? _found;
    private readonly PipelineOptions _options;
    private readonly StatusBoard _status;
    private readonly PositionBoard _positions;
    private Task _publishing = Task.CompletedTask;
    private long _lastTime;
    private bool _changed;

    private CheckpointSchedule(
        CheckpointStore store, IReadOnlyList<IOperator> operators, CheckpointDescriptor? found, PipelineOptions options, StatusBoard status, PositionBoard positions)
    {
        _store = store;
        _operators = operators;
        _found = found;
        _options = options;
        _status = status;
        _positions = positions;
        _lastTime = options.TimeProvider.GetTimestamp();
    }

    /// <summary>What the newest checkpoint includes; null when there is none.</summary>
    public SourcePosition? Position { get; private set; }

    /// <summary>Opens the pipeline's folder; null when the plan keeps no state.</summary>
    /// <exception cref="PlanChangedException">The newest checkpoint belongs to another plan.</exception>
    /// <exception cref="CheckpointException">It is damaged.</exception>
    public static async Task<CheckpointSchedule?> OpenAsync(
        PipelineDefinition definition, BoundPlan plan, StageGraph graph, ISource source, StatusBoard status, PositionBoard positions, CancellationToken cancellationToken)
    {
        var stateful = graph.Stateful.ToList();
        if (stateful.Count == 0)
        {
            return null;
        }

        var stores = stateful.ToDictionary(o => o.Name, o => o.State.Count, StringComparer.Ordinal);
        var folder = new LocalObjectStore(Path.GetFullPath(Path.Combine(definition.Options.CheckpointFolder, definition.Name)), definition.Options.TimeProvider);
        var store = new CheckpointStore(
            folder, definition.Name, [.. plan.Nodes.Select(n => new CheckpointOperator(n.Name, n.Fingerprint, stores.GetValueOrDefault(n.Name)))]);
        var found = await store.LoadLatestAsync(cancellationToken).ConfigureAwait(false);
        return new CheckpointSchedule(store, stateful, found, definition.Options, status, positions)
        {
            Position = found is null ? null : source.ParsePosition(found.Position),
        };
    }

    /// <summary>Loads the state of the newest checkpoint into the operators.</summary>
    public async Task RestoreAsync(CancellationToken cancellationToken)
    {
        foreach (var operation in _operators)
        {
            await _store.RestoreAsync(_found!, operation.Name, operation.State, cancellationToken).ConfigureAwait(false);
            operation.AfterRestore();
        }

        _status.Update(s => s with { CheckpointPosition = Position!.ToString() });
    }

    /// <summary>The checkpoint that the end of this epoch carries, or null when none is due.</summary>
    /// <param name="epoch">The epoch that ends.</param>
    /// <param name="changed">It has changes. Where only the position moves, a checkpoint just saves reading those transactions again: that can wait.</param>
    /// <param name="cancellationToken">Ends the run.</param>
    public async ValueTask<ICheckpointRound?> RoundForAsync(Epoch epoch, bool changed, CancellationToken cancellationToken)
    {
        _changed |= changed;
        if (!_publishing.IsCompleted || epoch.Position.Equals(Position))
        {
            return null;
        }

        await _publishing.ConfigureAwait(false);
        var age = _options.TimeProvider.GetElapsedTime(_lastTime);
        var isDue = epoch.IsCompleteResult || (age >= _options.CheckpointInterval && (_changed || age >= CommitPolicy.PositionInterval));
        return isDue ? Begin(epoch, cancellationToken) : null;
    }

    /// <summary>The checkpoint that ends a run, or null when the newest one already includes everything.</summary>
    public async ValueTask<ICheckpointRound?> LastRoundForAsync(Epoch epoch, CancellationToken cancellationToken)
    {
        await FinishAsync().ConfigureAwait(false);
        return epoch.Position.Equals(Position) ? null : Begin(epoch, cancellationToken);
    }

    /// <summary>Waits for the checkpoint in the making.</summary>
    public Task FinishAsync() => _publishing;

    private CountedRound Begin(Epoch epoch, CancellationToken cancellationToken)
    {
        var round = _store.Begin();
        var counted = new CountedRound(round, _operators.Count);
        _publishing = PublishAsync(round, counted, epoch, cancellationToken);
        _lastTime = _options.TimeProvider.GetTimestamp();
        _changed = false;
        return counted;
    }

    private async Task PublishAsync(CheckpointRound round, CountedRound counted, Epoch epoch, CancellationToken cancellationToken)
    {
        await using (round.ConfigureAwait(false))
        {
            await counted.WaitAsync(cancellationToken).ConfigureAwait(false);
            await _positions.WaitCommittedAsync(epoch.Position, cancellationToken).ConfigureAwait(false);
            await _store.CommitAsync(round, epoch.Position, cancellationToken).ConfigureAwait(false);
        }

        Position = epoch.Position;
        _status.Update(s => s with { CheckpointPosition = epoch.Position.ToString() });
    }
}
