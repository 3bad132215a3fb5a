using System.Globalization;
using CdcLake.IntegrationTests.Fixtures;
using Xunit.Abstractions;

namespace CdcLake.IntegrationTests.Pipelines;

/// <summary>Statements that change a captured table without changing what is read of it: the stream goes on, exactly.</summary>
[Collection(ServerPair.Collection)]
public sealed class UnreadChangesTests(ServerPair servers, ITestOutputHelper output)
{
    private const string Table = """
        CREATE TABLE t (id INT NOT NULL, a VARCHAR(20), b INT, c INT NOT NULL DEFAULT 7, PRIMARY KEY (id))
        PARTITION BY RANGE (id) (PARTITION p0 VALUES LESS THAN (100), PARTITION p1 VALUES LESS THAN (1000))
        """;

    private static readonly string[] Statements =
    [
        "ALTER TABLE t ADD INDEX i (a), ADD KEY j (b DESC), ADD INDEX k ((b + c))",
        "ALTER TABLE t RENAME INDEX i TO l, ALTER INDEX j INVISIBLE",
        "ALTER TABLE t DROP INDEX l, DROP KEY j, DROP INDEX k",
        "CREATE INDEX m ON t (a)",
        "DROP INDEX m ON t",
        "ALTER TABLE t ENGINE=InnoDB",
        "ALTER TABLE t FORCE, ALGORITHM=INPLACE, LOCK=NONE",
        "ALTER TABLE t ROW_FORMAT=COMPACT KEY_BLOCK_SIZE=0 COMMENT='DROP COLUMN a' STATS_PERSISTENT=1",
        "ALTER TABLE t ALTER c SET DEFAULT 9, ALTER COLUMN b SET DEFAULT 5, ALTER a SET DEFAULT (CONCAT('x', 'y'))",
        "ALTER TABLE t ALTER c DROP DEFAULT, ALTER a DROP DEFAULT",
        "ANALYZE TABLE t",
        "OPTIMIZE TABLE t",
        "ALTER TABLE t ADD CONSTRAINT positive CHECK (id > 0), ADD CHECK (c < 1000000) NOT ENFORCED",
        "ALTER TABLE t ALTER CHECK positive NOT ENFORCED",
        "ALTER TABLE t DROP CHECK positive",
        "ALTER TABLE t ADD PARTITION (PARTITION p2 VALUES LESS THAN (10000))",
        "ALTER TABLE t REORGANIZE PARTITION p0 INTO (PARTITION q0 VALUES LESS THAN (50), PARTITION q1 VALUES LESS THAN (100))",
        "ALTER TABLE t REBUILD PARTITION q0, q1",
        "ALTER TABLE t REMOVE PARTITIONING",
        "ALTER TABLE t ADD CONSTRAINT f FOREIGN KEY (c) REFERENCES parent (id)",
        "ALTER TABLE t DROP FOREIGN KEY f",
        "ALTER TABLE t PARTITION BY HASH (id) PARTITIONS 4",
        "ALTER TABLE t COALESCE PARTITION 2",
        "ALTER TABLE t DEFAULT CHARACTER SET latin1 COLLATE latin1_bin",
        "ALTER TABLE t CONVERT TO CHARACTER SET utf8mb4",
        "ALTER TABLE t DROP COLUMN b",
        "ALTER TABLE t ADD COLUMN d JSON FIRST, ADD COLUMN (e DECIMAL(5,2) NOT NULL DEFAULT 1.5, g INT)",
        "ALTER TABLE t ADD COLUMN h INT GENERATED ALWAYS AS (id * 2) STORED AFTER id",
        "ALTER TABLE t CHANGE e f VARCHAR(30) NOT NULL DEFAULT 'z' FIRST, MODIFY g BIGINT",
        "ALTER TABLE t RENAME COLUMN f TO b",
        "ALTER TABLE t DROP COLUMN h, DROP COLUMN d, DROP COLUMN g",
    ];

    [ServerTheory(TestServers.MySql, IcebergJava.Variable)]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Stream_goes_on_and_every_snapshot_is_exact(bool whileRunning)
    {
        var random = Seed.Next(output);
        await using var followed = new FollowedTable(servers, (mysql, lake, options) => Pipeline
            .FromMySqlBinlog(mysql.Table($"{FollowedTable.Database}.t"))
            .Select(r => new { Id = r.Get<int>("id"), A = r.Get<string>("a"), C = r.Get<int>("c") })
            .ToIceberg(lake.Table("lakehouse.t"), key: r => r.Id)
            .Build("followed", options));
        await followed.CreateAsync("CREATE TABLE parent (id INT PRIMARY KEY)", "INSERT INTO parent VALUES (7)", Table, "INSERT INTO t VALUES (1, 'ä', 2, 7), (60, NULL, NULL, 7)");
        followed.Start();
        await followed.SettleAsync();
        if (!whileRunning)
        {
            await followed.StopAsync(); // all of it is read at once afterwards, from a table that has its last form by then
        }

        for (var i = 0; i < Statements.Length; i++)
        {
            var id = string.Create(CultureInfo.InvariantCulture, $"{i + 100}");
            await followed.Session.RunAsync(
                "BEGIN", $"INSERT INTO t (id, a, c) VALUES ({id}, 'row {id}', 7)", "UPDATE t SET a = CONCAT(LEFT(COALESCE(a, ''), 5), 'x') WHERE id % 3 = 1", "COMMIT", Statements[i],
                $"UPDATE t SET c = 7, a = 'after {id}' WHERE id = {id}", $"DELETE FROM t WHERE id = {random.Next(100, 100 + i + 1)}");
            if (whileRunning)
            {
                await followed.SettleAsync();
            }
        }

        if (!whileRunning)
        {
            followed.Start(commitInterval: TimeSpan.Zero);
        }

        await followed.SettleAsync();
        await followed.StopAsync();
        var snapshots = await followed.CheckAsync("SELECT id, a, c FROM t");
        output.WriteLine($"{Statements.Length} statements, {snapshots} snapshots exact");
        Assert.True(snapshots >= (whileRunning ? Statements.Length : 2));
    }
}
