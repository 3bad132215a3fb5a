using MySqlConnector;
using Testcontainers.MySql;

namespace TestingAPipeline;

/// <summary>A real MySQL for the tests of a class: a container that lives as long as they run, or the server that <c>CDCLAKE_MYSQL</c> names; in it, a database of its own.</summary>
public sealed class RealMySql : IAsyncLifetime
{
    private MySqlContainer? _container;

    /// <summary>A server that is there already; its account needs all privileges.</summary>
    public static string? Given => Environment.GetEnvironmentVariable("CDCLAKE_MYSQL") is { Length: > 0 } given ? given : null;

    /// <summary>As the pipeline and the test log in.</summary>
    public string ConnectionString { get; private set; } = "";

    public string Database { get; } = $"pipeline_test_{Environment.ProcessId}";

    public async Task InitializeAsync()
    {
        if (Given is null)
        {
            if (new RealMySqlFactAttribute().Skip is not null)
            {
                return; // its tests are skipped
            }

            // What the source needs beyond the defaults of MySQL 8.4: GTIDs, and names of columns in the log.
            _container = new MySqlBuilder("mysql:8.4.6").WithUsername("root")
                .WithCommand("--gtid-mode=ON", "--enforce-gtid-consistency=ON", "--binlog-row-metadata=FULL")
                .Build();
            await _container.StartAsync();
        }

        ConnectionString = Given ?? _container!.GetConnectionString();
        await ExecuteAsync(
            $"""
            DROP DATABASE IF EXISTS {Database};
            CREATE DATABASE {Database};
            CREATE TABLE {Database}.products (id INT PRIMARY KEY, sku VARCHAR(20) NOT NULL, name VARCHAR(50) NOT NULL);
            CREATE TABLE {Database}.sales (id BIGINT PRIMARY KEY, product_id INT NOT NULL, qty INT NOT NULL, price DECIMAL(10, 2) NOT NULL, sale_ts DATETIME(6) NOT NULL)
            """);
    }

    public async Task ExecuteAsync(string sql)
    {
        await using var source = new MySqlDataSource(ConnectionString);
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    public async Task DisposeAsync()
    {
        if (_container is not null)
        {
            await _container.DisposeAsync();
        }
        else if (ConnectionString.Length > 0)
        {
            await ExecuteAsync($"DROP DATABASE {Database}");
        }
    }
}
