namespace CdcLake.MySql;

/// <summary>Says when the transactions of a replay have their time. It begins with the first transaction that is new to the pipeline.</summary>
/// <param name="factor">How often faster than recorded; 0 where that does not matter.</param>
/// <param name="rowsPerSecond">Rows per second; 0 where that does not matter.</param>
/// <param name="clock">Measures the time that has passed.</param>
internal sealed class ReplayClock(double factor, double rowsPerSecond, TimeProvider clock)
{
    /// <summary>Shorter waits are saved up: timers are not that exact.</summary>
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(10);

    private long _begun;
    private long _rows;
    private long _firstCommit;
    private bool _hasBegun;

    /// <summary>False when nothing ever waits.</summary>
    public bool IsPaced => factor > 0 || rowsPerSecond > 0;

    /// <summary>How long to wait before more is read; zero when it is time.</summary>
    /// <param name="rows">Changed rows read so far, of new transactions alone.</param>
    /// <param name="commitMicroseconds">When the last of these was committed.</param>
    public TimeSpan Wait(long rows, long commitMicroseconds)
    {
        if (!IsPaced || rows == _rows)
        {
            return TimeSpan.Zero;
        }

        _rows = rows;
        if (!_hasBegun)
        {
            (_hasBegun, _begun, _firstCommit) = (true, clock.GetTimestamp(), commitMicroseconds);
        }

        var due = rowsPerSecond > 0 ? TimeSpan.FromSeconds(rows / rowsPerSecond) : TimeSpan.FromMicroseconds((commitMicroseconds - _firstCommit) / factor);
        var wait = due - clock.GetElapsedTime(_begun);
        return wait >= Shortest ? wait : TimeSpan.Zero;
    }
}
