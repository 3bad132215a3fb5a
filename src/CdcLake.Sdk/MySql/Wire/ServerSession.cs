using System.Data.Common;
using System.Net.Sockets;
using CdcLake.MySql.Wire.Auth;
using CdcLake.MySql.Wire.Payloads;
using MySqlConnector;

namespace CdcLake.MySql.Wire;

/// <summary>
/// A session with one host for statements: settings, definitions, the control of a snapshot. It runs over MySqlConnector, outside any pool, in time zone UTC, with
/// MySQL's own quoting rules. One statement at a time. <see cref="OpenWireAsync"/> opens further connections to the very same server.
/// </summary>
internal sealed class ServerSession : IStatementSession
{
    private const int MaxQuotedStatement = 200;
    private const string ForReplicas = "5.5.5-";
    private readonly MySqlConnector.MySqlConnection _connection;
    private readonly MySqlConnectionOptions _access;

    private ServerSession(MySqlConnector.MySqlConnection connection, MySqlConnectionOptions access)
    {
        _connection = connection;
        _access = access;
    }

    /// <summary>Host and port, for messages.</summary>
    public string Peer => _access.Endpoint;

    /// <summary>The host of the list that was connected to.</summary>
    public string Host => _access.Hosts[0];

    /// <summary>As the server says it; MariaDB 10 puts another version in front, for old replicas of MySQL.</summary>
    public string Version => _connection.ServerVersion is { } text && text.StartsWith(ForReplicas, StringComparison.Ordinal) ? text[ForReplicas.Length..] : _connection.ServerVersion;

    /// <summary>True for MariaDB, which differs in GTIDs, statements and events.</summary>
    public bool IsMariaDb => Version.Contains("MariaDB", StringComparison.OrdinalIgnoreCase);

    /// <summary>Default schema of the session, or null.</summary>
    public string? Database => _access.Database;

    /// <summary>The server's own id, which no other server has: <c>@@server_uuid</c>, or where it has none its host, port and number.</summary>
    public string? ServerUuid { get; private set; }

    /// <summary>What stands for the server in the names of its transactions: its UUID, or its number.</summary>
    public string? Origin => IsMariaDb ? ServerUuid?.Split(':')[^1] : ServerUuid;

    private string IdentityQuery => IsMariaDb ? "SELECT CONCAT_WS(':', @@hostname, @@port, @@server_id)" : "SELECT @@server_uuid";

    /// <summary>Connects to one host of the list and logs in.</summary>
    /// <exception cref="MySqlServerException">The host does not answer in time (transient), or the login is refused.</exception>
    public static Task<ServerSession> OpenAsync(MySqlConnectionOptions options, string host, CancellationToken cancellationToken) => OpenAsync(options, host, isMySql: true, cancellationToken);

    /// <summary>The same for a server that only speaks the protocol: none of MySQL's settings are made, and nothing is asked.</summary>
    /// <exception cref="MySqlServerException">The host does not answer in time (transient), or the login is refused.</exception>
    public static Task<ServerSession> OpenPlainAsync(MySqlConnectionOptions options, string host, CancellationToken cancellationToken) => OpenAsync(options, host, isMySql: false, cancellationToken);

