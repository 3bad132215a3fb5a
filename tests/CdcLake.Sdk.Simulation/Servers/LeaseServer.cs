namespace CdcLake.Simulation.Servers;

/// <summary>A lock of the server, as GET_LOCK has it: it goes with the session of its holder, and the server ends a session that says nothing for long.</summary>
/// <param name="clock">Of the server.</param>
internal sealed class LeaseServer(TimeProvider clock)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);
    private object? _holder;
    private long _heard;

    /// <summary>Takes it when it is free.</summary>
    public bool Take(object session)
    {
        if (_holder is null || clock.GetElapsedTime(_heard) > Patience)
        {
            _holder = session;
        }

        return Has(session);
    }

    public bool Has(object session)
    {
        _heard = _holder == session ? clock.GetTimestamp() : _heard;
        return _holder == session;
    }

    /// <summary>The session has ended.</summary>
    public void Drop(object session) => _holder = _holder == session ? null : _holder;

    /// <summary>The session of whoever has it is cut.</summary>
    public void Cut() => _holder = null;
}
