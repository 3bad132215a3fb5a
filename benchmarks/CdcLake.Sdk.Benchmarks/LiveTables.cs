using System.Globalization;
using System.Text;
using CdcLake.Benchmarks.Children;

namespace CdcLake.Benchmarks;

/// <summary>Sales and products in a database of our own on the MySQL server of the environment, and one writer that changes sales at a pace.</summary>
internal sealed class LiveTables : IAsyncDisposable
{
    private const int FirstRows = 1_000;
    private readonly string _server;
    private readonly Random _random = new(11);
    private int _rows = FirstRows;

    private LiveTables(string server, string database)
    {
        _server = server;
        Database = database;
    }

    public string Database { get; }

    public string ConnectionString => _server;

    public static async Task<LiveTables> CreateAsync(string connectionString)
    {
        var tables = new LiveTables(BenchmarkServer.Plain(connectionString), $"cdclake_bench_live_{Environment.ProcessId}");
        await using var connection = await BenchmarkServer.OpenAsync(tables._server);
        var values = Enumerable.Range(1, FirstRows);
        foreach (var statement in new[]
        {
            $"DROP DATABASE IF EXISTS {tables.Database}",
            $"CREATE DATABASE {tables.Database}",
            $"CREATE TABLE {tables.Database}.sales (id BIGINT PRIMARY KEY, product_id INT NOT NULL, qty INT NOT NULL, price DECIMAL(10,2) NOT NULL, sale_ts TIMESTAMP(3) NOT NULL)",
            $"CREATE TABLE {tables.Database}.products (id INT PRIMARY KEY, sku VARCHAR(50) NOT NULL, name VARCHAR(120) NOT NULL)",
            $"INSERT INTO {tables.Database}.products VALUES {string.Join(',', values.Select(i => $"({i}, 'SKU-{i:D6}', 'Product {i} of the catalogue')"))}",
            tables.Insert(1, FirstRows),
        })
        {
            await connection.ExecuteAsync(statement, CancellationToken.None);
        }

        return tables;
    }

    /// <summary>
    /// Transactions at even distances, four changes in five inserts and one an update of an earlier row. One that comes late does not move those after it.
    /// </summary>
    /// <returns>For each transaction when it was committed, and the rows of the table then.</returns>
    public async Task<List<(double Time, long Rows)>> WriteAsync(int transactionsPerSecond, int changes, double seconds)
    {
        var committed = new List<(double, long)>();
        await using var connection = await BenchmarkServer.OpenAsync(_server);
        var began = Figures.Clock;
        for (var i = 0; i < seconds * transactionsPerSecond; i++)
        {
            var early = began + ((double)i / transactionsPerSecond) - Figures.Clock;
            if (early > 0)
            {
                await Task.Delay(TimeSpan.FromSeconds(early));
            }

            var updates = Enumerable.Range(0, changes / 5).Select(_ => 1 + _random.Next(_rows)).Distinct().ToList();
            await connection.ExecuteAsync("BEGIN", CancellationToken.None);
            await connection.ExecuteAsync(Insert(_rows + 1, changes - updates.Count), CancellationToken.None);
            await connection.ExecuteAsync($"UPDATE {Database}.sales SET qty = qty + 1 WHERE id IN ({string.Join(',', updates)})", CancellationToken.None);
            await connection.ExecuteAsync("COMMIT", CancellationToken.None);
            committed.Add((Figures.Clock, _rows += changes - updates.Count));
        }

        return committed;
    }

    /// <summary>The GTID set of everything that was written.</summary>
    public async Task<string> PositionAsync()
    {
        await using var connection = await BenchmarkServer.OpenAsync(_server);
        return (await connection.QueryAsync("SELECT @@GLOBAL.gtid_executed", CancellationToken.None))[0, 0]!;
    }

    public async ValueTask DisposeAsync()
    {
        await using var connection = await BenchmarkServer.OpenAsync(_server);
        await connection.ExecuteAsync($"DROP DATABASE IF EXISTS {Database}", CancellationToken.None);
    }

    private string Insert(int from, int count)
    {
        var text = new StringBuilder($"INSERT INTO {Database}.sales VALUES ");
        for (var id = from; id < from + count; id++)
        {
            text.Append(CultureInfo.InvariantCulture, $"{(id == from ? "" : ",")}({id},{1 + (id * 7919L % FirstRows)},{1 + (id % 20)},{1 + (id % 500)}.{id % 100:D2},'2026-01-01 00:00:00.001')");
        }

        return text.ToString();
    }
}
