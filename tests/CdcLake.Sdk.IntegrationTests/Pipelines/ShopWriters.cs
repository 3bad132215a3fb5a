using System.Globalization;
using CdcLake.MySql.Wire;

namespace CdcLake.IntegrationTests.Pipelines;

/// <summary>
/// Connections that change a shop's tables at the same time, each transaction several rows, tables or both. Whatever they do, the quantities of all sales
/// of existing products sum up to <see cref="TotalQuantity"/>, so a lost, doubled or half transaction shows in the sum as well.
/// </summary>
internal sealed class ShopWriters(LabServer server, string database, int seed)
{
    public const long TotalQuantity = 600 * 50;

    private const int Deadlock = 1213;
    private const int LockWaitTimeout = 1205;
    private int _lastSale = 600;
    private int _lastProduct = 60;
    private long _committed;

    /// <summary>Transactions committed so far, by all connections.</summary>
    public long Committed => Interlocked.Read(ref _committed);

    public async Task CreateAsync()
    {
        await using var connection = await server.OpenAsync();
        await connection.RunAsync(
            $"CREATE DATABASE `{database}`",
            $"USE `{database}`",
            "CREATE TABLE products (id INT PRIMARY KEY, remark JSON, sku VARCHAR(64) NOT NULL, name VARCHAR(255) NOT NULL)",
            """
            CREATE TABLE sales (id BIGINT PRIMARY KEY, product_id INT NOT NULL, channel ENUM('web','shop') DEFAULT 'shop', qty INT NOT NULL,
              price DECIMAL(10,2) NOT NULL, sale_ts TIMESTAMP(3) NOT NULL, note TEXT, KEY (product_id))
            """,
            "CREATE TABLE audit (id BIGINT AUTO_INCREMENT PRIMARY KEY, what VARCHAR(100))",
            "SET SESSION cte_max_recursion_depth = 10000",
            """
            INSERT INTO products WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 60)
              SELECT i, NULL, CONCAT('SKU-', i), CONCAT('Produkt № ', i) FROM n
            """,
            """
            INSERT INTO sales WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 600)
              SELECT i, 1 + i % 60, NULL, 50, 1 + i / 100, TIMESTAMPADD(SECOND, i, '2026-01-01'), NULL FROM n
            """);
    }

    /// <summary>Changes things over so many connections until stopped; the transactions under way are finished.</summary>
    public Task RunAsync(int connections, CancellationToken stop) =>
        Task.WhenAll(Enumerable.Range(0, connections).Select(i => WriteAsync(new Random(seed + i), stop)));

    /// <summary>One more transaction that changes the result; gives the GTID set after it.</summary>
    public async Task<string> FinishAsync()
    {
        await using var connection = await server.OpenAsync(database);
        var products = await connection.QueryAsync("SELECT id FROM products ORDER BY id LIMIT 2", default);
        await connection.RunAsync($"INSERT INTO sales (id, product_id, qty, price, sale_ts) VALUES ({NewSale()}, {products.Rows[0][0]}, 0, 1.5, '2030-01-01')");
        return await connection.GtidExecutedAsync();
    }

    private async Task WriteAsync(Random random, CancellationToken stop)
    {
        await using var connection = await server.OpenAsync(database);
        await connection.RunAsync("SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED", "SET SESSION innodb_lock_wait_timeout = 5");
        var transaction = new ShopTransaction(connection, random, NewSale, NewProduct);
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await connection.RunAsync("BEGIN");
                var commit = await transaction.ChangeAsync();
                await connection.RunAsync(commit ? "COMMIT" : "ROLLBACK");
                Interlocked.Add(ref _committed, commit ? 1 : 0);
            }
            catch (MySqlServerException error) when (error.Code is Deadlock or LockWaitTimeout)
            {
                await connection.RunAsync("ROLLBACK");
            }
        }
    }

    private string NewSale() => Interlocked.Increment(ref _lastSale).ToString(CultureInfo.InvariantCulture);

    private string NewProduct() => Interlocked.Increment(ref _lastProduct).ToString(CultureInfo.InvariantCulture);
}
