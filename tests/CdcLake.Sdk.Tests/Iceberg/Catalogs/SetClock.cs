namespace CdcLake.Tests.Iceberg.Catalogs;

/// <summary>Says the time that a test sets; its timers are the system's.</summary>
internal sealed class SetClock : TimeProvider
{
    public DateTimeOffset Now { get; set; } = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public override DateTimeOffset GetUtcNow() => Now;
}
