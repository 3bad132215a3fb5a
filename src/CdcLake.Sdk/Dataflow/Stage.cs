namespace CdcLake.Dataflow;

/// <summary>
/// An operator running as a task between channels: reads changes, sends what the operator makes of them, and when an epoch has ended on all inputs closes it,
/// hands its state to the checkpoint if there is one, and passes the end on. Owns the operator.
/// </summary>
internal sealed class Stage : IDisposable
{
    private readonly IOperator _operator;
    private readonly EpochReader _reader;
    private readonly Outlet _outlet;

    /// <param name="operation">What the stage does.</param>
    /// <param name="inputs">Channels it reads, each once.</param>
    /// <param name="outlet">Where its output goes.</param>
    public Stage(IOperator operation, IEnumerable<StageChannel> inputs, Outlet outlet)
    {
        _operator = operation;
        _reader = new EpochReader(inputs);
        _outlet = outlet;
    }

    public string Name => _operator.Name;

    public IOperator Operator => _operator;

    /// <summary>Runs until all inputs are complete, and then completes its outputs. An error leaves the outputs open: whoever started the stages stops them all.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (await _reader.ReadAsync(cancellationToken).ConfigureAwait(false) is { } message)
            {
                if (message.Batch is { } batch)
                {
                    _operator.Process(message.Input, batch);
                    await SendAsync(cancellationToken).ConfigureAwait(false);
                }
                else
                {
                    await EndEpochAsync(message.End!, cancellationToken).ConfigureAwait(false);
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

    private async ValueTask EndEpochAsync(EpochEnd end, CancellationToken cancellationToken)
    {
        _operator.EndEpoch(end.Epoch);
        await SendAsync(cancellationToken).ConfigureAwait(false);
        if (end.Checkpoint is { } checkpoint && _operator.State.Count > 0)
        {
            await checkpoint.WriteAsync(Name, _operator.State, cancellationToken).ConfigureAwait(false);
        }

        await _outlet.EndEpochAsync(end, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask SendAsync(CancellationToken cancellationToken)
    {
        while (_operator.Next() is { } piece)
        {
            await _outlet.SendAsync(piece, cancellationToken).ConfigureAwait(false);
        }
    }
}