    private static async Task<ServerSession> OpenAsync(MySqlConnectionOptions options, string host, bool isMySql, CancellationToken cancellationToken)
    {
        var password = options.Password;
        var connection = Create();
        try
        {
            try
            {
                await connection.OpenAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (NotSupportedException)
            {
                SignaturePlugin.Register();
                await connection.DisposeAsync().ConfigureAwait(false); // the account has a login of MariaDB that MySqlConnector leaves to others
                connection = Create();
                await connection.OpenAsync(cancellationToken).ConfigureAwait(false);
            }

            var session = new ServerSession(connection, options.At(host) with { Password = password, PasswordCallback = null });
            if (isMySql)
            {
                await session.SetUpAsync(cancellationToken).ConfigureAwait(false);
            }

            return session;
        }
        catch (Exception error)
        {
            await connection.DisposeAsync().ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
            throw error switch
            {
                MySqlException failure => ServerErrors.Of(
                    failure, failure.ErrorCode == MySqlErrorCode.UnableToConnectToHost
                        ? $"No connection to {options.EndpointOf(host)}; check that the server runs and that Server and Port of the connection string are right"
                        : $"Login of {options.User} at {options.EndpointOf(host)} failed"),
                IOException or SocketException or ObjectDisposedException =>
                    new MySqlServerException($"No connection to {options.EndpointOf(host)}: {error.Message}", innerException: error) { IsTransient = true },
                NotSupportedException => new MySqlServerException($"Login of {options.User} at {options.EndpointOf(host)} failed: {error.Message}", innerException: error),
                _ => error,
            };
        }

        MySqlConnector.MySqlConnection Create()
        {
            var created = options.CreateConnection(host);
            if (options.PasswordCallback is { } callback)
            {
                created.ProvidePasswordCallback = context => password = callback(context);
            }

            return created;
        }
    }

    /// <summary>Runs a statement whose rows, if any, do not matter.</summary>
    /// <exception cref="MySqlServerException">The server refuses the statement, or the connection failed.</exception>
    public async Task ExecuteAsync(string statement, CancellationToken cancellationToken) => await QueryAsync(statement, cancellationToken).ConfigureAwait(false);

    /// <summary>Runs a statement and collects its (few) rows as text.</summary>
    /// <exception cref="MySqlServerException">The server refuses the statement, or the connection failed.</exception>
    public Task<StatementResult> QueryAsync(string statement, CancellationToken cancellationToken) => RunAsync(statement, StatementResult.ReadAsync, cancellationToken);

    /// <summary>Runs a statement, or by its former name where the server does not know the new one.</summary>
    /// <exception cref="MySqlServerException">The server refuses the statement, or the connection failed.</exception>
    public async Task<StatementResult> QueryAsync(string statement, string before, CancellationToken cancellationToken)
    {
        try
        {
            return await QueryAsync(statement, cancellationToken).ConfigureAwait(false);
        }
        catch (MySqlServerException error) when (error.Code == ServerErrors.ParseError)
        {
            return await QueryAsync(before, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Runs a statement and hands out its (many) rows one by one, none of which is kept.</summary>
    /// <exception cref="MySqlServerException">The server refuses the statement, or the connection failed.</exception>
    public Task ReadAsync(string statement, Action<DbDataReader> row, CancellationToken cancellationToken) => RunAsync(
        statement,
        async (reader, token) =>
        {
            while (await reader.ReadAsync(token).ConfigureAwait(false))
            {
                row(reader);
            }

            return true;
        },
        cancellationToken);

    private async Task<T> RunAsync<T>(string statement, Func<MySqlDataReader, CancellationToken, Task<T>> read, CancellationToken cancellationToken)
    {
        try
        {
            using var command = new MySqlCommand(statement, _connection);
            var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            await using (reader.ConfigureAwait(false))
            {
                var result = await read(reader, cancellationToken).ConfigureAwait(false);
                cancellationToken.ThrowIfCancellationRequested(); // a statement that was broken off may end as if it were done
                return result;
            }
        }
        catch (MySqlException error)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var quoted = statement.Length > MaxQuotedStatement ? string.Concat(statement.AsSpan(0, MaxQuotedStatement), "…") : statement;
            throw ServerErrors.Of(error, $"{Peer} refused \"{quoted}\"");
        }
        catch (Exception error) when (error is IOException or SocketException or ObjectDisposedException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw new MySqlServerException($"The connection to {Peer} broke: {error.Message}", innerException: error) { IsTransient = true };
        }
        catch (InvalidOperationException error) when (_connection.State != System.Data.ConnectionState.Open)
        {
            throw new MySqlServerException($"The connection to {Peer} broke.", innerException: error) { IsTransient = true };
        }
    }

    /// <summary>A connection for the log or for rows, to the very server of this session.</summary>
    /// <param name="clock">Measures time limits.</param>
    /// <param name="role">What the session is for, shown to the server's administrator.</param>
    /// <param name="cancellationToken">Gives up, also in the middle of the login.</param>
    /// <exception cref="MySqlServerException">
    /// The login failed; or, transient, the name led to another server this time, or the server was restarted since this session began.
    /// </exception>
    public async Task<WireConnection> OpenWireAsync(TimeProvider clock, string role, CancellationToken cancellationToken)
    {
        var wire = await WireConnection.OpenAsync(_access, clock, role, cancellationToken).ConfigureAwait(false);
        try
        {
            var uuid = ServerUuid is null ? null : await wire.ReadTextAsync(IdentityQuery, cancellationToken).ConfigureAwait(false);
            if (uuid != ServerUuid)
            {
                throw new MySqlServerException($"{Peer} led to two servers, {ServerUuid} and {uuid}: a proxy or a name with several addresses. Name one server.") { IsTransient = true };
            }

            await ExecuteAsync("DO 0", cancellationToken).ConfigureAwait(false); // as long as this session lives, the server is as it was found
            return wire;
        }
        catch
        {
            await wire.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    public ValueTask DisposeAsync() => _connection.DisposeAsync();

    private async Task SetUpAsync(CancellationToken cancellationToken)
    {
        await ExecuteAsync(SessionSettings.Of(IsMariaDb) + ", sql_quote_show_create=ON, lock_wait_timeout=10", cancellationToken).ConfigureAwait(false); // it never waits long behind somebody's ALTER TABLE
        ServerUuid = (await QueryAsync(IdentityQuery, cancellationToken).ConfigureAwait(false))[0, 0];
    }
}
