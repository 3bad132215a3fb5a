using CdcLake.Columnar;

namespace CdcLake.Dataflow;

/// <summary>
/// Where a stage's output goes: to no, one or several inputs of other stages, each of one task or of several partitions. A batch has one owner, so every receiver but the last gets a copy.
/// Not thread-safe; belongs to the sending stage.
/// </summary>
internal sealed class Outlet
{
    private readonly List<(StageChannel Channel, int Input)> _targets = [];
    private readonly List<Exchange> _exchanges = [];
    private StageChannel[] _channels = [];
    private long _rows;

    /// <summary>Changes sent since the start, however many receivers they have; may be read from anywhere.</summary>
    public long Rows => Volatile.Read(ref _rows);

    /// <summary>The channels behind the targets, each once.</summary>
    public IReadOnlyList<StageChannel> Channels => _channels;

    /// <summary>How long the sender has waited for room since the start.</summary>
    public TimeSpan Waited => _channels.Aggregate(TimeSpan.Zero, (sum, c) => sum + c.Waited);

    /// <summary>Adds a receiver, before the stage runs. Two inputs of one stage that are fed by the same stage share a channel, which keeps their order.</summary>
    public void Add(StageChannel channel, int input)
    {
        _targets.Add((channel, input));
        _channels = [.. _channels.Append(channel).Distinct()];
    }

    /// <summary>Adds a receiver that runs in partitions, before the stage runs.</summary>
    public void Add(Exchange exchange)
    {
        _exchanges.Add(exchange);
        _channels = [.. _channels.Union(exchange.Channels)];
    }

    /// <summary>Sends changes; ownership passes.</summary>
    public async ValueTask SendAsync(ChangeBatch batch, CancellationToken cancellationToken)
    {
        if (batch.Count == 0 || _channels.Length == 0)
        {
            batch.Dispose();
            return;
        }

        Volatile.Write(ref _rows, _rows + batch.Count);
        foreach (var exchange in _exchanges)
        {
            await exchange.SendAsync(batch, cancellationToken).ConfigureAwait(false);
        }

        if (_targets.Count == 0)
        {
            batch.Dispose();
            return;
        }

        for (var i = 0; i < _targets.Count - 1; i++)
        {
            await _targets[i].Channel.WriteAsync(new StageMessage(_targets[i].Input, batch.Copy(), null), cancellationToken).ConfigureAwait(false);
        }

        var (channel, input) = _targets[^1];
        await channel.WriteAsync(new StageMessage(input, batch, null), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Sends what waits to become a batch. Comes before a signal that somebody else sends over the same channels.</summary>
    public async ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        foreach (var exchange in _exchanges)
        {
            await exchange.FlushAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Sends a signal, once on each channel.</summary>
    public async ValueTask SignalAsync(StageSignal signal, CancellationToken cancellationToken)
    {
        await FlushAsync(cancellationToken).ConfigureAwait(false);
        foreach (var channel in _channels)
        {
            await channel.WriteAsync(new StageMessage(0, null, signal), cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Gives up what waits to become a batch: its epoch will not end.</summary>
    public void Drop() => _exchanges.ForEach(e => e.Drop());

    /// <summary>Nothing more will be sent.</summary>
    public void Complete()
    {
        Drop();
        foreach (var channel in _channels)
        {
            channel.Complete();
        }
    }
}
