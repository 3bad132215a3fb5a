namespace CdcLake.Storage.S3;

/// <summary>
/// How many repetitions all callers of one store may make together: a store in trouble is not asked several times as much as one that works. Repetitions take from it,
/// successes give back. Thread-safe.
/// </summary>
internal sealed class RetryBudget
{
    private const int Most = 500;
    private const int Cost = 5;
    private int _left = Most;

    /// <summary>Takes one repetition; false when there is none left.</summary>
    public bool TryTake()
    {
        if (Interlocked.Add(ref _left, -Cost) >= 0)
        {
            return true;
        }

        Interlocked.Add(ref _left, Cost);
        return false;
    }

    /// <summary>A request succeeded.</summary>
    public void Give()
    {
        if (Volatile.Read(ref _left) < Most)
        {
            Interlocked.Increment(ref _left);
        }
    }
}
