using CdcLake.Dataflow;
using CdcLake.State.Stores;

namespace CdcLake.Runtime;

/// <summary>
/// The channels of a run while its stages are wired: one between a partition of a stage and one of the next, also for a self join. All captured tables come from one sender, which keeps their common order.
/// </summary>
/// <param name="clock">Measures waits.</param>
internal sealed class StageChannels(TimeProvider clock)
{
    /// <summary>Messages that may wait in front of a sink: while it writes and commits, the other stages go on for a while. Their bytes are bounded as everywhere.</summary>
    public const int SinkCapacity = 64;

    /// <summary>Bytes that may wait between two partitions, however many there are.</summary>
    private const long LeastBytes = 1L << 20;

    private readonly Dictionary<(string Producer, int Sender, string Consumer, int Receiver), StageChannel> _channels = [];

    public TimeProvider Clock => clock;

    /// <summary>The channel between two partitions; all between two stages together hold about what one between stages without partitions holds.</summary>
    public StageChannel Between(string producer, Partition sender, string consumer, Partition receiver, int capacity = StageChannel.DefaultCapacity)
    {
        var key = (producer, sender.Number, consumer, receiver.Number);
        if (!_channels.TryGetValue(key, out var channel))
        {
            var bytes = Math.Max(LeastBytes, StageChannel.DefaultMaxBytes / (sender.Count * receiver.Count));
            _channels.Add(key, channel = new StageChannel($"{producer} → {consumer}", clock, capacity, bytes) { From = producer });
        }

        return channel;
    }
}
