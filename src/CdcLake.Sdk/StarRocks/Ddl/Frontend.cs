using System.Data.Common;
using CdcLake.Common;
using CdcLake.MySql.Wire;
using CdcLake.MySql.Wire.Auth;

namespace CdcLake.StarRocks.Ddl;

/// <summary>
/// Statements to a cluster, over MySqlConnector and the MySQL protocol: one session, opened when it is needed and again when it broke, at the first frontend that answers. All statements
/// go as text, since frontends take no prepared ones, and each may be run twice. Safe for concurrent use.
/// </summary>
/// <param name="access">Where, and as whom.</param>
/// <param name="open">Opens a session with one host of the list; null for the network.</param>
internal sealed class Frontend(MySqlConnectionOptions access, Func<string, CancellationToken, Task<IStatementSession>>? open = null)
{
    private readonly AsyncLock _lock = new();
    private IStatementSession? _session;
    private ServerVersion? _version;

    /// <summary>How it is reached.</summary>
    public MySqlConnectionOptions Access => access;

    /// <summary>Name for messages, without secrets.</summary>
    public string Peer => access.Endpoint;

    /// <summary>Runs a statement and collects its (few) rows.</summary>
    /// <exception cref="MySqlServerException">No frontend answers (transient), the login or the statement is refused.</exception>
    public Task<StatementResult> QueryAsync(string statement, CancellationToken cancellationToken) => RunAsync(s => s.QueryAsync(statement, cancellationToken), cancellationToken);

    /// <summary>Runs a statement and hands out its (many) rows one by one. It is not run twice once a row came.</summary>
    /// <exception cref="MySqlServerException">No frontend answers (transient), the login or the statement is refused.</exception>
    public Task ReadAsync(string statement, Action<DbDataReader> row, CancellationToken cancellationToken)
    {
        var isBegun = false;
        return RunAsync(
            async session =>
            {
                if (isBegun)
                {
                    throw new MySqlServerException($"The connection to {Peer} broke while rows were read.") { IsTransient = true };
                }

                await session.ReadAsync(statement, r => Begun(r), cancellationToken).ConfigureAwait(false);
                return true;
            },
            cancellationToken);

        void Begun(DbDataReader reader)
        {
            isBegun = true;
            row(reader);
        }
    }

    private async Task<T> RunAsync<T>(Func<IStatementSession, Task<T>> run, CancellationToken cancellationToken)
    {
        using var turn = await _lock.EnterAsync(cancellationToken).ConfigureAwait(false);
        for (var wasOpen = _session is not null; ; wasOpen = false)
        {
            _session ??= await OpenAsync(cancellationToken).ConfigureAwait(false);
            try
            {
                return await run(_session).ConfigureAwait(false);
            }
            catch (MySqlServerException error) when (error.Code == 0 || error.IsTransient)
            {
                await CloseAsync().ConfigureAwait(false); // an idle session may have been closed over there
                if (!wasOpen)
                {
                    throw;
                }
            }
            catch (OperationCanceledException)
            {
                await CloseAsync().ConfigureAwait(false);
                throw;
            }
        }
    }

    /// <summary>What the server is; asked once.</summary>
    /// <exception cref="CatalogException">It is no StarRocks.</exception>
    public async Task<ServerVersion> VersionAsync(CancellationToken cancellationToken)
    {
        if (_version is null)
        {
            try
            {
                _version = ServerVersion.Parse((await QueryAsync("SELECT current_version()", cancellationToken).ConfigureAwait(false))[0, 0] ?? "");
            }
            catch (MySqlServerException error) when (error.Code != 0 && !error.IsTransient)
            {
                throw error.Code is 1045 or 1044 or 1227
                    ? error
                    : new CatalogException($"{Peer} does not say that it is a StarRocks cluster ({error.Message}). The port of the MySQL protocol is 9030 unless configured otherwise (query_port).", error);
            }
        }

        return _version;
    }

    private async Task<IStatementSession> OpenAsync(CancellationToken cancellationToken)
    {
        for (var i = 0; ; i++)
        {
            try
            {
                return open is null
                    ? await ServerSession.OpenPlainAsync(access, access.Hosts[i], cancellationToken).ConfigureAwait(false)
                    : await open(access.Hosts[i], cancellationToken).ConfigureAwait(false);
            }
            catch (MySqlServerException error) when (error.IsTransient && i + 1 < access.Hosts.Count)
            {
                // this frontend does not answer: the next one
            }
        }
    }

    /// <summary>Closes the session; the next statement opens another one.</summary>
    public async ValueTask RestAsync()
    {
        using var turn = await _lock.EnterAsync(CancellationToken.None).ConfigureAwait(false);
        await CloseAsync().ConfigureAwait(false);
    }

    private async ValueTask CloseAsync()
    {
        if (_session is { } session)
        {
            _session = null;
            await session.DisposeAsync().ConfigureAwait(false);
        }
    }
}
