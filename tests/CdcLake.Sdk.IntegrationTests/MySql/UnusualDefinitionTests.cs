using CdcLake.IntegrationTests.Fixtures;
using CdcLake.IntegrationTests.Pipelines;

namespace CdcLake.IntegrationTests.MySql;

/// <summary>Definitions and statements that are rare, and some that lose values without a word, while a whole database is followed: after each the lake equals the server.</summary>
public sealed class UnusualDefinitionTests : IDisposable
{
    private static readonly string[][] OfMySql =
    [
        [
            "CREATE TABLE f (id INT PRIMARY KEY, j JSON, v VARCHAR(20), INDEX ((UPPER(v))), INDEX m ((CAST(j->'$.a' AS UNSIGNED ARRAY))), FULLTEXT (v), CHECK (id > 0))",
            "INSERT INTO f VALUES (1, '{\"a\": [1, 2]}', 'one  '), (2, NULL, 'twenty'), (3, '[]', NULL)", "UPDATE f SET j = '{\"a\": [3]}' WHERE id = 2",
        ],
        ["SET sql_generate_invisible_primary_key = ON", "CREATE TABLE g (v INT)", "INSERT INTO g VALUES (1), (2)", "ALTER TABLE g ALTER COLUMN my_row_id SET VISIBLE", "UPDATE g SET v = 3 WHERE v = 1"],
        ["SET sql_mode = ''", "ALTER TABLE f ADD e ENUM('a','b','c'), ADD s SET('x','y')", "UPDATE f SET e = 'a', s = 'x,y'", "ALTER TABLE f MODIFY e ENUM('b','a'), MODIFY s SET('y')"],
        ["ALTER TABLE f MODIFY e ENUM('b')"],
        ["ALTER TABLE f ADD b BIT(9)", "UPDATE f SET b = b'111111111'", "ALTER TABLE f MODIFY b BIT(5)"],
        ["ALTER TABLE f MODIFY v VARCHAR(4)"],
        ["ALTER TABLE f MODIFY v CHAR(6)"],
        ["ALTER TABLE f ADD d DATETIME(6)", "UPDATE f SET d = '2026-01-02 03:04:05.678901'", "ALTER TABLE f MODIFY d DATETIME(2)"],
        ["ALTER TABLE f ADD n INT", "ALTER TABLE f MODIFY n INT NOT NULL"],
        ["ALTER TABLE f ADD r FLOAT", "UPDATE f SET r = 1.23456", "ALTER TABLE f MODIFY r FLOAT(5,1)"],
        ["ALTER TABLE f ADD y YEAR", "UPDATE f SET y = 2026", "ALTER TABLE f MODIFY y SMALLINT"],
        ["ALTER TABLE f ADD t TIMESTAMP NULL", "UPDATE f SET t = '2026-07-01 12:00:00'", "SET time_zone = '+05:30'", "ALTER TABLE f MODIFY t DATETIME", "SET time_zone = '-03:00'", "ALTER TABLE f MODIFY t TIMESTAMP(3) NULL"],
    ];

    private static readonly string[][] OfMariaDb =
    [
        ["CREATE TABLE a (id INT PRIMARY KEY, v VARCHAR(9), w VARCHAR(9) INVISIBLE DEFAULT 'w')", "INSERT INTO a VALUES (1, 'one'), (2, 'two'), (3, 'two') RETURNING id", "REPLACE INTO a (id, v) VALUES (4, 'two') RETURNING *", "DELETE FROM a WHERE id = 1 RETURNING v"],
        ["ALTER IGNORE TABLE a ADD UNIQUE (v)"],
        [
            "CREATE TABLE per (id INT, s DATE NOT NULL, e DATE NOT NULL, v INT, PERIOD FOR p(s, e), PRIMARY KEY (id, s))", "INSERT INTO per VALUES (1, '2026-01-01', '2026-12-31', 1), (2, '2026-01-01', '2026-06-01', 2)",
            "DELETE FROM per FOR PORTION OF p FROM '2026-03-01' TO '2026-04-01'", "UPDATE per FOR PORTION OF p FROM '2026-05-01' TO '2026-05-15' SET v = v + 10",
        ],
        ["CREATE SEQUENCE s", "CREATE TABLE drawn (id INT PRIMARY KEY DEFAULT NEXTVAL(s), v INT)", "INSERT INTO drawn (v) VALUES (1), (2)", "ALTER SEQUENCE s RESTART 100", "INSERT INTO drawn (v) VALUES (3)"],
        ["SET sql_mode = ORACLE", "CREATE TABLE ora (id NUMBER(9) PRIMARY KEY, v VARCHAR2(10), d DATE)", "INSERT INTO ora VALUES (1, 'x', '2026-01-02 03:04:05')", "ALTER TABLE ora ADD d2 DATE", "UPDATE ora SET d2 = '2026-05-06 07:08:09'", "ALTER TABLE \"ora\" ADD \"n\" CLOB"],
        ["BEGIN NOT ATOMIC INSERT INTO ora (id) VALUES (2); UPDATE ora SET v = 'block' WHERE id = 2; END", "SET sql_mode = ''"],
        ["RENAME TABLE IF EXISTS nosuch TO x, ora TO oracle", "DELETE FROM oracle WHERE id = 1"],
        ["CREATE TABLE parts (id INT PRIMARY KEY, v INT) PARTITION BY RANGE (id) (PARTITION p0 VALUES LESS THAN (10), PARTITION p1 VALUES LESS THAN (20))", "INSERT INTO parts VALUES (1, 1), (11, 11), (12, 12)"],
        ["ALTER TABLE parts CONVERT PARTITION p1 TO TABLE part", "UPDATE part SET v = 5 WHERE id = 11"],
        ["ALTER TABLE parts CONVERT TABLE part TO PARTITION p1 VALUES LESS THAN (20)", "UPDATE parts SET v = v + 1"],
        ["SET STATEMENT sql_mode = '' FOR ALTER TABLE a MODIFY v VARCHAR(2)", "UPDATE a SET w = 'x'"],
    ];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [ServerTheory(TestServers.MySql, TestServers.MariaDb)]
    [InlineData(TestServers.MySql)]
    [InlineData(TestServers.MariaDb)]
    public async Task Lake_equals_the_server_after_each(string server)
    {
        await using var database = await MySqlDatabase.CreateAsync(TestServers.Get(server), "undef");
        await database.ExecuteAsync("CREATE TABLE tick (id INT AUTO_INCREMENT PRIMARY KEY)");
        using var stop = new CancellationTokenSource();
        await using var pipeline = Pipeline.FromMySqlBinlog(new MySqlSource(database.ConnectionString, o => o.InvalidDates = InvalidDates.Null).Database(database.Name))
            .ToIceberg(IcebergCatalog.FileSystem(_folder["warehouse"]).Namespace("lakehouse"))
            .Build("undef", o => (o.CommitInterval, o.CheckpointFolder) = (TimeSpan.FromMilliseconds(20), _folder["checkpoints"]));
        var running = pipeline.RunAsync(stop.Token);
        foreach (var step in server == TestServers.MySql ? OfMySql : OfMariaDb)
        {
            await database.ExecuteAsync(step);
            Assert.Equal((step[^1], ""), (step[^1], await ReplicaComparison.DifferencesAsync(pipeline, running, database)));
        }

        await stop.CancelAsync();
        await running;
    }
}
