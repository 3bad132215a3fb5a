using System.Globalization;
using CdcLake.Iceberg.Operations;
using CdcLake.Iceberg.Tables;
using CdcLake.IntegrationTests.Fixtures;
using CdcLake.IntegrationTests.Pipelines;
using CdcLake.MySql.Gtids;
using MySqlConnector;
using Xunit.Abstractions;

namespace CdcLake.IntegrationTests.Storage;

/// <summary>
/// A pipeline with a replica and an aggregate, tables and checkpoints in an S3 bucket, names in each kind of catalog, killed while the server is being written to: in the end both
/// tables are MySQL's answer, as ClickHouse, Iceberg's own Java and we read them. 3 kills; 40 with CDCLAKE_TEST_LONG=1.
/// </summary>
public sealed class S3PipelineTests(ITestOutputHelper output)
{
    private const string ReplicaQuery = "SELECT id, product_id, qty, price, sale_ts FROM sales ORDER BY id";
    private static readonly string[] ReplicaColumns = ["id", "product_id", "qty", "price", "sale_ts"];
    private static readonly string[] TotalColumns = ["product_id", "product_sku", "product_name", "total_qty", "total_revenue", "sale_count", "last_sale_ts"];

    [ServerFact(TestServers.MySql, TestServers.Ceph, IcebergJava.Variable, ClickHouse.Variable)]
    public async Task Names_in_folders_of_the_bucket() => await ProveAsync("folders", TestServers.Ceph, (_, bucket) => new S3Lake(
        bucket,
        new() { ["type"] = "hadoop", ["warehouse"] = bucket.Uri("warehouse") },
        table => [bucket.Uri($"warehouse/{table.Replace('.', '/')}")]));

    [ServerFact(TestServers.MySql, TestServers.Moto, IcebergJava.Variable, ClickHouse.Variable)]
    public async Task Names_in_tables_of_MySQL() => await ProveAsync("mysql", TestServers.Moto, (database, bucket) =>
    {
        var connection = new MySqlConnectionStringBuilder($"{TestServers.Get(TestServers.MySql)};Database={database.Name}");
        return S3Lake.Jdbc(bucket, connection.ConnectionString, $"jdbc:mysql://{connection.Server}:{connection.Port}/{database.Name}?nullDatabaseMeansCurrent=true", connection.UserID, connection.Password);
    });

    [ServerFact(TestServers.MySql, TestServers.Ceph, PostgresDatabase.Variable, IcebergJava.Variable, ClickHouse.Variable)]
    public async Task Names_in_tables_of_PostgreSQL()
    {
        await using var names = await PostgresDatabase.CreateAsync("s3_pipeline");
        await ProveAsync("postgres", TestServers.Ceph, (_, bucket) => S3Lake.Jdbc(bucket, names));
    }

    /// <summary>The keys of the store come from the catalog alone.</summary>
    [ServerFact(TestServers.MySql, TestServers.Ceph, IcebergJava.Variable, ClickHouse.Variable)]
    public async Task Names_and_keys_of_a_rest_catalog()
    {
        await using var bucket = await S3Bucket.CreateAsync(TestServers.Ceph);
        await using var server = await PrivateRestServer.StartAsync(bucket);
        await ProveAsync("rest", TestServers.Ceph, (_, _) => new S3Lake(
            bucket,
            new() { ["type"] = "rest", ["uri"] = server.Uri },
            table => [table, "--catalog", "rest", "--uri", server.Uri]));
    }

    private async Task ProveAsync(string name, string store, Func<MySqlDatabase, S3Bucket, S3Lake> open)
    {
        var random = Seed.Next(output);
        await using var database = await MySqlDatabase.CreateAsync(TestServers.Get(TestServers.MySql), $"s3_{name}");
        await CreateAsync(database);
        await using var bucket = await S3Bucket.CreateAsync(store);
        var lake = open(database, bucket);
        var kills = Proof.Rounds(usual: 3, full: 40);
        for (var kill = 0; kill < kills; kill++)
        {
            await using var run = Start(database, lake);
            await ChangeAsync(database, random, transactions: 30); // before a commit is waited for: the run before may have left nothing to do
            await run.CommitAsync();
            Assert.False(await run.ExitsWithinAsync(random.NextDouble() * TimeSpan.FromMilliseconds(300)), run.Failure("ended by itself").Message);
            await run.KillAsync();
        }

        await using (var last = Start(database, lake))
        {
            await ChangeAsync(database, random, transactions: 10);
            var end = GtidSet.Parse(await database.Connection.GtidExecutedAsync());
            await last.CommitAsync(end, $"iceberg({TwoTablesProgram.Totals})");
            await last.DrainAsync();
        }

        await CheckAsync(lake, TwoTablesProgram.Replica, ReplicaColumns, await database.Connection.LinesAsync(ReplicaQuery));
        await CheckAsync(lake, TwoTablesProgram.Totals, TotalColumns, await database.Connection.LinesAsync(Answer.Query));
    }

