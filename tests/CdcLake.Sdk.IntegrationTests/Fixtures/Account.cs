using MySqlConnector;

namespace CdcLake.IntegrationTests.Fixtures;

/// <summary>A fresh account, of which the server has no password cached; dropped in the end.</summary>
internal sealed class Account : IAsyncDisposable
{
    private static int _count;
    private readonly string _server;

    private Account(string name, string password, string server)
    {
        Name = name;
        _server = server;
        ConnectionString = new MySqlConnectionStringBuilder(server) { UserID = name, Password = password, Database = "" }.ConnectionString;
    }

    public string Name { get; }

    public string ConnectionString { get; }

    /// <summary>As GRANT spells it.</summary>
    public string Quoted => $"'{Name}'@'%'";

    public static async Task<Account> CreateAsync(string password, string? server = null, string? plugin = null)
    {
        var account = new Account($"acc_{Environment.ProcessId}_{Interlocked.Increment(ref _count)}", password, server ?? TestServers.Get(TestServers.MySql));
        await using var admin = await MySqlDatabase.ConnectAsync(account._server);
        var literal = password.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "''", StringComparison.Ordinal);
        await admin.ExecuteAsync(
            admin.IsMariaDb
                ? $"CREATE USER {account.Quoted} IDENTIFIED VIA {plugin ?? "mysql_native_password"} USING PASSWORD('{literal}')"
                : $"CREATE USER {account.Quoted} IDENTIFIED WITH {plugin ?? "caching_sha2_password"} BY '{literal}'",
            default);
        return account;
    }

    public async ValueTask DisposeAsync()
    {
        await using var admin = await MySqlDatabase.ConnectAsync(_server);
        await admin.ExecuteAsync($"DROP USER {Quoted}", default);
    }
}
