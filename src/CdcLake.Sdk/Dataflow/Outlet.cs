using CdcLake.Columnar;

namespace CdcLake.Dataflow;

/// <summary>
/// Where a stage's output goes: to no, one or several inputs of other stages. A batch has one owner, so every receiver but the last gets a copy.
/// Not thread-safe; belongs to the sending stage.
/// </summary>
internal sealed class Outlet
{
    private readonly List<(StageChannel Channel, int Input)> _targets = [];
    private long _rows;

    /// <summary>Changes sent since the start, however many receivers they have; may be read from anywhere.</summary>
    public long Rows => Volatile.Read(ref _rows);

    /// <summary>The channels behind the targets, each once.</summary>
    public IEnumerable<StageChannel> Channels => _targets.Select(t => t.Channel).Distinct();

    /// <summary>How long the sender has waited for room since the start.</summary>
    public TimeSpan Waited => Channels.Aggregate(TimeSpan.Zero, (sum, c) => sum + c.Waited);

    /// <summary>Adds a receiver, before the stage runs. Two inputs of one stage that are fed by the same stage share a channel, which keeps their order.</summary>
    public void Add(StageChannel channel, int input) => _targets.Add((channel, input));

    /// <summary>Sends changes; ownership passes.</summary>
    public async ValueTask SendAsync(ChangeBatch batch, CancellationToken cancellationToken)
    {
        if (batch.Count == 0 || _targets.Count == 0)
        {
            batch.Dispose();
            return;
        }

        Volatile.Write(ref _rows, _rows + batch.Count);
        for (var i = 0; i < _targets.Count - 1; i++)
        {
            await _targets[i].Channel.WriteAsync(new StageMessage(_targets[i].Input, batch.Copy(), null), cancellationToken).ConfigureAwait(false);
        }

        var (channel, input) = _targets[^1];
        await channel.WriteAsync(new StageMessage(input, batch, null), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Sends a signal, once on each channel.</summary>
    public async ValueTask SignalAsync(StageSignal signal, CancellationToken cancellationToken)
    {
        foreach (var channel in Channels)
        {
            await channel.WriteAsync(new StageMessage(0, null, signal), cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Nothing more will be sent.</summary>
    public void Complete()
    {
        foreach (var channel in Channels)
        {
            channel.Complete();
        }
    }
}
