using CdcLake.MySql;
using CdcLake.Simulation.Scheduling;

namespace CdcLake.Simulation.Servers;

/// <summary>A lock of the server, as GET_LOCK has it: it goes with the session of its holder, and the server ends a session that says nothing for long.</summary>
/// <param name="clock">Of the server.</param>
/// <param name="patience">How long a session may say nothing.</param>
internal sealed class LeaseServer(TimeProvider clock, TimeSpan patience)
{
    private readonly List<(Node Node, MySqlLease Lease)> _leases = [];
    private LockOfNode? _holder;
    private long? _cut;

    /// <summary>The lease of a process, as the product has it.</summary>
    public MySqlLease CreateLease(Node node)
    {
        var lease = new MySqlLease(_ => Task.FromResult<ILockSession>(new LockOfNode(this, node, clock.GetTimestamp())), node.Clock);
        _leases.RemoveAll(l => l.Node.IsDead);
        _leases.Add((node, lease));
        return lease;
    }

    /// <summary>Gives a session the lock where nobody has it.</summary>
    public bool Take(LockOfNode session)
    {
        Hear(session);
        _holder = _holder is null || IsSilent(_holder) ? session : _holder;
        return _holder == session;
    }

    /// <summary>Whether a session has the lock.</summary>
    public bool Has(LockOfNode session)
    {
        Hear(session);
        return _holder == session;
    }

    /// <summary>A session has ended.</summary>
    public void End(LockOfNode session) => _holder = _holder == session ? null : _holder;

    /// <summary>The session of whoever has it is cut.</summary>
    public void Cut()
    {
        if (_holder is { } session)
        {
            session.IsCut = true;
            (_holder, _cut) = (null, clock.GetTimestamp());
        }
    }

    /// <summary>Two processes think that they have it for a short time only, when the server itself has ended the session of one.</summary>
    /// <exception cref="SimulationException">They do so without that.</exception>
    public void Check()
    {
        if (_cut is { } at && clock.GetElapsedTime(at) <= MySqlLease.OwnPatience)
        {
            return;
        }

        var holders = _leases.Where(l => !l.Node.IsDead && l.Lease.IsHeld).Select(l => l.Node.Name).ToList();
        if (holders.Count > 1)
        {
            throw new SimulationException($"{string.Join(" and ", holders)} have the lease at the same time.");
        }
    }

    private void Hear(LockOfNode session)
    {
        session.IsCut |= IsSilent(session);
        if (session.IsCut)
        {
            End(session);
            throw new MySqlServerException("The server has ended the session.") { IsTransient = true };
        }

        session.Heard = clock.GetTimestamp();
    }

    private bool IsSilent(LockOfNode session) => clock.GetElapsedTime(session.Heard) > patience;
}
