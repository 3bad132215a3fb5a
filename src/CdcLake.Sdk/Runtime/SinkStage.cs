using CdcLake.Connectors;
using CdcLake.Dataflow;
using CdcLake.Diagnostics;

namespace CdcLake.Runtime;

/// <summary>The task of one sink: gives it what passes its gate, epoch by epoch, and takes part in commits and checkpoints where a barrier stands. Decides nothing.</summary>
internal sealed class SinkStage
{
    private readonly ISink _sink;
    private readonly SinkGate _gate;
    private readonly StatusBoard _status;
    private readonly PositionBoard _positions;
    private readonly CommitCoordinator _commits;
    private readonly int _index;
    private readonly string _name;
    private readonly SinkInput _input;
    private readonly WaitMeter _idle;
    private long _rows;
    private bool _epochIsOpen;
    private bool _isNew;
    private SourcePosition? _end;

    /// <param name="index">Number of the sink.</param>
    /// <param name="sink">The sink, open; this stage alone calls it, but for the publication of what it prepared.</param>
    /// <param name="gate">Throws away what the sink has.</param>
    /// <param name="input">What reaches it.</param>
    /// <param name="commits">Hears what waits in the sink.</param>
    /// <param name="status">Where progress is shown.</param>
    /// <param name="positions">Where positions are noted.</param>
    /// <param name="clock">Measures waits.</param>
    public SinkStage(
        int index, ISink sink, SinkGate gate, SinkInput input, CommitCoordinator commits, StatusBoard status, PositionBoard positions, TimeProvider clock)
    {
        _idle = new WaitMeter(clock);
        _index = index;
        _sink = sink;
        _gate = gate;
        _input = input;
        _name = input.Name;
        _commits = commits;
        _status = status;
        _positions = positions;
    }

    /// <summary>True for the sink of a table that came while the run goes on: its first epoch carries all rows of the table, and replaces what the target holds.</summary>
    public bool IsNew { init => _isNew = value; }

    /// <summary>What can be seen of it while it runs.</summary>
    public StageProbe Probe => new(
        _name, () => new StageReading(Volatile.Read(ref _rows), 0, _idle.Total, TimeSpan.Zero), _input.Channels, _sink is IVolatileSink view ? view.State : []);

    /// <summary>Runs until its channels are complete; the last barrier has committed what there was.</summary>
    /// <param name="mayEndEarly">Asked at the end: true when the source was stopped, or ends so that tables are read anew; it need not have reached what the sink has committed then.</param>
    /// <param name="cancellationToken">Ends the run at once.</param>
    public async Task RunAsync(Func<bool> mayEndEarly, CancellationToken cancellationToken)
    {
        var reader = new EpochReader(_input.Channels, _idle);
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false) is { } message)
        {
            if (message.Batch is not { } batch)
            {
                await HandleAsync(message.Signal!, cancellationToken).ConfigureAwait(false);
                continue;
            }

            Volatile.Write(ref _rows, _rows + batch.Count);
            if (_gate.Admit(batch))
            {
                await BeginEpochAsync(EpochKind.Changes, cancellationToken).ConfigureAwait(false);
                await _sink.ChangesAsync(batch, cancellationToken).ConfigureAwait(false);
            }
        }

        if (!mayEndEarly())
        {
            _gate.EnsureReached(_end);
        }
    }

    private async ValueTask HandleAsync(StageSignal signal, CancellationToken cancellationToken)
    {
        switch (signal)
        {
            case EpochBegin begin when !_gate.IsSkipping:
                await BeginEpochAsync(begin.Kind, cancellationToken).ConfigureAwait(false);
                break;
            case EpochEnd end:
                await EndEpochAsync(end.Epoch, cancellationToken).ConfigureAwait(false);
                break;
            case TableChanged { Change: var change, Openings: var openings } when _input.Tables.Contains(change.Table) && !_gate.IsSkipping:
                await _sink.TableChangedAsync(change, openings.GetValueOrDefault(_index), cancellationToken).ConfigureAwait(false);
                break;
            case StreamBarrier barrier:
                await CutAsync(barrier, cancellationToken).ConfigureAwait(false);
                break;
        }
    }

    private ValueTask BeginEpochAsync(EpochKind kind, CancellationToken cancellationToken)
    {
        if (_epochIsOpen)
        {
            return ValueTask.CompletedTask;
        }

        _epochIsOpen = true;
        var first = _isNew ? EpochKind.CompleteResult : kind;
        _isNew = false;
        return _sink.BeginEpochAsync(first, cancellationToken);
    }

    private async ValueTask EndEpochAsync(Epoch epoch, CancellationToken cancellationToken)
    {
        _end = epoch.Position;
        if (!_gate.Admit(epoch))
        {
            return;
        }

        await BeginEpochAsync(epoch.Kind, cancellationToken).ConfigureAwait(false);
        await _sink.EndEpochAsync(epoch, cancellationToken).ConfigureAwait(false);
        _epochIsOpen = false;
        var backlog = _sink.Backlog;
        _status.SinkReached(_index, epoch, _sink.IsDurable ? backlog.Rows : 0, isVolatile: !_sink.IsDurable);
        if (!_sink.IsDurable)
        {
            _positions.Shows(_index, epoch.Position);
            return;
        }

        _commits.EpochEnded(_index, backlog);
        if (backlog.Rows == 0)
        {
            // Nothing of this epoch is missing from the target: it equals the result here, although the position stored with it is older.
            _positions.Shows(_index, epoch.Position);
        }
    }

    private async ValueTask CutAsync(StreamBarrier barrier, CancellationToken cancellationToken)
    {
        if (barrier.Checkpoint is { } checkpoint && _sink is IVolatileSink { State.Count: > 0 } view)
        {
            await checkpoint.WriteAsync(_name, view.State, cancellationToken).ConfigureAwait(false);
        }

        if (barrier.Commit is { } commit && _sink.IsDurable)
        {
            await commit.TakePartAsync(_index, _sink, cancellationToken).ConfigureAwait(false);
        }
    }
}
