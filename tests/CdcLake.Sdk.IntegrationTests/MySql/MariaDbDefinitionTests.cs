using CdcLake.IntegrationTests.Fixtures;
using CdcLake.IntegrationTests.Pipelines;
using CdcLake.MySql;

namespace CdcLake.IntegrationTests.MySql;

/// <summary>Statements as only MariaDB has them, while a whole database is followed: after each the lake equals the server, table by table.</summary>
public sealed class MariaDbDefinitionTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [ServerTheory(TestServers.MariaDb, TestServers.MariaDbOld)]
    [InlineData(TestServers.MariaDb)]
    [InlineData(TestServers.MariaDbOld)]
    public async Task Database_is_followed_through_definitions_of_MariaDb(string server)
    {
        await using var database = await MySqlDatabase.CreateAsync(TestServers.Get(server), "madefine");
        await database.ExecuteAsync(
            "CREATE TABLE a (id INT PRIMARY KEY, v VARCHAR(9))", "INSERT INTO a VALUES (1, 'one'), (2, 'two')", "CREATE SEQUENCE s", "CREATE TABLE tick (id INT AUTO_INCREMENT PRIMARY KEY)",
            "CREATE TABLE hist (id INT PRIMARY KEY, v INT) WITH SYSTEM VERSIONING", "INSERT INTO hist VALUES (1, 1)");
        using var stop = new CancellationTokenSource();
        await using var pipeline = Pipeline.FromMySqlBinlog(new MySqlSource(database.ConnectionString).Database(database.Name).Exclude("hist"))
            .ToIceberg(IcebergCatalog.FileSystem(_folder["warehouse"]).Namespace("lakehouse"))
            .Build("madefine", o =>
            {
                o.CommitInterval = TimeSpan.FromMilliseconds(20);
                o.CheckpointFolder = _folder["checkpoints"];
            });
        var running = pipeline.RunAsync(stop.Token);
        string[][] steps =
        [
            ["INSERT INTO a VALUES (3, NEXTVAL(s))", "UPDATE hist SET v = 2"],
            ["CREATE OR REPLACE TABLE a (id INT PRIMARY KEY, w INT)", "INSERT INTO a VALUES (7, 7)"],
            ["ALTER TABLE a WAIT 5 ADD COLUMN x INET6, ADD COLUMN IF NOT EXISTS w INT", "INSERT INTO a VALUES (8, 8, '::1')"],
            ["RENAME TABLE a TO b", "UPDATE b SET w = 9 WHERE id = 7"],
            ["SET STATEMENT lock_wait_timeout=3 FOR ALTER TABLE b ADD COLUMN y DECIMAL(5,2)", "UPDATE b SET y = 1.5"],
            ["CREATE TABLE c (id BINARY(16) PRIMARY KEY, k INT)", "INSERT INTO c VALUES ('abc', 1), ('abcdefghijklmnop', 2)"],
            ["TRUNCATE TABLE b WAIT 1", "INSERT INTO b VALUES (10, 10, '::ffff:1.2.3.4', 2)"],
            ["ALTER TABLE b DROP COLUMN IF EXISTS nosuch, DROP COLUMN w", "DROP SEQUENCE s"],
            ["CREATE TABLE made (id INT PRIMARY KEY) SELECT 5 AS id, 'x' AS t", "UPDATE made SET t = 'y'"],
            ["CREATE OR REPLACE TABLE made (id INT PRIMARY KEY) SELECT 6 AS id, 'z' AS u"],
            ["ALTER TABLE c ADD COLUMN z TEXT COMPRESSED", "UPDATE c SET z = REPEAT('z', 1000)"],
            ["DROP TABLE IF EXISTS made, nosuch", "INSERT INTO b VALUES (11, '::', 3)"],
        ];
        foreach (var step in steps)
        {
            await database.ExecuteAsync(step);
            Assert.Equal((step[0], ""), (step[0], await ReplicaComparison.DifferencesAsync(pipeline, running, database)));
        }

        await stop.CancelAsync();
        await running;
    }

    [ServerFact(TestServers.MariaDb)]
    public async Task System_versioned_table_is_refused_by_name()
    {
        await using var database = await MySqlDatabase.CreateAsync(TestServers.Get(TestServers.MariaDb), "maversion");
        await database.ExecuteAsync("CREATE TABLE hist (id INT PRIMARY KEY, v INT) WITH SYSTEM VERSIONING");
        var error = await Assert.ThrowsAsync<UnsupportedTypeException>(() => SourceRun.StartAsync(database.Options, "maversion", [$"{database.Name}.hist"]));
        Assert.Contains($"{database.Name}.hist is system-versioned", error.Message, StringComparison.Ordinal);
        Assert.Contains("DROP SYSTEM VERSIONING", error.Message, StringComparison.Ordinal);
    }
}
