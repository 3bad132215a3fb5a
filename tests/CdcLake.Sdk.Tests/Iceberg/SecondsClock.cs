namespace CdcLake.Tests.Iceberg;

/// <summary>A clock that a second passes on whenever it is asked, as between the commits of a pipeline; ahead of the system's.</summary>
internal sealed class SecondsClock : TimeProvider
{
    private DateTimeOffset _now = new(2100, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public override DateTimeOffset GetUtcNow() => _now += TimeSpan.FromSeconds(1);
}
