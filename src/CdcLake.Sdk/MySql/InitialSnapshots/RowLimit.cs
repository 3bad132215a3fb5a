namespace CdcLake.MySql.InitialSnapshots;

/// <summary>Spreads the rows of a snapshot over time. Time that was not used is not made up for, so that the server never has more to do than was allowed. Not thread-safe.</summary>
/// <param name="rowsPerSecond">The most rows of a second.</param>
/// <param name="clock">Measures the time.</param>
internal sealed class RowLimit(double rowsPerSecond, TimeProvider clock)
{
    private readonly long _begun = clock.GetTimestamp();
    private TimeSpan _free;

    /// <summary>Waits until further rows may be handed on.</summary>
    public Task WaitAsync(int rows, CancellationToken cancellationToken)
    {
        var now = clock.GetElapsedTime(_begun);
        var wait = _free - now;
        _free = (wait > TimeSpan.Zero ? _free : now) + TimeSpan.FromSeconds(rows / rowsPerSecond);
        return wait > TimeSpan.Zero ? Task.Delay(wait, clock, cancellationToken) : Task.CompletedTask;
    }
}
