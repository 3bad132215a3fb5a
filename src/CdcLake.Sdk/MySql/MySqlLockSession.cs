using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using CdcLake.MySql.Tables;
using CdcLake.MySql.Wire;
using CdcLake.MySql.Wire.Auth;

namespace CdcLake.MySql;

// GET_LOCK(name, seconds): 1 when taken, 0 when somebody else has it after that time. A lock belongs to its session and goes with it: at once when the process is killed, and
// when the server hears nothing for wait_timeout seconds, as of a process that is stopped or cut off. Source: MySQL reference manual, Locking Functions.

/// <summary>A session whose only purpose is the lock of a pipeline.</summary>
internal sealed class MySqlLockSession : ILockSession
{
    private const int MaxName = 64; // of a lock

    private readonly ServerSession _session;
    private readonly string _literal;

    private MySqlLockSession(ServerSession session, string literal) => (_session, _literal) = (session, literal);

    /// <summary>How long the server keeps the session without a word from it.</summary>
    public static TimeSpan ServerPatience => TimeSpan.FromSeconds(5);

    /// <summary>Connects to any host of the list that answers: all are asked in the same order, so instances meet at the same one unless they see different servers.</summary>
    /// <param name="options">The server and the account.</param>
    /// <param name="pipeline">Whose lock it is.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="MySqlServerException">None of them answers.</exception>
    public static async Task<ILockSession> OpenAsync(MySqlConnectionOptions options, string pipeline, CancellationToken cancellationToken)
    {
        var session = await OpenAnyAsync(options, cancellationToken).ConfigureAwait(false);
        try
        {
            await session.ExecuteAsync(string.Create(CultureInfo.InvariantCulture, $"SET SESSION wait_timeout={ServerPatience.TotalSeconds}"), cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            await session.DisposeAsync().ConfigureAwait(false);
            throw;
        }

        var name = $"cdclake.{pipeline}";
        name = name.Length <= MaxName ? name : $"cdclake.{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(pipeline)).AsSpan(0, 16))}";
        return new MySqlLockSession(session, MySqlTableName.Literal(name));
    }

    public Task<bool> TakeAsync(CancellationToken cancellationToken) => IsTrueAsync($"SELECT GET_LOCK({_literal}, 1)", cancellationToken);

    public Task<bool> HasAsync(CancellationToken cancellationToken) => IsTrueAsync($"SELECT IS_USED_LOCK({_literal}) = CONNECTION_ID()", cancellationToken);

    public async Task<string> HolderAsync(CancellationToken cancellationToken)
    {
        var found = await _session.QueryAsync(
            $"SELECT ID, HOST FROM information_schema.PROCESSLIST WHERE ID = IS_USED_LOCK({_literal})", cancellationToken).ConfigureAwait(false);
        return found.Count == 0
            ? "another instance has the lease"
            : $"an instance at {found[0, 1]} (connection {found[0, 0]} of {_session.Peer}) has the lease";
    }

    public ValueTask DisposeAsync() => _session.DisposeAsync();

    private async Task<bool> IsTrueAsync(string query, CancellationToken cancellationToken) => (await _session.QueryAsync(query, cancellationToken).ConfigureAwait(false))[0, 0] == "1";

    private static async Task<ServerSession> OpenAnyAsync(MySqlConnectionOptions options, CancellationToken cancellationToken)
    {
        MySqlServerException? last = null;
        foreach (var host in options.Hosts)
        {
            try
            {
                return await ServerSession.OpenAsync(options, host, cancellationToken).ConfigureAwait(false);
            }
            catch (MySqlServerException error)
            {
                last = error;
            }
        }

        throw last!;
    }
}
