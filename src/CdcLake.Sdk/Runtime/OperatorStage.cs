using CdcLake.Connectors;
using CdcLake.Dataflow;

namespace CdcLake.Runtime;

/// <summary>The task that runs all operators, epoch by epoch, and takes checkpoints between epochs.</summary>
internal sealed class OperatorStage
{
    private readonly OperatorGraph _operators;
    private readonly StageChannel<SourceMessage> _input;
    private readonly IReadOnlyList<StageChannel<SinkMessage>> _outputs;
    private readonly CheckpointSession? _checkpoints;
    private readonly PipelineOptions _options;
    private readonly StatusBoard _status;
    private readonly PositionBoard _positions;
    private long _lastCheckpoint;
    private Task _publishing = Task.CompletedTask;
    private bool _changed;

    public OperatorStage(
        OperatorGraph operators,
        StageChannel<SourceMessage> input,
        IReadOnlyList<StageChannel<SinkMessage>> outputs,
        CheckpointSession? checkpoints,
        PipelineOptions options,
        StatusBoard status,
        PositionBoard positions)
    {
        _operators = operators;
        _input = input;
        _outputs = outputs;
        _checkpoints = checkpoints;
        _options = options;
        _status = status;
        _positions = positions;
    }

    /// <summary>Runs until the source is done, then takes a last checkpoint and closes the sinks' channels.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        _lastCheckpoint = _options.TimeProvider.GetTimestamp();
        Epoch? last = null;
        var midEpoch = false;
        while (await _input.WaitToReadAsync(cancellationToken).ConfigureAwait(false))
        {
            while (_input.TryRead(out var message))
            {
                midEpoch = message.Epoch is null;
                _changed |= message.Changes.Count > 0;
                foreach (var changes in message.Changes)
                {
                    _operators.Changes(changes.Table, changes.Batch);
                    await SendOutputAsync(cancellationToken).ConfigureAwait(false);
                }

                if (message.Epoch is { } epoch)
                {
                    last = epoch;
                    await EndEpochAsync(epoch, cancellationToken).ConfigureAwait(false);
                }
            }
        }

        await FinishAsync(midEpoch ? null : last, cancellationToken).ConfigureAwait(false);
    }

    private async Task EndEpochAsync(Epoch epoch, CancellationToken cancellationToken)
    {
        _operators.EndEpoch();
        await SendOutputAsync(cancellationToken).ConfigureAwait(false);
        _status.Processed(epoch);
        var checkpoint = IsCheckpointDue(epoch);
        if (checkpoint)
        {
            await _publishing.ConfigureAwait(false);
            await _checkpoints!.CaptureAsync(epoch, cancellationToken).ConfigureAwait(false);
            _lastCheckpoint = _options.TimeProvider.GetTimestamp();
            _changed = false;
        }

        foreach (var output in _outputs)
        {
            await output.WriteAsync(new SinkMessage(null, epoch, checkpoint), cancellationToken).ConfigureAwait(false);
        }

        if (checkpoint)
        {
            _publishing = PublishAsync(epoch, cancellationToken);
        }
    }

    // Where only the position moves, state is the same and a new checkpoint just saves reading those transactions again: that can wait.
    private bool IsCheckpointDue(Epoch epoch)
    {
        if (_checkpoints is null || !_publishing.IsCompleted || epoch.Position.Equals(_checkpoints.LastPosition))
        {
            return false;
        }

        var age = _options.TimeProvider.GetElapsedTime(_lastCheckpoint);
        return epoch.IsCompleteResult || (age >= _options.CheckpointInterval && (_changed || age >= CommitPolicy.PositionInterval));
    }

    // State is only worth keeping when no sink is behind it: what a sink has not committed has to come out of the operators again.
    private async Task PublishAsync(Epoch epoch, CancellationToken cancellationToken)
    {
        await _positions.WaitCommittedAsync(epoch.Position, cancellationToken).ConfigureAwait(false);
        await _checkpoints!.PublishAsync(cancellationToken).ConfigureAwait(false);
        _status.Update(s => s with { CheckpointPosition = epoch.Position.ToString() });
    }

    private async Task FinishAsync(Epoch? last, CancellationToken cancellationToken)
    {
        await _publishing.ConfigureAwait(false);
        var checkpoint = _checkpoints is not null && last is not null && !last.Position.Equals(_checkpoints.LastPosition);
        if (checkpoint)
        {
            await _checkpoints!.CaptureAsync(last!, cancellationToken).ConfigureAwait(false);
        }

        foreach (var output in _outputs)
        {
            output.Complete();
        }

        if (checkpoint)
        {
            await PublishAsync(last!, cancellationToken).ConfigureAwait(false);
        }
    }

    private async ValueTask SendOutputAsync(CancellationToken cancellationToken)
    {
        while (_operators.TryTakeOutput(out var sink, out var batch))
        {
            await _outputs[sink].WriteAsync(new SinkMessage(batch, null, false), cancellationToken).ConfigureAwait(false);
        }
    }
}
