using CdcLake.Connectors;

namespace CdcLake.Runtime;

/// <summary>
/// How far a pipeline is behind its server. That everything up to some time is included is proved by a transaction (its commit time) or by a heartbeat, which a server
/// only sends when it has nothing else to send. Without a proof that is fresh, lag grows with the clock. Not thread-safe.
/// </summary>
/// <param name="source">What the source knows of the server.</param>
/// <param name="clock">Source of all times.</param>
internal sealed class LagMeter(SourceMeter source, TimeProvider clock)
{
    private DateTimeOffset? _newest;
    private TimeSpan _measured;
    private long _processed;

    /// <summary>A transaction that was committed at this time has gone through; later ones may have earlier times.</summary>
    public void Processed(DateTimeOffset commitTime)
    {
        _newest = commitTime;
        _processed = clock.GetTimestamp();
        _measured = Behind(commitTime);
    }

    /// <summary>Lag now; null before the first proof.</summary>
    /// <param name="isConnected">The source follows the log.</param>
    public TimeSpan? Current(bool isConnected)
    {
        var complete = source.SinceComplete;
        if (isConnected && source.IsIdle && IsHeard())
        {
            return complete is { } since && (_newest is null || since <= clock.GetElapsedTime(_processed)) ? TimeSpan.Zero
                : _newest is null ? null
                : _measured;
        }

        var behind = _newest is { } newest ? Behind(newest) : (TimeSpan?)null;
        return complete < behind || behind is null ? complete : behind;
    }

    /// <summary>Lag of what was current at this time.</summary>
    public TimeSpan Behind(DateTimeOffset commitTime) => clock.GetUtcNow() - commitTime is var behind && behind > TimeSpan.Zero ? behind : TimeSpan.Zero;

    // One heartbeat may be late; after three the source gives the connection up.
    private bool IsHeard() => source.Heartbeat is { } period && source.Silence is { } silence && silence <= 2 * period;
}
