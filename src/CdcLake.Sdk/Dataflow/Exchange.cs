using CdcLake.Columnar;

namespace CdcLake.Dataflow;

/// <summary>
/// Spreads changes over the partitions of a receiver, a channel to each. Rows are copied once, a column at a time, into a batch for each partition, which leaves when it is full
/// or when a signal comes: so it holds at most <see cref="FullRows"/> rows or <see cref="FullBytes"/> a partition, beside the last batch that came. Not thread-safe; belongs to the sending stage.
/// </summary>
internal sealed class Exchange
{
    /// <summary>Rows at which a partition's batch leaves: not more than what one batch of a sender has, so that receivers begin early.</summary>
    public const int FullRows = ChangeBatch.TargetRows / 2;

    /// <summary>Bytes at which a partition's batch of fewer rows leaves.</summary>
    public const long FullBytes = 1L << 20;

    private readonly StageChannel[] _channels;
    private readonly int _input;
    private readonly KeyPartitioner _keys;
    private readonly ChangeBatch?[] _waiting;

    /// <param name="channels">By partition of the receiver.</param>
    /// <param name="input">Number of the receiver's input.</param>
    /// <param name="keys">Says which row belongs where.</param>
    public Exchange(IEnumerable<StageChannel> channels, int input, KeyPartitioner keys)
    {
        _channels = [.. channels];
        _input = input;
        _keys = keys;
        _waiting = new ChangeBatch?[_channels.Length];
    }

    public IReadOnlyList<StageChannel> Channels => _channels;

    /// <summary>Sends changes; the batch stays the caller's.</summary>
    public async ValueTask SendAsync(ChangeBatch batch, CancellationToken cancellationToken)
    {
        _keys.Assign(batch);
        for (var p = 0; p < _channels.Length; p++)
        {
            if (TakeFull(p, batch) is { } full)
            {
                await _channels[p].WriteAsync(new StageMessage(_input, full, null), cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Sends what waits, before a signal.</summary>
    public async ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        for (var p = 0; p < _channels.Length; p++)
        {
            if (_waiting[p] is { } rest)
            {
                _waiting[p] = null;
                await _channels[p].WriteAsync(new StageMessage(_input, rest, null), cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Gives up what waits: its epoch will not end.</summary>
    public void Drop()
    {
        foreach (ref var batch in _waiting.AsSpan())
        {
            batch?.Dispose();
            batch = null;
        }
    }

    private ChangeBatch? TakeFull(int partition, ChangeBatch batch)
    {
        var rows = _keys.RowsOf(partition);
        if (rows.IsEmpty)
        {
            return null;
        }

        var waiting = _waiting[partition] ??= new ChangeBatch(batch.Schema);
        waiting.AppendFrom(batch, rows);
        if (waiting.Count < FullRows && waiting.ByteSize < FullBytes)
        {
            return null;
        }

        _waiting[partition] = null;
        return waiting;
    }
}
