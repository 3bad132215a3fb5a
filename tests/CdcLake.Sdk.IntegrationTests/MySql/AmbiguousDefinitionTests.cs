using CdcLake.IntegrationTests.Fixtures;
using CdcLake.IntegrationTests.Pipelines;

namespace CdcLake.IntegrationTests.MySql;

/// <summary>
/// Statements that are easily taken for others: names that change places, tables that hide others, comments that are none, names that look like keywords. A whole database is followed, and one table
/// for itself; after each step both lakes equal the server, and the database has the tables that the server has.
/// </summary>
public sealed class AmbiguousDefinitionTests : IDisposable
{
    private static readonly string[][] OfAll =
    [
        ["ALTER TABLE t RENAME COLUMN a TO b, RENAME COLUMN b TO a"],
        ["ALTER TABLE t CHANGE a b VARCHAR(20), CHANGE b a VARCHAR(20)", "UPDATE t SET a = 'new' WHERE id = 1"],
        ["ALTER TABLE t ADD c VARCHAR(20)", "UPDATE t SET c = 'c'", "ALTER TABLE t CHANGE a b VARCHAR(20), CHANGE b c VARCHAR(30), CHANGE c a VARCHAR(20) FIRST"],
        ["ALTER TABLE t RENAME COLUMN a TO d, ADD a INT AFTER d, ADD e INT AFTER a, ADD f INT FIRST", "UPDATE t SET a = 1, e = 2, f = 3"],
        ["ALTER TABLE t DROP a, CHANGE b a VARCHAR(20) AFTER id, ADD b INT NULL AFTER a, RENAME COLUMN e TO f, RENAME COLUMN f TO e", "UPDATE t SET b = 5"],
        ["SET binlog_format = STATEMENT", "CREATE TEMPORARY TABLE t (id INT PRIMARY KEY, b INT, z INT)", "TRUNCATE TABLE t"],
        ["ALTER TABLE t DROP COLUMN b", "ALTER TABLE t RENAME TO hidden"],
        ["DROP TEMPORARY TABLE hidden", "SET binlog_format = ROW", "UPDATE t SET b = 6"],
        ["CREATE DATABASE {UPPER}", "CREATE TABLE {UPPER}.t (id INT PRIMARY KEY)", "TRUNCATE TABLE {UPPER}.t", "CREATE TABLE {UPPER}.stray (id INT PRIMARY KEY)", "DROP DATABASE {UPPER}"],
        ["CREATE TABLE `rename` (id INT PRIMARY KEY, `drop` INT, `first` INT, `sel``ect \"x\" 'y' , z` INT)", "INSERT INTO `rename` VALUES (1, 2, 3, 4)"],
        ["ALTER TABLE `rename` RENAME TO `to`, ADD `key` INT AFTER `first`", "ALTER TABLE `to` DROP `first`, ADD COLUMN `constraint` INT NULL FIRST, RENAME COLUMN `drop` TO `column`, RENAME COLUMN `sel``ect \"x\" 'y' , z` TO `größe`"],
        ["ALTER TABLE `to` RENAME `column`", "UPDATE `column` SET `constraint` = 3, `größe` = 4", "RENAME TABLE `column` TO `wait`", "ALTER TABLE `wait` DROP `key`, DROP COLUMN `constraint`"],
        ["ALTER /* x */ TABLE # DROP\n t -- RENAME\n ADD g INT /* , DROP b */ /*!50701 , ADD h INT */ /*!999999 , DROP b */", "/*!50000 UPDATE */ t SET g = 1"],
        ["ALTER TABLE t ADD o ENUM('a','m','x\\ty'), ADD p SET('q','it''s')", "UPDATE t SET o = 'm', p = 'it''s'", "ALTER TABLE t MODIFY o ENUM('a','m','xty','x\\ty',0x6262), MODIFY p SET('it''s','q')", "UPDATE t SET o = 'bb' WHERE id = 1"],
        ["CREATE TABLE r1 (id INT PRIMARY KEY, v INT)", "CREATE TABLE r2 LIKE r1", "CREATE TABLE r3 LIKE r1", "INSERT INTO r1 VALUES (1, 1)", "INSERT INTO r2 VALUES (2, 2)"],
        ["INSERT INTO r3 VALUES (3, 3)", "RENAME TABLE r1 TO x, r2 TO r1, r3 TO r2, x TO r3", "INSERT INTO r1 VALUES (10, 1)", "INSERT INTO r3 VALUES (30, 1)"],
        ["CREATE TRIGGER t BEFORE INSERT ON r1 FOR EACH ROW SET NEW.v = 7", "INSERT INTO r1 VALUES (11, 1)", "DROP TABLE r3", "CREATE VIEW r3 AS SELECT * FROM t", "CREATE PROCEDURE t() DELETE FROM r2", "CALL t()"],
        ["CREATE VIEW v AS SELECT * FROM t", "RENAME TABLE v TO v2", "RENAME TABLE r1 TO r4, r4 TO r5", "ALTER TABLE r5 RENAME AS r6", "ALTER TABLE r6 RENAME = r1", "DROP VIEW v2"],
        ["DROP VIEW r3", "CREATE TABLE r3 (id INT PRIMARY KEY, w VARCHAR(9))", "INSERT INTO r3 VALUES (1, 'w')"],
        ["CREATE TABLE p (id INT PRIMARY KEY, v INT) PARTITION BY RANGE (id) (PARTITION p0 VALUES LESS THAN (10), PARTITION p1 VALUES LESS THAN (20))", "INSERT INTO p VALUES (1, 1), (11, 11)", "CREATE TABLE e (id INT PRIMARY KEY, v INT)"],
        ["ALTER TABLE p EXCHANGE PARTITION p0 WITH TABLE e", "ALTER TABLE p COMMENT = 'x' REMOVE PARTITIONING", "ALTER TABLE p COMMENT = 'y' PARTITION BY HASH (id) PARTITIONS 4", "INSERT INTO p VALUES (3, 3)"],
        ["CREATE TABLE k16 (a INT, b INT, c INT, d INT, e INT, f INT, g INT, h INT, i INT, j INT, k INT, l INT, m INT, n INT, o INT, p INT, v INT, PRIMARY KEY (p,o,n,m,l,k,j,i,h,g,f,e,d,c,b,a))", "INSERT INTO k16 VALUES (1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,1), (2,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,1)"],
        ["ALTER TABLE k16 DROP v, ADD w INT, RENAME COLUMN a TO z", "UPDATE k16 SET w = 4, b = 9 WHERE z = 1"],
        ["CREATE TABLE pre (t TEXT NOT NULL, v INT, PRIMARY KEY (t(5)))", "INSERT INTO pre VALUES ('abcdefgh', 1), ('abcdX', 2)", "UPDATE pre SET t = 'abcdezzz' WHERE v = 1", "ALTER TABLE pre ADD w INT, MODIFY v BIGINT", "UPDATE pre SET w = 1"],
    ];

