namespace CdcLake.Testing.Crashes;

/// <summary>Requests of one process to a <see cref="FakeStarRocks"/>: none gets through after its kill, and a commit is where it may be killed.</summary>
/// <param name="life">The process.</param>
internal sealed class StarRocksGate(Life life)
{
    /// <summary>What happens to a request.</summary>
    public FakeStarRocksFault Pass(FakeStarRocksRequest request)
    {
        var isAsked = false;
        try
        {
            life.ThrowIfOver();
            if (request.Step == "frontend commit")
            {
                life.Publishing();
                isAsked = true;
                life.Published();
            }

            return FakeStarRocksFault.None;
        }
        catch (SimulatedCrashException)
        {
            return isAsked ? FakeStarRocksFault.DropAfter : FakeStarRocksFault.DropBefore;
        }
    }
}
