using CdcLake.Columnar;
using CdcLake.Connectors;
using CdcLake.Dataflow;

namespace CdcLake.Runtime;

/// <summary>
/// Receives what the source pushes and sends it on epoch by epoch, so that a cancelled source leaves no half epoch behind in the operators; only an epoch larger
/// than <see cref="MaxHeldRows"/> goes on in parts. Says with which epochs a checkpoint is taken.
/// </summary>
internal sealed class SourceStage : ISourceOutput
{
    /// <summary>Rows held back at most while their epoch is open.</summary>
    public const int MaxHeldRows = 262_144;

    private readonly SourceOutlet _output;
    private readonly CheckpointSchedule? _checkpoints;
    private readonly StatusBoard _status;
    private readonly CancellationToken _abort;
    private readonly Queue<(int Table, ChangeBatch Batch)> _held = new();
    private int _heldRows;
    private bool _isPartlySent;
    private Epoch? _last;

    /// <param name="output">The stages.</param>
    /// <param name="checkpoints">Null for a plan without state.</param>
    /// <param name="status">Where progress is shown.</param>
    /// <param name="abort">Ends waiting for room. Stopping the source is not enough: an epoch that it has closed goes out whole.</param>
    public SourceStage(SourceOutlet output, CheckpointSchedule? checkpoints, StatusBoard status, CancellationToken abort)
    {
        _abort = abort;
        _output = output;
        _checkpoints = checkpoints;
        _status = status;
    }

    public ValueTask BeginEpochAsync(EpochKind kind, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    public ValueTask TableChangedAsync(TableChange change, CancellationToken cancellationToken) => throw new SchemaMismatchException(
        $"Table {(change.After ?? change.Before)!.Table.Name} was changed ({change.Statement ?? change.Kind.ToString()}), which a running pipeline cannot follow. "
        + "Start it again with a new target, which is filled from a new snapshot.");

    public ValueTask ChangesAsync(int table, ChangeBatch batch, CancellationToken cancellationToken)
    {
        _status.Changes(batch.Count);
        _held.Enqueue((table, batch));
        _heldRows += batch.Count;
        return _heldRows >= MaxHeldRows ? SendPartAsync() : ValueTask.CompletedTask;
    }

    public async ValueTask EndEpochAsync(Epoch epoch, CancellationToken cancellationToken)
    {
        var changed = _isPartlySent || _heldRows > 0;
        await SendAsync().ConfigureAwait(false);
        _isPartlySent = false;
        _last = epoch;
        var round = _checkpoints is null ? null : await _checkpoints.RoundForAsync(epoch, changed, _abort).ConfigureAwait(false);
        await _output.EndEpochAsync(new EpochEnd(epoch, round), _abort).ConfigureAwait(false);
        _status.Processed(epoch);
    }

    public void Report(SourceProgress progress) => _status.Source(progress);

    /// <summary>The source has ended or was stopped: takes a last checkpoint where the state is at the end of an epoch, and completes the channels.</summary>
    public async Task CompleteAsync()
    {
        DropUnfinished();
        var round = _checkpoints is null || _isPartlySent || _last is null
            ? null
            : await _checkpoints.LastRoundForAsync(_last, _abort).ConfigureAwait(false);
        if (round is not null)
        {
            // The same epoch ends once more, without rows: they must not count as the complete result.
            await _output.EndEpochAsync(new EpochEnd(_last! with { Kind = EpochKind.Changes }, round), _abort).ConfigureAwait(false);
        }

        _output.Complete();
        if (_checkpoints is not null)
        {
            await _checkpoints.FinishAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Disposes what an unfinished epoch left behind.</summary>
    public void DropUnfinished()
    {
        while (_held.TryDequeue(out var changes))
        {
            changes.Batch.Dispose();
        }
    }

    private ValueTask SendPartAsync()
    {
        _isPartlySent = true;
        return SendAsync();
    }

    private async ValueTask SendAsync()
    {
        while (_held.TryDequeue(out var changes))
        {
            await _output.SendAsync(changes.Table, changes.Batch, _abort).ConfigureAwait(false);
        }

        _heldRows = 0;
    }
}
