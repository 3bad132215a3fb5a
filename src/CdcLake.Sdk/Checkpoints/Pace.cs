namespace CdcLake.Checkpoints;

/// <summary>How much time has gone by of an interval that begins anew now and then.</summary>
/// <param name="interval">How long it is.</param>
/// <param name="clock">Measures it.</param>
internal sealed class Pace(TimeSpan interval, TimeProvider clock)
{
    private long _begin = clock.GetTimestamp();

    public TimeSpan Interval => interval;

    /// <summary>Time since it began.</summary>
    public TimeSpan Age => clock.GetElapsedTime(_begin);

    /// <summary>It begins now.</summary>
    public void Begin() => _begin = clock.GetTimestamp();
}
