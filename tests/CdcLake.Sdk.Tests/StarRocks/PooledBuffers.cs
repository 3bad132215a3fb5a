using System.Collections.Concurrent;
using System.Diagnostics.Tracing;

namespace CdcLake.Tests.StarRocks;

/// <summary>Which large arrays of the shared pools are out, by what the pools report. It hears of all threads, so only tests that run alone can use it.</summary>
internal sealed class PooledBuffers : EventListener
{
    private const int Rented = 1;
    private const int Returned = 3;
    private const int Large = 1 << 17;
    private readonly ConcurrentDictionary<(int Id, int Pool), int> _out = new();
    private int _seen;

    /// <summary>Lengths of those that were taken and not given back.</summary>
    public IReadOnlyList<int> Out => [.. _out.Values.Order()];

    /// <summary>How many were taken.</summary>
    public int Seen => _seen;

    protected override void OnEventSourceCreated(EventSource eventSource)
    {
        if (eventSource.Name == "System.Buffers.ArrayPoolEventSource")
        {
            EnableEvents(eventSource, EventLevel.Verbose);
        }
    }

    protected override void OnEventWritten(EventWrittenEventArgs eventData)
    {
        if (eventData is not { Payload: [int id, int length, int pool, ..], EventId: Rented or Returned } || length < Large)
        {
            return;
        }

        if (eventData.EventId == Rented)
        {
            Interlocked.Increment(ref _seen);
            _out[(id, pool)] = length;
        }
        else
        {
            _out.TryRemove((id, pool), out _);
        }
    }
}
