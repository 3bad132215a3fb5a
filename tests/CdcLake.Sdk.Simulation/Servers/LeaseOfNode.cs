using CdcLake.Connectors;
using CdcLake.Simulation.Scheduling;

namespace CdcLake.Simulation.Servers;

/// <summary>The lease as a process has it, with the rules of the one on MySQL: proved every second; whoever cannot prove it for some seconds by its own clock has lost it; the server drops the lock of a session that says nothing for longer.</summary>
/// <param name="server">Has the lock.</param>
/// <param name="node">The process.</param>
internal sealed class LeaseOfNode(LeaseServer server, Node node) : ILease
{
    private static readonly TimeSpan Beat = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan OwnPatience = TimeSpan.FromSeconds(5);
    private CancellationTokenSource _lost = new();
    private CancellationTokenSource _end = new();
    private Task _beating = Task.CompletedTask;
    private bool _hasIt;
    private long _proved;

    public bool IsHeld => _hasIt && node.Clock.GetElapsedTime(_proved) < OwnPatience;

    public CancellationToken Lost => _lost.Token;

    public async Task AcquireAsync(Action<string> waiting, CancellationToken cancellationToken)
    {
        await ReleaseAsync().ConfigureAwait(false);
        var session = new object();
        while (true)
        {
            var asked = node.Clock.GetTimestamp();
            var has = await AskAsync("GET_LOCK", () => server.Take(session), cancellationToken).ConfigureAwait(false);
            if (has && node.Clock.GetElapsedTime(asked) < OwnPatience)
            {
                (_proved, _hasIt) = (asked, true);
                (_lost, _end) = (new CancellationTokenSource(), new CancellationTokenSource());
                _beating = KeepAsync(session, _end.Token);
                return;
            }

            if (has)
            {
                server.Drop(session);
            }

            waiting("another instance has the lease");
            await Task.Delay(Beat, node.Clock, cancellationToken).ConfigureAwait(false); // virtual time
        }
    }

    public async ValueTask DisposeAsync()
    {
        await ReleaseAsync().ConfigureAwait(false);
        _end.Dispose();
    }

    private Task<bool> AskAsync(string what, Func<bool> act, CancellationToken cancellationToken) =>
        node.Scheduler.AskAsync(node, what, false, act, why => new MySqlServerException($"{why} by the server.") { IsTransient = true }, cancellationToken);

    private async Task KeepAsync(object session, CancellationToken end)
    {
        try
        {
            while (true)
            {
                await Task.Delay(Beat, node.Clock, end).ConfigureAwait(false); // virtual time
                var asked = node.Clock.GetTimestamp();
                var left = OwnPatience - node.Clock.GetElapsedTime(_proved);
                if (left <= TimeSpan.Zero || !await AskAsync("IS_USED_LOCK", () => server.Has(session), end).WaitAsync(left, node.Clock, end).ConfigureAwait(false))
                {
                    break;
                }

                _proved = asked;
            }
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            server.Drop(session);
            return;
        }
        catch (Exception error) when (error is MySqlServerException or TimeoutException or KilledException)
        {
            // not to be proved any more
        }

        if (!node.IsDead || node.Scheduler.Random.Next(2) == 0) // else the machine is gone, and the server hears of it by silence only
        {
            server.Drop(session);
        }

        _hasIt = false;
        _lost.Cancel();
    }

    private async Task ReleaseAsync()
    {
        _hasIt = false;
        if (!_beating.IsCompleted)
        {
            _end.Cancel();
            await _beating.ConfigureAwait(false);
        }
    }
}
