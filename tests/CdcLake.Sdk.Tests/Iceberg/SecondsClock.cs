namespace CdcLake.Tests.Iceberg;

/// <summary>A clock that a second, or another time, passes on whenever it is asked, as between the commits of a pipeline; ahead of the system's.</summary>
internal sealed class SecondsClock(TimeSpan? step = null) : TimeProvider
{
    private readonly long _step = (step ?? TimeSpan.FromSeconds(1)).Ticks;
    private long _ticks = new DateTimeOffset(2100, 1, 1, 0, 0, 0, TimeSpan.Zero).Ticks;

    public override DateTimeOffset GetUtcNow() => new(Interlocked.Add(ref _ticks, _step), TimeSpan.Zero);
}
