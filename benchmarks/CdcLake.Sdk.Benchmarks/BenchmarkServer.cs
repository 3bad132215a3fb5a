using CdcLake.Connectors;
using CdcLake.MySql;
using CdcLake.MySql.Binlog;
using CdcLake.MySql.Gtids;
using CdcLake.MySql.Wire;
using CdcLake.MySql.Wire.Auth;

namespace CdcLake.Benchmarks;

/// <summary>A database of our own on the MySQL server of the environment, with a filled sales table; dropped at the end.</summary>
internal sealed class BenchmarkServer : IAsyncDisposable
{
    private const int Rows = 1 << 20;
    private readonly string _database = $"cdclake_bench_{Environment.ProcessId}";

    private BenchmarkServer(string connectionString) => ConnectionString = connectionString;

    /// <summary>The connection string in CDCLAKE_TEST_MYSQL, or null.</summary>
    public static string? Configured => Environment.GetEnvironmentVariable("CDCLAKE_TEST_MYSQL") is { Length: > 0 } server ? server : null;

    public string ConnectionString { get; }

    public string Table => _database + ".sales";

    /// <summary>What was executed before the table was filled, and after.</summary>
    public GtidSet Before { get; private set; } = GtidSet.Empty;

    public GtidSet After { get; private set; } = GtidSet.Empty;

    public static async Task<BenchmarkServer> CreateAsync(string connectionString)
    {
        var server = new BenchmarkServer(Plain(connectionString));
        await using var connection = await OpenAsync(server.ConnectionString);
        foreach (var statement in new[]
        {
            $"DROP DATABASE IF EXISTS {server._database}",
            $"CREATE DATABASE {server._database}",
            $"CREATE TABLE {server.Table} (id BIGINT PRIMARY KEY, product_id INT NOT NULL, qty INT NOT NULL, price DECIMAL(10,2) NOT NULL, sale_ts TIMESTAMP(3) NOT NULL)",
            "FLUSH BINARY LOGS", // else the server reads through all that it logged before until it finds where a dump begins
        })
        {
            await connection.ExecuteAsync(statement, CancellationToken.None);
        }

        server.Before = await ExecutedAsync(connection);
        await connection.ExecuteAsync($"INSERT INTO {server.Table} VALUES (1, 1, 1, 1.01, '2026-01-01 00:00:00.001')", CancellationToken.None);
        for (var rows = 1; rows < Rows; rows *= 2)
        {
            await connection.ExecuteAsync(
                $"INSERT INTO {server.Table} SELECT id + {rows}, 1 + (id + {rows}) * 7919 % 1000, 1 + id % 20, 1 + id % 50000 / 100, sale_ts + INTERVAL {rows} SECOND FROM {server.Table}",
                CancellationToken.None);
        }

        server.After = await ExecutedAsync(connection);
        return server;
    }

    /// <summary>All columns of the table.</summary>
    public async Task<TableCapture> CaptureAsync()
    {
        await using var source = Open();
        var described = (await source.DescribeAsync([Table], CancellationToken.None))[0];
        return TableCapture.Of(described, [.. Enumerable.Range(0, described.Schema.Count)]);
    }

    public MySqlBinlogSource Open(int readers = 1) =>
        new(MySqlConnectionOptions.Parse(ConnectionString), "benchmark", new MySqlSourceOptions { SnapshotWorkers = readers }, TimeProvider.System);

    /// <summary>Makes the table so many times as large.</summary>
    public async Task GrowAsync(int times)
    {
        await using var connection = await OpenAsync(ConnectionString);
        for (var i = 1; i < times; i++)
        {
            await connection.ExecuteAsync($"INSERT INTO {Table} SELECT id + {i * (long)Rows}, product_id, qty, price, sale_ts FROM {Table} WHERE id <= {Rows}", CancellationToken.None);
        }
    }

    /// <summary>The same server without encryption, which would be measured too.</summary>
    public static string Plain(string connectionString) => connectionString + ";SSL Mode=None;Allow Public Key Retrieval=true";

    public static Task<ServerSession> OpenAsync(string connectionString)
    {
        var options = MySqlConnectionOptions.Parse(connectionString) with { ReadTimeout = TimeSpan.FromMinutes(10) };
        return ServerSession.OpenAsync(options, options.Hosts[0], CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        await using var connection = await OpenAsync(ConnectionString);
        await connection.ExecuteAsync($"DROP DATABASE IF EXISTS {_database}", CancellationToken.None);
    }

    private static async Task<GtidSet> ExecutedAsync(ServerSession connection) =>
        GtidSet.Parse((await connection.QueryAsync("SELECT @@GLOBAL.gtid_executed", CancellationToken.None))[0, 0]!);
}