    private static readonly string[][] OfMySql =
    [
        ["ALTER TABLE t /*M! DROP COLUMN b, */ ADD i INT", "UPDATE t SET i = 1"],
    ];

    private static readonly string[][] OfMariaDb =
    [
        ["ALTER TABLE t /*M! DROP COLUMN b, */ ADD i INT", "UPDATE t SET i = 1"],
        ["ALTER TABLE t ALTER n SET DEFAULT 5, DROP n, ADD n BIGINT"],
        ["SET sql_mode = ANSI_QUOTES", "SET STATEMENT sql_mode = '' FOR ALTER TABLE \"t\" DROP COLUMN \"n\"", "SET STATEMENT sql_mode = '' FOR TRUNCATE TABLE \"t\"", "SET sql_mode = ''"],
        ["CREATE SEQUENCE q", "DO NEXTVAL(q)", "RENAME TABLE q TO q2", "DROP SEQUENCE q2", "CREATE TABLE q2 (id INT PRIMARY KEY)", "INSERT INTO q2 VALUES (1)"],
        ["CREATE OR REPLACE TABLE q2 LIKE p", "INSERT INTO q2 VALUES (4, 4)"],
    ];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [ServerTheory(TestServers.MySql, TestServers.MariaDb, TestServers.MariaDbOld)]
    [InlineData(TestServers.MySql)]
    [InlineData(TestServers.MariaDb)]
    [InlineData(TestServers.MariaDbOld)]
    public async Task Lakes_equal_the_server_after_each(string server)
    {
        await using var database = await MySqlDatabase.CreateAsync(TestServers.Get(server), "ambiguous");
        await database.ExecuteAsync(
            "FLUSH BINARY LOGS", // who asks for what follows a GTID set waits until the server has passed over the file that has it, and others have filled that one
            "CREATE TABLE tick (id INT AUTO_INCREMENT PRIMARY KEY)", "CREATE TABLE t (id INT PRIMARY KEY, a VARCHAR(20), b VARCHAR(20), n INT)", "INSERT INTO t VALUES (1, 'a1', 'b1', 1), (2, 'a2', 'b2', 2), (3, NULL, 'b3', NULL)");
        using var stop = new CancellationTokenSource();
        var lake = IcebergCatalog.FileSystem(_folder["warehouse"]);
        await using var whole = Pipeline.FromMySqlBinlog(new MySqlSource(database.ConnectionString).Database(database.Name)).ToIceberg(lake.Namespace("whole"))
            .Build("ambiguous", o => (o.CommitInterval, o.CheckpointFolder) = (TimeSpan.FromMilliseconds(20), _folder["whole-checkpoints"]));
        await using var one = Pipeline.FromMySqlBinlog(new MySqlSource(database.ConnectionString).Table($"{database.Name}.t")).ToIceberg(lake.Table("one.t"))
            .Build("ambiguous-one", o => (o.CommitInterval, o.CheckpointFolder) = (TimeSpan.FromMilliseconds(20), _folder["one-checkpoints"]));
        var (runningWhole, runningOne) = (whole.RunAsync(stop.Token), one.RunAsync(stop.Token));
        await ReplicaComparison.DifferencesAsync(whole, runningWhole, database);
        foreach (var step in (string[][])[.. OfAll, .. server == TestServers.MySql ? OfMySql : OfMariaDb])
        {
            await database.ExecuteAsync([.. step.Select(s => s.Replace("{UPPER}", database.Name.ToUpperInvariant(), StringComparison.Ordinal))]);
            Assert.Equal((step[^1], ""), (step[^1], await ReplicaComparison.DifferencesAsync(whole, runningWhole, database)));
            Assert.Equal((step[^1], ""), (step[^1], await ReplicaComparison.DifferencesAsync(one, runningOne, database)));
            var tables = await database.Connection.QueryAsync("SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE() AND table_type = 'BASE TABLE'", default);
            Assert.Equal(tables.Rows.Select(r => $"iceberg(whole.{r[0]})").Order(StringComparer.Ordinal), (await whole.VerifyAsync()).Sinks.Select(s => s.Name).Order(StringComparer.Ordinal));
        }

        await stop.CancelAsync();
        await Task.WhenAll(runningWhole, runningOne);
    }
}
