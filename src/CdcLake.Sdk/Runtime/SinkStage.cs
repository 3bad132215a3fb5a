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
    private readonly StageChannel _input;

    public SinkStage(
        int index, ISink sink, SinkGate gate, StageChannel input, PipelineOptions options, StatusBoard status, PositionBoard positions)
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
    /// <param name="stop">The wish to stop: a source that ends because of it need not have reached what the sink has committed.</param>
    /// <param name="cancellationToken">Ends the run at once.</param>
    public async Task RunAsync(CancellationToken stop, CancellationToken cancellationToken)
    {
        SourcePosition? end = null;
        while (await WaitAsync(cancellationToken).ConfigureAwait(false))
        {
            while (_input.TryRead(out var message))
            {
                if (message.Batch is not null && _gate.Admit(message.Batch))
                {
                    await _sink.ChangesAsync(message.Batch, cancellationToken).ConfigureAwait(false);
                }

                if (message.End is { } epochEnd)
                {
                    end = epochEnd.Epoch.Position;
                    await EndEpochAsync(epochEnd, cancellationToken).ConfigureAwait(false);
                }
            }
        }

        await CommitAsync(cancellationToken).ConfigureAwait(false);
        if (!stop.IsCancellationRequested)
        {
            _gate.EnsureReached(end);
        }
    }

    // True when something can be read, false at the end; commits whenever that is due while it waits.
    private async Task<bool> WaitAsync(CancellationToken cancellationToken)
    {
        var arrival = _input.WaitToReadAsync(cancellationToken);
        if (arrival.IsCompleted)
        {
            return await arrival.ConfigureAwait(false);
        }

        var waiting = arrival.AsTask();
        while (_policy.DueIn is { } due)
        {
            using var timer = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            var elapsed = Task.Delay(due, _options.TimeProvider, timer.Token);
            if (await Task.WhenAny(waiting, elapsed).ConfigureAwait(false) == waiting)
            {
                await timer.CancelAsync().ConfigureAwait(false);
                break;
            }

            await CommitAsync(cancellationToken).ConfigureAwait(false);
        }

        return await waiting.ConfigureAwait(false);
    }

    private async Task EndEpochAsync(EpochEnd end, CancellationToken cancellationToken)
    {
        var epoch = end.Epoch;
        if (!_gate.Admit(epoch))
        {
            _positions.Applied(_index, epoch.Position);
            return;
        }

        if (epoch.IsCompleteResult)
        {
            await _sink.BeginEpochAsync(epoch.Kind, cancellationToken).ConfigureAwait(false);
        }

        await _sink.EndEpochAsync(epoch, cancellationToken).ConfigureAwait(false);
        var backlog = _sink.Backlog;
        _policy.EpochEnded(backlog);
        _status.Sink(_index, s => s with { PendingRows = backlog.Rows });
        if (end.Checkpoint is not null || epoch.IsCompleteResult || _policy.IsDue(backlog))
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
        var prepared = await _sink.PrepareAsync(cancellationToken).ConfigureAwait(false);
        _policy.Committed();
        if (prepared is null)
        {
            return;
        }

        await using (prepared.ConfigureAwait(false))
        {
            var commits = await prepared.Group.PublishAsync([prepared], cancellationToken).ConfigureAwait(false);
            if (commits[0] is { } commit)
            {
                Committed(commit);
            }
        }
    }

    private void Committed(SinkCommit commit)
    {
        _status.Committed(_index, commit);
        _positions.Committed(_index, commit.Position);
        _options.OnCommit?.Invoke(new PipelineCommit(
            _sink.Name, commit.Id, commit.Position.ToString(), commit.Upserts, commit.Deletes, commit.TotalRows));
    }
}
