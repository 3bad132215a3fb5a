using CdcLake.Connectors;
using CdcLake.MySql.Gtids;

namespace CdcLake.MySql.Binlog;

/// <summary>
/// Decides at which transaction ends an epoch ends: at a limit, and exactly at each boundary where a sink has committed. A boundary is met when the included set
/// equals it; one with no more transactions than are included can only have been met already or be missed, and is let go.
/// </summary>
internal sealed class EpochCutter
{
    private const long EpochBytes = 32 << 20;

    private GtidSet[] _boundaries;
    private readonly EpochLimits _limits;
    private readonly TimeProvider _clock;
    private int _next;
    private bool _atBoundary;
    private long _rows;
    private long _start;
    private long _commitMicroseconds;

    public EpochCutter(BinlogProcessorOptions options)
    {
        (_limits, _clock) = (options.Limits, options.Clock);
        _boundaries = [.. options.Boundaries.OrderBy(b => b.Count)];
        var included = options.Executed.Count;
        _next = _boundaries.TakeWhile(b => b.Count <= included).Count();
    }

    /// <summary>An epoch ends exactly at one more boundary.</summary>
    public void EndAt(GtidSet boundary, IncludedTransactions included)
    {
        _boundaries = [.. _boundaries.Skip(_next).Append(boundary).OrderBy(b => b.Count)];
        _next = 0;
        Meet(included);
    }

    /// <summary>True when transactions were included since the last epoch ended.</summary>
    public bool HasMoved { get; private set; }

    /// <summary>A transaction is now included.</summary>
    public void Include(long rows, long commitMicroseconds, IncludedTransactions included)
    {
        if (!HasMoved)
        {
            HasMoved = true;
            _start = _clock.GetTimestamp();
            _commitMicroseconds = commitMicroseconds;
        }

        _rows += rows;
        _commitMicroseconds = Math.Max(_commitMicroseconds, commitMicroseconds); // the log's order is not always that of the clock
        Meet(included);
    }

    private void Meet(IncludedTransactions included)
    {
        for (; _next < _boundaries.Length && _boundaries[_next].Count <= included.Count; _next++)
        {
            _atBoundary |= included.Executed.Equals(_boundaries[_next]);
        }
    }

    /// <param name="bytes">Bytes in the log of rows of whole transactions that wait.</param>
    public bool IsDue(long bytes) =>
        HasMoved && (_atBoundary || _rows >= _limits.Rows || bytes >= EpochBytes || _clock.GetElapsedTime(_start) >= _limits.Time);

    /// <summary>Ends the epoch; returns the newest commit time of the transactions in it.</summary>
    public DateTimeOffset End()
    {
        (HasMoved, _atBoundary, _rows) = (false, false, 0);
        return DateTimeOffset.UnixEpoch.AddTicks(_commitMicroseconds * TimeSpan.TicksPerMicrosecond);
    }
}
