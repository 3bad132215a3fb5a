using System.Threading.Channels;
using CdcLake.Diagnostics;

namespace CdcLake.Dataflow;

/// <summary>
/// The link from one stage to another, bounded in messages and in bytes, the only place where <see cref="Channel"/> is used. One writer, one reader, order kept.
/// Its counters may be read from anywhere.
/// </summary>
internal sealed class StageChannel
{
    /// <summary>Messages that may wait unless said otherwise: enough to keep both sides busy, few enough to keep memory and latency low.</summary>
    public const int DefaultCapacity = 8;

    /// <summary>Bytes that may wait unless said otherwise; a larger batch passes alone.</summary>
    public const long DefaultMaxBytes = 16L << 20;

    private readonly Channel<StageMessage> _channel;
    private readonly Lock _lock = new();
    private readonly long _maxBytes;
    private TaskCompletionSource? _room;
    private readonly WaitMeter _waits;
    private long _bytes;
    private long _rows;

    /// <param name="name">For metrics: <c>from → to</c>.</param>
    /// <param name="clock">Measures waits.</param>
    /// <param name="capacity">Messages that may wait.</param>
    /// <param name="maxBytes">Bytes of batches that may wait.</param>
    public StageChannel(string name, TimeProvider clock, int capacity = DefaultCapacity, long maxBytes = DefaultMaxBytes)
    {
        Name = name;
        Capacity = capacity;
        _waits = new WaitMeter(clock);
        _maxBytes = maxBytes;
        _channel = Channel.CreateBounded<StageMessage>(new BoundedChannelOptions(capacity) { SingleWriter = true, SingleReader = true });
    }

    public string Name { get; }

    /// <summary>The stage that sends.</summary>
    public string From { get; init; } = "";

    /// <summary>Messages that may wait.</summary>
    public int Capacity { get; }

    /// <summary>Messages waiting now.</summary>
    public int Depth => _channel.Reader.Count;

    /// <summary>Bytes of the batches waiting now.</summary>
    public long Bytes => Interlocked.Read(ref _bytes);

    /// <summary>Changes sent since the start.</summary>
    public long Rows => Interlocked.Read(ref _rows);

    /// <summary>How long the writer has waited for room since the start, up to now: the backpressure.</summary>
    public TimeSpan Waited => _waits.Total;

    /// <summary>Sends; ownership of a batch passes. Waits while the channel is full.</summary>
    public ValueTask WriteAsync(StageMessage message, CancellationToken cancellationToken)
    {
        var size = message.Batch?.ByteSize ?? 0;
        Interlocked.Add(ref _rows, message.Batch?.Count ?? 0);
        var isTaken = TryTake(size, out var room);
        return isTaken && _channel.Writer.TryWrite(message) ? ValueTask.CompletedTask : WaitAndWriteAsync(message, size, room, cancellationToken);
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
            Free(batch.ByteSize);
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

    /// <summary>Takes room for so many bytes, or gives what completes when some became free. What carries no rows needs none.</summary>
    private bool TryTake(long size, out Task? room)
    {
        lock (_lock)
        {
            if (size == 0 || _bytes == 0 || _bytes + size <= _maxBytes)
            {
                _bytes += size;
                room = null;
                return true;
            }

            room = (_room ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
            return false;
        }
    }

    private void Free(long size)
    {
        TaskCompletionSource? waiting;
        lock (_lock)
        {
            _bytes -= size;
            waiting = _room;
            _room = null;
        }

        waiting?.TrySetResult();
    }

    // Without a room to wait for the bytes are taken already.
    private async ValueTask WaitAndWriteAsync(StageMessage message, long size, Task? room, CancellationToken cancellationToken)
    {
        _waits.Begin();
        try
        {
            while (room is not null)
            {
                await room.WaitAsync(cancellationToken).ConfigureAwait(false);
                _ = TryTake(size, out room);
            }

            await _channel.Writer.WriteAsync(message, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _waits.End();
        }
    }
}
