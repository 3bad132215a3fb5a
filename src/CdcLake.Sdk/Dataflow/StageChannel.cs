using System.Threading.Channels;

namespace CdcLake.Dataflow;

/// <summary>
/// The bounded link from one stage to another, the only place where <see cref="Channel"/> is used. One writer, one reader, order kept.
/// Its counters may be read from anywhere.
/// </summary>
internal sealed class StageChannel
{
    /// <summary>Messages that may wait unless said otherwise: enough to keep both sides busy, few enough to keep memory and latency low.</summary>
    public const int DefaultCapacity = 8;

    private readonly Channel<StageMessage> _channel;
    private readonly TimeProvider _clock;
    private long _bytes;
    private long _waitTicks;
    private long _rows;

    /// <param name="name">For metrics: <c>from → to</c>.</param>
    /// <param name="clock">Measures waits.</param>
    /// <param name="capacity">Messages that may wait.</param>
    public StageChannel(string name, TimeProvider clock, int capacity = DefaultCapacity)
    {
        Name = name;
        _clock = clock;
        _channel = Channel.CreateBounded<StageMessage>(new BoundedChannelOptions(capacity) { SingleWriter = true, SingleReader = true });
    }

    public string Name { get; }

    /// <summary>Messages waiting now.</summary>
    public int Depth => _channel.Reader.Count;

    /// <summary>Bytes of the batches waiting now, about.</summary>
    public long Bytes => Interlocked.Read(ref _bytes);

    /// <summary>Changes sent since the start.</summary>
    public long Rows => Interlocked.Read(ref _rows);

    /// <summary>How long the writer has waited for room since the start: the backpressure.</summary>
    public TimeSpan Waited => _clock.GetElapsedTime(0, Interlocked.Read(ref _waitTicks));

    /// <summary>Sends; ownership of a batch passes. Waits while the channel is full.</summary>
    public ValueTask WriteAsync(StageMessage message, CancellationToken cancellationToken)
    {
        if (message.Batch is { } batch)
        {
            Interlocked.Add(ref _bytes, batch.ByteSize);
            Interlocked.Add(ref _rows, batch.Count);
        }

        return _channel.Writer.TryWrite(message) ? ValueTask.CompletedTask : WaitAndWriteAsync(message, cancellationToken);
    }

    /// <summary>Nothing more will be sent; the reader gets what is still waiting and then the end, or <paramref name="error"/>.</summary>
    public void Complete(Exception? error = null) => _channel.Writer.TryComplete(error);

    /// <summary>Receives without waiting.</summary>
    public bool TryRead(out StageMessage message)
    {
        if (!_channel.Reader.TryRead(out message))
        {
            return false;
        }

        if (message.Batch is { } batch)
        {
            Interlocked.Add(ref _bytes, -batch.ByteSize);
        }

        return true;
    }

    /// <summary>True when something can be read, false when the channel is complete and empty.</summary>
    public ValueTask<bool> WaitToReadAsync(CancellationToken cancellationToken) => _channel.Reader.WaitToReadAsync(cancellationToken);

    /// <summary>Disposes what still waits, after both sides have stopped.</summary>
    public void Drain()
    {
        while (TryRead(out var message))
        {
            message.Batch?.Dispose();
        }
    }

    private async ValueTask WaitAndWriteAsync(StageMessage message, CancellationToken cancellationToken)
    {
        var start = _clock.GetTimestamp();
        try
        {
            await _channel.Writer.WriteAsync(message, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            Interlocked.Add(ref _waitTicks, _clock.GetTimestamp() - start);
        }
    }
}
