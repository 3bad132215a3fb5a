using CdcLake.IntegrationTests.Fixtures;
using CdcLake.MySql.Wire;
using CdcLake.MySql.Wire.Auth;

namespace CdcLake.IntegrationTests; // not that of its folder: the library has a type of this name, which would be found first

/// <summary>
/// A database of its own on a test server, and an account that may do with it what the README grants, and no more; both are dropped in the end. The test itself acts through
/// an account with all privileges.
/// </summary>
internal sealed class MySqlDatabase : IAsyncDisposable
{
    private static int _count;
    private readonly string _server;
    private readonly Account _account;

    private MySqlDatabase(string name, string server, Account account, ServerSession connection)
    {
        Name = name;
        _server = server;
        _account = account;
        Connection = connection;
    }

    public string Name { get; }

    /// <summary>For the source under test: the README's grants, this database as the default one, and TLS as far as the server's authority is known.</summary>
    public string ConnectionString => $"{_account.ConnectionString};Database={Name}";

    /// <summary>The source's account as GRANT spells it.</summary>
    public string QuotedAccount => _account.Quoted;

    /// <summary>A session in the database with all privileges.</summary>
    public ServerSession Connection { get; }

    public MySqlConnectionOptions Options => MySqlConnectionOptions.Parse(ConnectionString);

    /// <param name="server">Connection string of an account with all privileges.</param>
    /// <param name="prefix">Who uses it; the process id and a number follow, since tests that run at the same time may have chosen the same.</param>
    public static async Task<MySqlDatabase> CreateAsync(string server, string prefix)
    {
        var name = $"{prefix}_{Environment.ProcessId}_{Interlocked.Increment(ref _count)}";
        var account = await Account.CreateAsync("captured", server);
        await using (var setUp = await ConnectAsync(server))
        {
            await setUp.ExecuteAsync($"DROP DATABASE IF EXISTS `{name}`", default);
            await setUp.ExecuteAsync($"CREATE DATABASE `{name}`", default);
            foreach (var grant in setUp.IsMariaDb ? GrantsOfMariaDb(account.Quoted, $"`{name}`") : Grants(account.Quoted, $"`{name}`"))
            {
                await setUp.ExecuteAsync(grant, default);
            }
        }

        return new MySqlDatabase(name, server, account, await ConnectAsync($"{server};Database={name}"));
    }

    /// <summary>What the README tells users to grant.</summary>
    public static IReadOnlyList<string> Grants(string account, string database) =>
        [$"GRANT REPLICATION SLAVE, REPLICATION CLIENT, XA_RECOVER_ADMIN ON *.* TO {account}", $"GRANT SELECT ON {database}.* TO {account}"];

    /// <summary>What the README tells users of MariaDB to grant.</summary>
    public static IReadOnlyList<string> GrantsOfMariaDb(string account, string database) =>
        [$"GRANT REPLICATION SLAVE, BINLOG MONITOR, SLAVE MONITOR ON *.* TO {account}", $"GRANT SELECT ON {database}.* TO {account}"];

    public static Task<ServerSession> ConnectAsync(string connectionString)
    {
        var options = MySqlConnectionOptions.Parse(connectionString) with { ReadTimeout = TimeSpan.FromMinutes(5) };
        return ServerSession.OpenAsync(options, options.Hosts[0], default);
    }

    /// <summary>Another session in the database with all privileges.</summary>
    public Task<ServerSession> ConnectAsync() => ConnectAsync($"{_server};Database={Name}");

    /// <summary>Runs statements, one after the other.</summary>
    public async Task ExecuteAsync(params string[] statements)
    {
        foreach (var statement in statements)
        {
            await Connection.ExecuteAsync(statement, default);
        }
    }

    /// <summary>Drops the connections of log readers with the source's account, of which there is at least one or is about to be.</summary>
    public async Task KillStreamsAsync()
    {
        foreach (var id in await StreamsAsync())
        {
            await Connection.ExecuteAsync($"KILL {id}", default);
        }
    }

    /// <summary>Waits for log readers with the source's account: a source says that it follows when it has asked for the log, and the server may take a while to begin.</summary>
    /// <returns>Their connections' ids.</returns>
    public async Task<IReadOnlyList<string>> StreamsAsync()
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (true)
        {
            var streams = await Connection.QueryAsync(
                $"SELECT ID FROM information_schema.PROCESSLIST WHERE COMMAND LIKE 'Binlog Dump%' AND USER = '{_account.Name}'", deadline.Token);
            if (streams.Rows.Count > 0)
            {
                return [.. streams.Rows.Select(r => r[0]!)];
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Connection.DisposeAsync();
        await using (var tearDown = await ConnectAsync(_server)) // the server may have been restarted meanwhile
        {
            await tearDown.ExecuteAsync($"DROP DATABASE `{Name}`", default);
        }

        await _account.DisposeAsync();
    }
}
