using CdcLake.Common;

namespace CdcLake.StarRocks.StreamLoad;

/// <summary>Pauses between attempts, growing, until a time is over.</summary>
internal sealed class Patience(TimeProvider clock, TimeSpan limit)
{
    private readonly long _start = clock.GetTimestamp();
    private readonly Backoff _pauses = new(TimeSpan.FromMilliseconds(20), TimeSpan.FromSeconds(2), seed: 1);

    /// <summary>Waits, or is over.</summary>
    /// <returns>False when the time is over.</returns>
    public async Task<bool> WaitAsync(CancellationToken cancellationToken)
    {
        var pause = _pauses.Next();
        if (clock.GetElapsedTime(_start) + pause > limit)
        {
            return false;
        }

        await Task.Delay(pause, clock, cancellationToken).ConfigureAwait(false);
        return true;
    }
}
