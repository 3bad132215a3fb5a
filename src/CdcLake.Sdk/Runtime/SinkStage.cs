using CdcLake.Columnar;
using CdcLake.Connectors;
using CdcLake.Dataflow;

namespace CdcLake.Runtime;

/// <summary>The task of one sink: applies batches and epochs, and commits when the policy or a checkpoint asks for it.</summary>
internal sealed class SinkStage
{
    private readonly ISink _sink;
    private readonly SinkGate _gate;
    private readonly CommitPolicy _policy;
    private readonly StatusBoard _status;
    private readonly PositionBoard _positions;
    private readonly PipelineOptions _options;
    private readonly int _index;
    private readonly StageChannel<SinkMessage> _input;

    public SinkStage(
        int index, ISink sink, SinkGate gate, StageChannel<SinkMessage> input, PipelineOptions options, StatusBoard status, PositionBoard positions)
    {
        _index = index;
        _sink = sink;
        _gate = gate;
        _input = input;
        _options = options;
        _policy = new CommitPolicy(options);
        _status = status;
        _positions = positions;
    }

    /// <summary>Runs until its channel is complete, then commits what is left.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        SourcePosition? end = null;
        while (true)
        {
            var (available, timedOut) = await _input.WaitToReadAsync(_policy.DueIn, _options.TimeProvider, cancellationToken).ConfigureAwait(false);
            if (timedOut)
            {
                await CommitAsync(cancellationToken).ConfigureAwait(false);
                continue;
            }

            if (!available)
            {
                break;
            }

            while (_input.TryRead(out var message))
            {
                if (message.Batch is not null && _gate.Admit(message.Batch))
                {
                    await _sink.ChangesAsync(message.Batch, cancellationToken).ConfigureAwait(false);
                }

                if (message.Epoch is { } epoch)
                {
                    end = epoch.Position;
                    await EndEpochAsync(epoch, message.CommitNow, cancellationToken).ConfigureAwait(false);
                }
            }
        }

        await CommitAsync(cancellationToken).ConfigureAwait(false);
        _gate.EnsureReached(end);
    }

    private async Task EndEpochAsync(Epoch epoch, bool commitNow, CancellationToken cancellationToken)
    {
        if (!_gate.Admit(epoch))
        {
            _positions.Applied(_index, epoch.Position);
            return;
        }

        await _sink.EndEpochAsync(epoch, cancellationToken).ConfigureAwait(false);
        var backlog = _sink.Backlog;
        _policy.EpochEnded(backlog);
        _status.Sink(_index, s => s with { PendingRows = backlog.Rows });
        if (commitNow || epoch.IsCompleteResult || _policy.IsDue(backlog))
        {
            await CommitAsync(cancellationToken).ConfigureAwait(false);
        }
        else if (backlog.Rows == 0)
        {
            // Nothing of this epoch is missing from the target: it equals the result here, although the position stored with it is older.
            _positions.Applied(_index, epoch.Position);
        }
    }

    private async Task CommitAsync(CancellationToken cancellationToken)
    {
        var commit = await _sink.CommitAsync(cancellationToken).ConfigureAwait(false);
        _policy.Committed();
        if (commit is null)
        {
            return;
        }

        _status.Committed(_index, commit);
        _positions.Committed(_index, commit.Position);
        _options.OnCommit?.Invoke(new PipelineCommit(
            _sink.Name, commit.Id, commit.Position.ToString(), commit.Upserts, commit.Deletes, commit.TotalRows));
    }
}

/// <summary>What goes from the operators to a sink: changes, or the end of an epoch, which with <paramref name="CommitNow"/> is to be committed at once.</summary>
internal readonly record struct SinkMessage(ChangeBatch? Batch, Epoch? Epoch, bool CommitNow);
