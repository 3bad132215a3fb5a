using CdcLake.Diagnostics;
using CdcLake.State.Stores;

namespace CdcLake.Dataflow;

/// <summary>
/// An operator running as a task between channels: reads changes, sends what the operator makes of them, closes an epoch when it has ended on all inputs, hands its
/// state to a checkpoint where a barrier carries one, and passes every signal on once. Owns the operator.
/// </summary>
internal sealed class Stage : IDisposable
{
    private readonly IOperator _operator;
    private readonly EpochReader _reader;
    private readonly Outlet _outlet;
    private readonly IReadOnlySet<int> _tables;
    private readonly StageChannel[] _inputs;
    private readonly WaitMeter _idle;
    private long _rows;

    /// <param name="operation">What the stage does.</param>
    /// <param name="inputs">Channels it reads, each once.</param>
    /// <param name="outlet">Where its output goes.</param>
    /// <param name="tables">Numbers of the captured tables that reach the operator, directly or through others; a change of another one does not concern it.</param>
    /// <param name="clock">Measures waits; null for the system's.</param>
    public Stage(IOperator operation, IEnumerable<StageChannel> inputs, Outlet outlet, IReadOnlySet<int>? tables = null, TimeProvider? clock = null)
    {
        _operator = operation;
        _idle = new WaitMeter(clock ?? TimeProvider.System);
        _inputs = [.. inputs];
        _reader = new EpochReader(_inputs, _idle);
        _outlet = outlet;
        _tables = tables ?? new HashSet<int>();
    }

    public string Name => _operator.Name;

    public IOperator Operator => _operator;

    /// <summary>Which of the operator's partitions it is; its name is that of all of them.</summary>
    public Partition Partition { get; init; } = Partition.Only;

    /// <summary>What can be seen of it while it runs.</summary>
    public StageProbe Probe => new(
        Name, () => new StageReading(Volatile.Read(ref _rows), _outlet.Rows, _idle.Total, _outlet.Waited), _inputs, _operator.State);

    /// <summary>Runs until all inputs are complete, and then completes its outputs. An error leaves the outputs open: whoever started the stages stops them all.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (await _reader.ReadAsync(cancellationToken).ConfigureAwait(false) is { } message)
            {
                if (message.Batch is { } batch)
                {
                    Volatile.Write(ref _rows, _rows + batch.Count);
                    _operator.Process(message.Input, batch);
                    await SendAsync(cancellationToken).ConfigureAwait(false);
                }
                else if (message.Signal is StreamBarrier barrier)
                {
                    // State does not change until this is done: what comes behind need not wait for the disk.
                    await _outlet.SignalAsync(barrier, cancellationToken).ConfigureAwait(false);
                    await CutAsync(barrier, cancellationToken).ConfigureAwait(false);
                }
                else
                {
                    await HandleAsync(message.Signal!, cancellationToken).ConfigureAwait(false);
                    await _outlet.SignalAsync(message.Signal!, cancellationToken).ConfigureAwait(false);
                }
            }
        }
        catch (CdcLakeException error)
        {
            error.Stage ??= Name;
            throw;
        }

        _outlet.Complete();
    }

    public void Dispose() => _operator.Dispose();

    private async ValueTask HandleAsync(StageSignal signal, CancellationToken cancellationToken)
    {
        switch (signal)
        {
            case EpochBegin begin:
                _operator.BeginEpoch(begin.Kind);
                break;
            case EpochEnd end:
                _operator.EndEpoch(end.Epoch);
                await SendAsync(cancellationToken).ConfigureAwait(false);
                TrimState();
                break;
            case TableChanged { Change: var change } when _tables.Contains(change.Table):
                _operator.Rebind(change);
                break;
        }
    }

    private async ValueTask CutAsync(StreamBarrier barrier, CancellationToken cancellationToken)
    {
        if (barrier.Checkpoint is { } checkpoint && _operator.State.Count > 0)
        {
            await checkpoint.WriteAsync(Partition.PartOf(Name), _operator.State, cancellationToken).ConfigureAwait(false);
        }
    }

    // State that rests gives memory back to state that grows.
    private void TrimState()
    {
        for (var i = 0; i < _operator.State.Count; i++)
        {
            _operator.State[i].Log.Trim();
        }
    }

    private async ValueTask SendAsync(CancellationToken cancellationToken)
    {
        while (_operator.Next() is { } piece)
        {
            await _outlet.SendAsync(piece, cancellationToken).ConfigureAwait(false);
        }
    }
}
