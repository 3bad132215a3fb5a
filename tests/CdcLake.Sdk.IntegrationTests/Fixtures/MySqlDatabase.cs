using CdcLake.MySql.Wire;

namespace CdcLake.IntegrationTests.Fixtures;

/// <summary>A database of its own on a test server, dropped in the end.</summary>
internal sealed class MySqlDatabase : IAsyncDisposable
{
    private MySqlDatabase(string name, string connectionString, MySqlConnection connection)
    {
        Name = name;
        ConnectionString = connectionString;
        Connection = connection;
    }

    public string Name { get; }

    /// <summary>With this database as the default one.</summary>
    public string ConnectionString { get; }

    /// <summary>A session in the database.</summary>
    public MySqlConnection Connection { get; }

    public MySqlConnectionOptions Options => MySqlConnectionOptions.Parse(ConnectionString);

    /// <param name="server">Connection string of the server.</param>
    /// <param name="prefix">Who uses it; the process id follows.</param>
    public static async Task<MySqlDatabase> CreateAsync(string server, string prefix)
    {
        var name = $"{prefix}_{Environment.ProcessId}";
        await using (var connection = await ConnectAsync(server))
        {
            await connection.ExecuteAsync($"DROP DATABASE IF EXISTS {name}", default);
            await connection.ExecuteAsync($"CREATE DATABASE {name}", default);
        }

        var connectionString = $"{server};Database={name}";
        return new MySqlDatabase(name, connectionString, await ConnectAsync(connectionString));
    }

    public static Task<MySqlConnection> ConnectAsync(string connectionString) =>
        MySqlConnection.OpenAsync(MySqlConnectionOptions.Parse(connectionString), TimeProvider.System, "test", default);

    /// <summary>Another session in the database.</summary>
    public Task<MySqlConnection> ConnectAsync() => ConnectAsync(ConnectionString);

    /// <summary>Runs statements, one after the other.</summary>
    public async Task ExecuteAsync(params string[] statements)
    {
        foreach (var statement in statements)
        {
            await Connection.ExecuteAsync(statement, default);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Connection.ExecuteAsync($"DROP DATABASE {Name}", default);
        await Connection.DisposeAsync();
    }
}
