using System.Globalization;
using CdcLake.MySql.Wire;

namespace CdcLake.Benchmarks;

/// <summary>Sales and products in a database of our own, as large as two engines can be compared over in a minute, and changes in bulk. Texts compare by bytes, as they do in Flink.</summary>
internal sealed class BulkTables : IAsyncDisposable
{
    public const int Products = 1_000;
    public const int Sales = 1 << 18;

    /// <summary>Changes of a run: half of them new sales, half sales that are changed.</summary>
    public const int Changes = 1 << 17;

    private const int OfTransaction = 1 << 10;
    private const string Texts = "CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin";
    private readonly ServerSession _session;
    private int _lastSale = Sales;

    private BulkTables(string connectionString, string database, ServerSession session) => (ConnectionString, Database, _session) = (connectionString, database, session);

    public string ConnectionString { get; }

    public string Database { get; }

    /// <summary>The newest sale, which is written last.</summary>
    public long LastSale => _lastSale;

    public static async Task<BulkTables> CreateAsync(string connectionString)
    {
        var plain = BenchmarkServer.Plain(connectionString);
        var tables = new BulkTables(plain, $"cdclake_bench_bulk_{Environment.ProcessId}", await BenchmarkServer.OpenAsync(plain));
        await tables.RunAsync(
            $"DROP DATABASE IF EXISTS {tables.Database}",
            $"CREATE DATABASE {tables.Database}",
            $"USE {tables.Database}",
            $"CREATE TABLE sales (id BIGINT PRIMARY KEY, product_id INT NOT NULL, qty INT NOT NULL, price DECIMAL(10,2) NOT NULL, sale_ts TIMESTAMP(3) NOT NULL) {Texts}",
            $"CREATE TABLE products (id INT PRIMARY KEY, sku VARCHAR(50) NOT NULL, name VARCHAR(120) NOT NULL) {Texts}",
            $"INSERT INTO products VALUES {string.Join(',', Enumerable.Range(1, Products).Select(i => $"({i}, 'SKU-{i:D6}', 'Product {i} of the catalogue')"))}",
            "INSERT INTO sales VALUES (1, 1, 1, 1.01, '2026-01-01 00:00:00.001')");
        for (var rows = 1; rows < Sales; rows *= 2)
        {
            await tables.RunAsync($"INSERT INTO sales SELECT id + {rows}, 1 + (id + {rows}) * 7919 % {Products}, 1 + id % 20, 1 + id % 50000 / 100, sale_ts + INTERVAL {rows} SECOND FROM sales");
        }

        return tables;
    }

    /// <summary>Writes the changes, in transactions of 1,024, the newest sale last.</summary>
    public async Task ChangeAsync()
    {
        for (var done = 0; done < Changes; done += OfTransaction)
        {
            const int Half = OfTransaction / 2;
            var first = done / 2 * 7 % Sales;
            await RunAsync(
                "BEGIN",
                string.Create(CultureInfo.InvariantCulture, $"UPDATE sales SET qty = qty + 1, price = price + 0.01 WHERE id > {first} AND id <= {first + Half}"),
                string.Create(CultureInfo.InvariantCulture, $"INSERT INTO sales SELECT {_lastSale} + id, product_id, qty, price, sale_ts FROM sales WHERE id <= {Half}"),
                "COMMIT");
            _lastSale += Half;
        }
    }

    /// <summary>One change of one row, by which the newest sale gets a new number.</summary>
    public async Task ChangeOneAsync() => await RunAsync(string.Create(CultureInfo.InvariantCulture, $"INSERT INTO sales VALUES ({++_lastSale}, 1, 1, 1, '2026-01-01')"));

    /// <summary>Rows and quantity of all sales.</summary>
    public async Task<(long Rows, long Qty)> TotalsAsync()
    {
        var answer = await _session.QueryAsync("SELECT COUNT(*), SUM(qty) FROM sales", CancellationToken.None);
        return (long.Parse(answer[0, 0]!, CultureInfo.InvariantCulture), long.Parse(answer[0, 1]!, CultureInfo.InvariantCulture));
    }

    public async ValueTask DisposeAsync()
    {
        await RunAsync($"DROP DATABASE IF EXISTS {Database}");
        await _session.DisposeAsync();
    }

    private async Task RunAsync(params string[] statements)
    {
        foreach (var statement in statements)
        {
            await _session.ExecuteAsync(statement, CancellationToken.None);
        }
    }
}
