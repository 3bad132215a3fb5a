using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using CdcLake.Connectors;
using CdcLake.MySql.Tables;
using CdcLake.MySql.Wire;
using CdcLake.MySql.Wire.Auth;

namespace CdcLake.MySql;

// GET_LOCK(name, seconds): 1 when taken, 0 when somebody else has it after that time. A lock belongs to its session and goes with it: at once when the process is killed, and
// when the server hears nothing for wait_timeout seconds, as of a process that is stopped or cut off. Source: MySQL reference manual, Locking Functions.

/// <summary>
/// A lease that is a named lock on the source server, kept by a session of its own that speaks once a second. By our own clock it lapses before the server can give it to
/// somebody else: every proof counts from when it was asked for, not from when the answer came.
/// </summary>
internal sealed class MySqlLease : ILease
{
    private const int ServerPatience = 5; // seconds without a word from us
    private static readonly TimeSpan OwnPatience = TimeSpan.FromSeconds(4);
    private static readonly TimeSpan Beat = TimeSpan.FromSeconds(1);
    private const int MaxName = 64; // of a lock

    private readonly MySqlConnectionOptions _options;
    private readonly TimeProvider _clock;
    private readonly string _literal;
    private CancellationTokenSource _lost = new();
    private CancellationTokenSource? _end;
    private Task _beating = Task.CompletedTask;
    private long _proved;
    private bool _hasIt;

    /// <param name="options">The server and the account.</param>
    /// <param name="pipeline">What is leased.</param>
    /// <param name="clock">Measures all times.</param>
    public MySqlLease(MySqlConnectionOptions options, string pipeline, TimeProvider clock)
    {
        _options = options;
        _clock = clock;
        var name = $"cdclake.{pipeline}";
        name = name.Length <= MaxName ? name : $"cdclake.{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(pipeline)).AsSpan(0, 16))}";
        _literal = MySqlTableName.Literal(name);
    }

    public bool IsHeld => Volatile.Read(ref _hasIt) && _clock.GetElapsedTime(Volatile.Read(ref _proved)) < OwnPatience;

    public CancellationToken Lost => _lost.Token;

    public async Task AcquireAsync(Action<string> waiting, CancellationToken cancellationToken)
    {
        await ReleaseAsync().ConfigureAwait(false);
        var session = await OpenAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await session.ExecuteAsync(string.Create(CultureInfo.InvariantCulture, $"SET SESSION wait_timeout={ServerPatience}"), cancellationToken).ConfigureAwait(false);
            while (!await TryAsync(session, cancellationToken).ConfigureAwait(false))
            {
                waiting(await HolderAsync(session, cancellationToken).ConfigureAwait(false));
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

    // Any host of the list that answers: all are asked in the same order, so instances meet at the same one unless they see different servers.
    private async Task<ServerSession> OpenAsync(CancellationToken cancellationToken)
    {
        MySqlServerException? last = null;
        foreach (var host in _options.Hosts)
        {
            try
            {
                return await ServerSession.OpenAsync(_options, host, cancellationToken).ConfigureAwait(false);
            }
            catch (MySqlServerException error)
            {
                last = error;
            }
        }

        throw last!;
    }

    private async Task<bool> TryAsync(ServerSession session, CancellationToken cancellationToken)
    {
        var asked = _clock.GetTimestamp();
        var answer = await session.QueryAsync($"SELECT GET_LOCK({_literal}, 1)", cancellationToken).ConfigureAwait(false);
        Volatile.Write(ref _proved, asked);
        return answer[0, 0] == "1" && _clock.GetElapsedTime(asked) < OwnPatience;
    }

    private async Task<string> HolderAsync(ServerSession session, CancellationToken cancellationToken)
    {
        var found = await session.QueryAsync(
            $"SELECT ID, HOST FROM information_schema.PROCESSLIST WHERE ID = IS_USED_LOCK({_literal})", cancellationToken).ConfigureAwait(false);
        return found.Count == 0
            ? "another instance has the lease"
            : $"an instance at {found[0, 1]} (connection {found[0, 0]} of {session.Peer}) has the lease";
    }

    private async Task KeepAsync(ServerSession session, CancellationToken end)
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

                    var answer = await session.QueryAsync($"SELECT IS_USED_LOCK({_literal}) = CONNECTION_ID()", end).WaitAsync(left, _clock, end).ConfigureAwait(false);
                    if (answer[0, 0] != "1")
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
