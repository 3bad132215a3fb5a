using CdcLake.Diagnostics;

namespace CdcLake.Connectors;

/// <summary>
/// What a source counts while it reads, and what it knows of the server's presence. It outlives runs and connections. The source's task writes, anybody reads;
/// nothing here is done per row.
/// </summary>
/// <param name="clock">Measures times.</param>
internal sealed class SourceMeter(TimeProvider clock)
{
    private readonly WaitMeter _idle = new(clock);
    private long _inserts;
    private long _updates;
    private long _deletes;
    private long _transactions;
    private long _bytes;
    private long _heard;
    private long _complete;
    private bool _hasHeard;
    private bool _wasComplete;
    private bool _isIdle;
    private SnapshotMeter? _snapshot;
    private LogRetention? _retention;

    /// <summary>How often the server speaks although nothing happens; null when it never does, so that silence means nothing.</summary>
    public TimeSpan? Heartbeat { get; set; }

    public long Inserts => Volatile.Read(ref _inserts);

    public long Updates => Volatile.Read(ref _updates);

    public long Deletes => Volatile.Read(ref _deletes);

    /// <summary>Transactions that ended, those without captured rows included.</summary>
    public long Transactions => Volatile.Read(ref _transactions);

    /// <summary>Bytes that came over the connection of the log.</summary>
    public long Bytes => Volatile.Read(ref _bytes);

    /// <summary>How long the source has waited for the server to send more.</summary>
    public TimeSpan Idle => _idle.Total;

    /// <summary>True while everything that the server has sent was handed on, and nothing more is at hand.</summary>
    public bool IsIdle => Volatile.Read(ref _isIdle);

    /// <summary>Time since the server was last heard; null before.</summary>
    public TimeSpan? Silence => Volatile.Read(ref _hasHeard) ? clock.GetElapsedTime(Volatile.Read(ref _heard)) : null;

    /// <summary>Time since the server last said that it had nothing more to send; null when it never did.</summary>
    public TimeSpan? SinceComplete => Volatile.Read(ref _wasComplete) ? clock.GetElapsedTime(Volatile.Read(ref _complete)) : null;

    /// <summary>The initial snapshot, also when it is done; null when there was none.</summary>
    public SnapshotMeter? Snapshot => Volatile.Read(ref _snapshot);

    /// <summary>How long the log that a restart needs is still kept, as the server said it last; null before.</summary>
    public LogRetention? Retention
    {
        get => Volatile.Read(ref _retention);
        set => Volatile.Write(ref _retention, value);
    }

    public void Changed(long inserts, long updates, long deletes)
    {
        Volatile.Write(ref _inserts, _inserts + inserts);
        Volatile.Write(ref _updates, _updates + updates);
        Volatile.Write(ref _deletes, _deletes + deletes);
    }

    public void TransactionEnded() => Volatile.Write(ref _transactions, _transactions + 1);

    public void Received(long bytes)
    {
        Volatile.Write(ref _bytes, _bytes + bytes);
        Volatile.Write(ref _heard, clock.GetTimestamp());
        Volatile.Write(ref _hasHeard, true);
    }

    /// <summary>The server says that nothing is left to send (a heartbeat), and everything before was handed on.</summary>
    public void Complete()
    {
        Volatile.Write(ref _complete, clock.GetTimestamp());
        Volatile.Write(ref _wasComplete, true);
    }

    /// <summary>Everything is handed on; the source waits for more.</summary>
    public void Rest()
    {
        Volatile.Write(ref _isIdle, true);
        _idle.Begin();
    }

    /// <summary>Something came, or the connection ended.</summary>
    public void Wake()
    {
        Volatile.Write(ref _isIdle, false);
        _idle.End();
    }

    public SnapshotMeter BeginSnapshot(IEnumerable<(string Table, long? EstimatedRows)> tables)
    {
        var snapshot = new SnapshotMeter(clock, tables);
        Volatile.Write(ref _snapshot, snapshot);
        return snapshot;
    }
}
