using System.Globalization;
using CdcLake.IntegrationTests.Fixtures;
using CdcLake.MySql.Wire;

namespace CdcLake.IntegrationTests.Pipelines;

/// <summary>
/// A MySQL instance of its own (<c>tests/lab/mysql.sh</c>), which a test may reset, misconfigure and grant as it likes. Kept between runs, stopped at the end.
/// </summary>
internal sealed class LabServer : IAsyncDisposable
{
    private readonly string _name;
    private readonly int _serverId;

    private readonly string _ca;

    private LabServer(string name, int serverId, string host, int port, string ca)
    {
        _ca = ca;
        _name = name;
        _serverId = serverId;
        Host = host;
        Port = port;
    }

    public string Host { get; }

    public int Port { get; }

    /// <summary>Account with all privileges: for the test itself.</summary>
    public string ConnectionString => ConnectionFor("cdc", "cdc-pass");

    /// <summary>Account with the README's grants on any database: for the pipeline under test.</summary>
    public string CaptureString => ConnectionFor("captured", "captured-pass");

    public static async Task<LabServer> StartAsync(string name, int serverId)
    {
        await LaunchAsync(name, serverId);
        var settings = await ChildProcess.RunAsync(Repository.Lab("mysql.sh"), "env", name);
        var values = settings.Split('\n').Select(l => l.Split('=', 2)).ToDictionary(p => p[0], p => p[1], StringComparer.Ordinal);
        return new LabServer(name, serverId, values["MYSQL_HOST"], int.Parse(values["MYSQL_PORT"], CultureInfo.InvariantCulture), values["MYSQL_CA"]);
    }

    public string ConnectionFor(string user, string password) => TestServers.Secured($"Server={Host};Port={Port};User ID={user};Password={password}", _ca);

    public Task<ServerSession> OpenAsync(string? database = null) => Sql.OpenAsync(ConnectionString, database);

    /// <summary>No databases, no replication, no history, default settings.</summary>
    public async Task ResetAsync()
    {
        await using var connection = await OpenAsync();
        await connection.RunAsync("STOP REPLICA", "RESET REPLICA ALL", "SET GLOBAL super_read_only = OFF", "SET GLOBAL read_only = OFF");
        foreach (var row in (await connection.QueryAsync("XA RECOVER CONVERT XID", default)).Rows)
        {
            var (id, name) = (row[3]!, 2 + (2 * int.Parse(row[1]!, CultureInfo.InvariantCulture))); // 0x, the name and the branch
            await connection.RunAsync($"XA ROLLBACK {id[..name]}, X'{id[name..]}', {row[0]}"); // of a test that failed: it holds its tables
        }

        var databases = await connection.QueryAsync(
            "SELECT schema_name FROM information_schema.schemata WHERE schema_name NOT IN ('mysql', 'sys', 'information_schema', 'performance_schema')", default);
        foreach (var row in databases.Rows)
        {
            await connection.RunAsync($"DROP DATABASE `{row[0]}`");
        }

        await connection.RunAsync(
            ["DROP USER IF EXISTS 'captured'@'%'", "CREATE USER 'captured'@'%' IDENTIFIED BY 'captured-pass'", .. MySqlDatabase.Grants("'captured'@'%'", "`%`"), "RESET BINARY LOGS AND GTIDS"]);
    }

    /// <summary>Shuts it down and starts it again, with the same data on the same port.</summary>
    public async Task RestartAsync()
    {
        await DisposeAsync();
        await LaunchAsync(_name, _serverId);
    }

    private static Task<string> LaunchAsync(string name, int serverId) =>
        ChildProcess.RunAsync("env", $"CDCLAKE_MYSQL_SERVER_ID={serverId}", Repository.Lab("mysql.sh"), "start", name);

    public async ValueTask DisposeAsync() => await ChildProcess.RunAsync(Repository.Lab("mysql.sh"), "stop", _name);
}