    private static async Task CheckAsync(S3Lake lake, string table, string[] columns, IReadOnlyList<string> expected)
    {
        string[] place = [.. lake.ForJava(table), "--s3", $"{lake.Bucket.Endpoint},{lake.Bucket.Key},{lake.Bucket.Secret}"];
        var (exit, rows, error) = await IcebergJava.RunAsync(["rows", .. place]);
        Assert.True(exit == 0, $"{rows}{error}");
        Same("Iceberg Java", expected, [.. rows.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => System.Text.Json.JsonDocument.Parse(l).RootElement)
            .OrderBy(r => r.GetProperty(columns[0]).GetInt64()).Select(r => Answer.Line(columns.Select(c => SalesReader.Text(c, r.GetProperty(c)))))]);
        // What the killed processes left behind goes; then Java finds no file below the table that no snapshot knows.
        await new OrphanRemoval(new NamedTable(lake.Open().Open(), TableIdentifier.Parse(table), TimeProvider.System)).RunAsync(TimeSpan.FromHours(-1), dryRun: false, default);
        await IcebergJava.DoAsync(["verify", .. place, "--all", "--keys", "identifier", "--orphans", "--no-notes"]);
        Same("ClickHouse", expected, ClickHouseSays(lake.Bucket, table, columns));
        Same("CdcLake", expected, await OwnAsync(lake, table, columns));
    }

    private static List<string> ClickHouseSays(S3Bucket bucket, string table, string[] columns)
    {
        var selected = columns.Select(c => c switch
        {
            "price" or "total_revenue" => $"toDecimalString({c}, 2)",
            "sale_ts" or "last_sale_ts" => $"toTimeZone({c}, 'UTC')",
            _ => c,
        });
        var lines = ClickHouse.Query(
            $"SELECT {string.Join(", ", selected)} FROM icebergS3('{bucket.Endpoint}/{bucket.Name}/warehouse/{table.Replace('.', '/')}/', '{bucket.Key}', '{bucket.Secret}') ORDER BY {columns[0]}",
            Path.GetTempPath());
        return [.. lines.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(l => Answer.Line(l.Split('\t').Zip(columns, (v, c) => v == @"\N" ? null : c.EndsWith("sale_ts", StringComparison.Ordinal) ? Answer.Milliseconds(v) : v)))];
    }

    private static async Task<List<string>> OwnAsync(S3Lake lake, string table, string[] columns)
    {
        var rows = new List<(long Key, string Line)>();
        await foreach (var row in lake.Open().Table(table).ReadAsync())
        {
            rows.Add((Convert.ToInt64(row[columns[0]], CultureInfo.InvariantCulture), Answer.Line(columns.Select(c => Text(row[c])))));
        }

        return [.. rows.OrderBy(r => r.Key).Select(r => r.Line)];
    }

    private static string? Text(object? value) => value switch
    {
        null => null,
        DateTime time => time.ToString("yyyy-MM-dd HH:mm:ss.fff", CultureInfo.InvariantCulture),
        DateTimeOffset time => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss.fff", CultureInfo.InvariantCulture),
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString(),
    };

    private static void Same(string reader, IReadOnlyList<string> expected, IReadOnlyList<string> actual)
    {
        var difference = Answer.Difference(expected, actual);
        Assert.True(difference is null, $"{reader}: {difference}");
    }

    private static ChildProcess Start(MySqlDatabase database, S3Lake lake) => ChildProcess.Start(
        "dotnet",
        [
            "exec", typeof(TwoTablesProgram).Assembly.Location, database.ConnectionString, database.Name, lake.Bucket.Uri("lake"), "20", "300",
            .. lake.Bucket.Properties.Select(p => $"{p.Key}={p.Value}"), .. lake.Catalog.Select(p => $"catalog.{p.Key}={p.Value}"),
        ]);

    private static Task CreateAsync(MySqlDatabase database) => database.ExecuteAsync(
        "CREATE TABLE products (id INT PRIMARY KEY, sku VARCHAR(64) NOT NULL, name VARCHAR(255) NOT NULL)",
        "CREATE TABLE sales (id BIGINT PRIMARY KEY, product_id INT NOT NULL, qty INT NOT NULL, price DECIMAL(10,2) NOT NULL, sale_ts TIMESTAMP(3) NOT NULL)",
        "SET SESSION cte_max_recursion_depth = 10000",
        "INSERT INTO products WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20) SELECT i, CONCAT('SKU-', i), CONCAT('Produkt ', i) FROM n",
        "INSERT INTO sales WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000) SELECT i, 1 + i % 20, i % 7, 1 + i / 100, TIMESTAMPADD(SECOND, i, '2026-01-01') FROM n");

    private static async Task ChangeAsync(MySqlDatabase database, Random random, int transactions)
    {
        for (var i = 0; i < transactions; i++)
        {
            await database.ExecuteAsync(
                "BEGIN",
                string.Create(CultureInfo.InvariantCulture, $"UPDATE sales SET qty = qty + 1 WHERE id % 97 = {random.Next(97)}"),
                string.Create(CultureInfo.InvariantCulture, $"DELETE FROM sales WHERE id = {random.Next(3000)}"),
                string.Create(CultureInfo.InvariantCulture, $"REPLACE INTO sales VALUES ({3001 + random.Next(2000)}, {1 + random.Next(20)}, 3, 9.99, '2026-02-02 02:02:02.5')"),
                string.Create(CultureInfo.InvariantCulture, $"UPDATE products SET name = CONCAT('n', {random.Next(1000)}) WHERE id = {1 + random.Next(20)}"),
                "COMMIT");
        }
    }
}
