using CdcLake.MySql;
using CdcLake.Simulation.Scheduling;

namespace CdcLake.Simulation.Servers;

/// <summary>A session for the lock of the lease, as one process has it.</summary>
/// <param name="server">Has the lock.</param>
/// <param name="node">The process.</param>
/// <param name="opened">When, by the server's clock.</param>
internal sealed class LockOfNode(LeaseServer server, Node node, long opened) : ILockSession
{
    /// <summary>When the server has heard of it last, by the server's clock.</summary>
    public long Heard { get; set; } = opened;

    /// <summary>The server has ended it.</summary>
    public bool IsCut { get; set; }

    public Task<bool> TakeAsync(CancellationToken cancellationToken) => TakeOrWaitAsync(cancellationToken);

    public Task<bool> HasAsync(CancellationToken cancellationToken) => AskAsync("IS_USED_LOCK", false, () => server.Has(this), cancellationToken);

    public Task<string> HolderAsync(CancellationToken cancellationToken) => Task.FromResult("another instance has the lease");

    public ValueTask DisposeAsync()
    {
        if (!node.IsDead || node.Scheduler.Random.Next(2) == 0) // else the machine is gone, and the server hears of it by silence only
        {
            server.End(this);
            IsCut = true;
        }

        return ValueTask.CompletedTask;
    }

    private async Task<bool> TakeOrWaitAsync(CancellationToken cancellationToken)
    {
        if (await AskAsync("GET_LOCK", true, () => server.Take(this), cancellationToken).ConfigureAwait(false))
        {
            return true;
        }

        await Task.Delay(TimeSpan.FromSeconds(1), node.Clock, cancellationToken).ConfigureAwait(false); // virtual time
        return false;
    }

    private async Task<bool> AskAsync(string what, bool takes, Func<bool> act, CancellationToken cancellationToken)
    {
        try
        {
            return await node.Scheduler.AskAsync(
                node, what, takes, act, why => new MySqlServerException($"{why} by the server.") { IsTransient = true }, cancellationToken).ConfigureAwait(false);
        }
        catch (KilledException error)
        {
            throw new MySqlServerException(error.Message, innerException: error) { IsTransient = true }; // what is left of the process has no connection
        }
    }
}
