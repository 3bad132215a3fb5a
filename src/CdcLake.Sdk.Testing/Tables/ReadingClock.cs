namespace CdcLake.Testing.Tables;

/// <summary>Time for the reader of a log in memory: it stands still while something is left to read, and goes on when nothing is, so that nothing depends on how fast a test runs.</summary>
/// <param name="inner">Tells what time of day it is.</param>
internal sealed class ReadingClock(TimeProvider inner) : TimeProvider
{
    private const long Step = TimeSpan.TicksPerMinute;
    private long _now;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => Volatile.Read(ref _now);

    public override DateTimeOffset GetUtcNow() => inner.GetUtcNow();

    /// <summary>Nothing is left to read.</summary>
    public void Pass() => Interlocked.Add(ref _now, Step);
}
