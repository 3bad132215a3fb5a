namespace CdcLake.Common;

/// <summary>
/// Pauses between attempts at something that failed and may succeed later: doubling from the first to the longest, each shortened by up to a half. By how much depends on the seed, so that
/// many pipelines that lost one server or store do not come back in step, and one pipeline's pauses can be foretold.
/// </summary>
internal sealed class Backoff(TimeSpan first, TimeSpan longest, uint seed)
{
    private int _failures;

    /// <summary>Failures since the last reset.</summary>
    public int Failures => _failures;

    /// <summary>It works: the next pause is the first again.</summary>
    public void Reset() => _failures = 0;

    /// <summary>Counts a failure and returns the pause it calls for.</summary>
    public TimeSpan Next()
    {
        var full = Math.Min(longest.TotalMilliseconds, first.TotalMilliseconds * Math.Pow(2, Math.Min(_failures, 30)));
        var draw = unchecked((seed + (uint)_failures) * 2654435761u); // Knuth's multiplier spreads neighbouring numbers
        _failures++;
        return TimeSpan.FromMilliseconds(full * (1 - (draw / (double)uint.MaxValue / 2)));
    }
}
