using CdcLake.IntegrationTests.Fixtures;
using CdcLake.Testing;

namespace CdcLake.IntegrationTests.Trino;

/// <summary>Trino reads what was written: tables of a REST catalog in MinIO, with rows that were inserted, updated and deleted, columns that came, and deletes of each format version.</summary>
public sealed class TrinoTests
{
    /// <summary>URL of Trino's coordinator.</summary>
    private const string Variable = "CDCLAKE_TEST_TRINO";

    /// <summary>URL of the REST catalog that it reads as <c>iceberg</c>.</summary>
    private const string Rest = "CDCLAKE_TEST_TRINO_REST";

    [ContainerFact(Variable, Rest, TestServers.Ceph)]
    public async Task Rows_of_a_query_are_what_Trino_reads_after_each_change()
    {
        await using var mysql = new FakeMySqlServer(o => o.CreateTable(
            "CREATE TABLE shop.sales (id BIGINT PRIMARY KEY, item VARCHAR(20) NOT NULL, price DECIMAL(10,2), sold_at DATETIME(6) NOT NULL, paid_at TIMESTAMP(3) NULL, photo VARBINARY(4))"));
        using var checkpoints = new TemporaryFolder();
        var space = $"trino_{Environment.ProcessId}";
        var lake = Lake();
        await using var pipeline = Pipeline
            .FromMySqlBinlog(new MySqlSource(mysql.ConnectionString).Table("shop.sales"))
            .ToIceberg(lake.Table($"{space}.sales"))
            .Build("trino", o => o.CheckpointFolder = checkpoints.Path);
        var running = pipeline.RunAsync();
        try
        {
            var (noon, instant) = (new DateTime(2026, 1, 2, 12, 30, 0, 123, 456), new DateTimeOffset(2026, 1, 2, 3, 4, 5, 678, TimeSpan.Zero));
            mysql.Transaction(t =>
            {
                t.Table<Sale>("shop.sales").Insert(new(1, "Kettle", 9.90m, noon, instant, [1, 0xFF]));
                t.Table<Sale>("shop.sales").Insert(new(2, "Pot", null, noon, null, null));
            });
            await ReadAsync(["1|Kettle|9.90|2026-01-02 12:30:00.123456|2026-01-02 03:04:05.678|01ff", "2|Pot|NULL|2026-01-02 12:30:00.123456|NULL|NULL"]);
            mysql.Transaction(t =>
            {
                t.Table<Sale>("shop.sales").Update(new(1, "Electric kettle", -0.05m, noon, null, null));
                t.Table<Sale>("shop.sales").Delete(new(2, "", null, noon, null, null));
            });
            await ReadAsync(["1|Electric kettle|-0.05|2026-01-02 12:30:00.123456|NULL|NULL"]);
            mysql.Execute("ALTER TABLE shop.sales ADD COLUMN note INT NOT NULL DEFAULT 7");
            mysql.Transaction(t => t.Table<Sale>("shop.sales").Insert(new(3, "Pan", 1m, noon, null, null)));
            await ReadAsync(["1|7", "3|7"], "id, note");
        }
        finally
        {
            await pipeline.DisposeAsync();
            await running.ContinueWith(_ => { }, TaskScheduler.Default);
            await lake.DropTableAsync($"{space}.sales");
            await lake.DropNamespaceAsync(space);
        }

        async Task ReadAsync(string[] expected, string columns = "id, item, price, CAST(sold_at AS varchar), CAST(CAST(paid_at AS timestamp(3)) AS varchar), lower(to_hex(photo))")
        {
            await pipeline.WaitForGtidAsync(mysql.GtidExecuted);
            using var trino = new TrinoClient(new Uri(TestServers.Get(Variable)), TimeProvider.System);
            Assert.Equal(expected, (await trino.QueryAsync($"SELECT {columns} FROM iceberg.{space}.sales")).Lines);
        }
    }

    private static IcebergCatalog Lake() => IcebergCatalog.Rest(TestServers.Get(Rest), o =>
    {
        var minio = new Uri(TestServers.Get(TestServers.Ceph));
        var keys = minio.UserInfo.Split(':');
        o.Properties["s3.endpoint"] = $"http://{minio.Host}:{minio.Port}";
        o.Properties["s3.path-style-access"] = "true";
        (o.Properties["s3.access-key-id"], o.Properties["s3.secret-access-key"], o.Properties["client.region"]) = (keys[0], keys[1], "us-east-1");
    });

    private sealed record Sale(long Id, string Item, decimal? Price, DateTime SoldAt, DateTimeOffset? PaidAt, byte[]? Photo);
}
