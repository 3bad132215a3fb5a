using CdcLake.Connectors;

namespace CdcLake.MySql;

/// <summary>
/// A lease that is a named lock on the source server, kept by a session of its own that speaks once a second. By our own clock it lapses before the server can give it to
/// somebody else: every proof counts from when it was asked for, not from when the answer came. A session that the server itself ends (<c>KILL</c>, a restart) gives the lock away at once, and
/// its holder hears of it within <see cref="OwnPatience"/>; what two of them commit meanwhile the targets keep apart.
/// </summary>
internal sealed class MySqlLease : ILease
{
    private static readonly TimeSpan Beat = TimeSpan.FromSeconds(1);

    private readonly Func<CancellationToken, Task<ILockSession>> _open;
    private readonly TimeProvider _clock;
    private CancellationTokenSource _lost = new();
    private CancellationTokenSource? _end;
    private Task _beating = Task.CompletedTask;
    private long _proved;
    private bool _hasIt;

    /// <param name="open">Opens a session for the lock; as <see cref="MySqlLockSession.OpenAsync"/>.</param>
    /// <param name="clock">Measures all times.</param>
    public MySqlLease(Func<CancellationToken, Task<ILockSession>> open, TimeProvider clock)
    {
        _open = open;
        _clock = clock;
    }

    /// <summary>How long a proof counts: less than what the server waits for a word.</summary>
    public static TimeSpan OwnPatience => MySqlLockSession.ServerPatience - TimeSpan.FromSeconds(1);

    public bool IsHeld => Volatile.Read(ref _hasIt) && _clock.GetElapsedTime(Volatile.Read(ref _proved)) < OwnPatience;

    public CancellationToken Lost => _lost.Token;

    public async Task AcquireAsync(Action<string> waiting, CancellationToken cancellationToken)
    {
        await ReleaseAsync().ConfigureAwait(false);
        var session = await _open(cancellationToken).ConfigureAwait(false);
        try
        {
            while (!await TryAsync(session, cancellationToken).ConfigureAwait(false))
            {
                waiting(await session.HolderAsync(cancellationToken).ConfigureAwait(false));
            }
        }
        catch
        {
            await session.DisposeAsync().ConfigureAwait(false);
            throw;
        }

        _lost.Dispose();
        _lost = new CancellationTokenSource();
        _end = new CancellationTokenSource();
        Volatile.Write(ref _hasIt, true);
        _beating = KeepAsync(session, _end.Token);
    }

    public async ValueTask DisposeAsync()
    {
        await ReleaseAsync().ConfigureAwait(false);
        _lost.Dispose();
    }

    private async Task<bool> TryAsync(ILockSession session, CancellationToken cancellationToken)
    {
        var asked = _clock.GetTimestamp();
        var hasIt = await session.TakeAsync(cancellationToken).ConfigureAwait(false);
        Volatile.Write(ref _proved, asked);
        return hasIt && _clock.GetElapsedTime(asked) < OwnPatience;
    }

    private async Task KeepAsync(ILockSession session, CancellationToken end)
    {
        await using (session.ConfigureAwait(false))
        {
            try
            {
                while (true)
                {
                    await Task.Delay(Beat, _clock, end).ConfigureAwait(false);
                    var asked = _clock.GetTimestamp();
                    var left = OwnPatience - _clock.GetElapsedTime(Volatile.Read(ref _proved));
                    if (left <= TimeSpan.Zero)
                    {
                        break;
                    }

                    if (!await session.HasAsync(end).WaitAsync(left, _clock, end).ConfigureAwait(false))
                    {
                        break;
                    }

                    Volatile.Write(ref _proved, asked);
                }
            }
            catch (OperationCanceledException) when (end.IsCancellationRequested)
            {
                return; // given back: the lock goes with the session
            }
            catch (Exception error) when (error is MySqlServerException or TimeoutException)
            {
                // not to be proved any more
            }

            Volatile.Write(ref _hasIt, false);
            await _lost.CancelAsync().ConfigureAwait(false);
        }
    }

    private async Task ReleaseAsync()
    {
        Volatile.Write(ref _hasIt, false);
        if (_end is { } end)
        {
            await end.CancelAsync().ConfigureAwait(false);
            await _beating.ConfigureAwait(false);
            end.Dispose();
            _end = null;
        }
    }
}
