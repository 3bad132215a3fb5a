using System.Globalization;
using CdcLake.IntegrationTests.Fixtures;
using Xunit.Abstractions;

namespace CdcLake.IntegrationTests.Pipelines;

/// <summary>A whole table is followed while its columns change, and while its rows change without a word in the log: every snapshot is MySQL's answer at its GTID set.</summary>
[Collection(ServerPair.Collection)]
public sealed class ChangedTableTests(ServerPair servers, ITestOutputHelper output)
{
    private const string Create = """
        CREATE TABLE t (id INT NOT NULL, a VARCHAR(20), b INT, d DECIMAL(10,2), k SMALLINT NOT NULL DEFAULT 3, PRIMARY KEY (id))
        PARTITION BY RANGE (id) (PARTITION p0 VALUES LESS THAN (3), PARTITION p1 VALUES LESS THAN (10000))
        """;

    private static readonly string[] Rows = ["INSERT INTO t (id, a, b, d, k) VALUES (1, 'ä', 2, 3.25, 3), (2, NULL, NULL, NULL, 4), (3, 'zz', -7, 0.01, 5)"];

    /// <summary>Each a history of its own, one or more statements.</summary>
    public static TheoryData<string[]> Histories => new(
        ["ALTER TABLE t ADD COLUMN n INT"],
        ["ALTER TABLE t ADD COLUMN n INT NOT NULL DEFAULT 42 AFTER id", "UPDATE t SET n = 43 WHERE id = 2"],
        ["ALTER TABLE t ADD COLUMN n VARCHAR(9) DEFAULT 'x', ALGORITHM=INSTANT", "ALTER TABLE t ADD COLUMN m BIGINT AS (id * 2) STORED, DROP COLUMN b"],
        ["ALTER TABLE t DROP COLUMN a", "ALTER TABLE t ADD COLUMN a INT"],
        ["ALTER TABLE t RENAME COLUMN a TO z", "ALTER TABLE t CHANGE b a INT NOT NULL DEFAULT 0"],
        ["ALTER TABLE t MODIFY b BIGINT, MODIFY d DECIMAL(14,2), MODIFY a VARCHAR(200)"],
        ["ALTER TABLE t MODIFY b VARCHAR(10)", "ALTER TABLE t MODIFY d DECIMAL(10,1)"],
        ["ALTER TABLE t MODIFY k SMALLINT NULL", "UPDATE t SET k = NULL WHERE id = 1", "DELETE FROM t WHERE k IS NULL", "ALTER TABLE t MODIFY k INT NOT NULL"],
        ["ALTER TABLE t MODIFY d DECIMAL(10,2) FIRST, MODIFY a VARCHAR(20) AFTER k"],
        ["TRUNCATE TABLE t", "INSERT INTO t (id, a) VALUES (9, 'again')"],
        ["TRUNCATE TABLE t"],
        ["ALTER TABLE t TRUNCATE PARTITION p0", "ALTER TABLE t DROP PARTITION p0"],
        ["CREATE TABLE u LIKE t", "ALTER TABLE u REMOVE PARTITIONING", "INSERT INTO u (id, a) VALUES (2, 'came')", "ALTER TABLE t EXCHANGE PARTITION p0 WITH TABLE u"],
        ["DROP TABLE t", "CREATE TABLE t (id BIGINT PRIMARY KEY, v INT)", "INSERT INTO t VALUES (1, 2)"],
        ["CREATE TABLE _t_gho LIKE t", "ALTER TABLE _t_gho ADD COLUMN w INT DEFAULT 8", "INSERT INTO _t_gho (id, a, b, d, k) SELECT * FROM t", "RENAME TABLE t TO _t_del, _t_gho TO t", "DROP TABLE _t_del"],
        ["ALTER TABLE t RENAME TO elsewhere", "UPDATE elsewhere SET a = 'gone'", "ALTER TABLE elsewhere RENAME TO t"],
        ["ALTER TABLE t DROP PRIMARY KEY, ADD PRIMARY KEY (k, id)"],
        ["ALTER TABLE t CONVERT TO CHARACTER SET latin1", "ALTER TABLE t MODIFY a VARCHAR(20) CHARACTER SET utf16"]);

    [ServerTheory(TestServers.MySql, IcebergJava.Variable, ClickHouse.Variable)]
    [MemberData(nameof(Histories))]
    public async Task Replica_follows_exactly_while_running(string[] history)
    {
        await using var followed = await StartAsync();
        foreach (var (statement, i) in history.Select((s, i) => (s, i)))
        {
            await followed.Session.RunAsync(await followed.Session.HasTableAsync("t") ? Change(i) : "DO 0");
            await followed.Session.RunAsync(statement);
            if (await followed.Session.HasTableAsync("t"))
            {
                await followed.RunAsync(Change(i + 10));
            }
        }

        await EndAsync(followed, history);
    }

    [ServerTheory(TestServers.MySql, IcebergJava.Variable, ClickHouse.Variable)]
    [MemberData(nameof(Histories))]
    public async Task Replica_follows_exactly_what_happened_while_it_was_down(string[] history)
    {
        await using var followed = await StartAsync();
        await followed.StopAsync();
        foreach (var (statement, i) in history.Select((s, i) => (s, i)))
        {
            await followed.Session.RunAsync(await followed.Session.HasTableAsync("t") ? Change(i) : "DO 0", statement);
        }

        await followed.Session.RunAsync(Change(10));
        followed.Start();
        await EndAsync(followed, history);
    }

    [ServerFact(TestServers.MySql, IcebergJava.Variable)]
    public async Task Aggregate_follows_rows_that_go_without_a_word_in_the_log()
    {
        await using var followed = new FollowedTable(servers, (mysql, lake, options) => Pipeline
            .FromMySqlBinlog(mysql.Table($"{FollowedTable.Database}.t"))
            .Join(mysql.Table($"{FollowedTable.Database}.names"), t => t.Get<short>("k"), n => n.Get<short>("k"), (t, n) => new { Name = n.Get<string>("name"), B = t.Get<int?>("b") })
            .Aggregate(r => new { r.Name }, g => new { g.Key.Name, Rows = g.Count(), Sum = g.Sum(r => r.B) })
            .ToIceberg(lake.Table("lakehouse.t"), key: r => r.Name)
            .Build("followed", options));
        await followed.CreateAsync([Create, .. Rows, "CREATE TABLE names (k SMALLINT PRIMARY KEY, name VARCHAR(9) NOT NULL)", "INSERT INTO names VALUES (3, 'three'), (4, 'four'), (5, 'five')"]);
        followed.Start();
        foreach (var statement in (string[])["ALTER TABLE t DROP PARTITION p0", "UPDATE t SET b = 5", "ALTER TABLE names ADD COLUMN more INT", "TRUNCATE TABLE names",
            "INSERT INTO names VALUES (5, 'again', 1)", "ALTER TABLE t MODIFY b INT NOT NULL DEFAULT 9", "INSERT INTO t (id, k) VALUES (70, 5)", "TRUNCATE TABLE t", "INSERT INTO t (id, k) VALUES (71, 5)"])
        {
            await followed.RunAsync(statement);
        }

        await followed.StopAsync();
        var snapshots = await followed.CheckAsync("SELECT name, COUNT(*) AS `rows`, SUM(b) AS `sum` FROM t JOIN names USING (k) GROUP BY name");
        output.WriteLine($"{snapshots} snapshots exact");
    }

    [ServerFact(TestServers.MySql, RestServer.Variable, IcebergJava.Variable)]
    public async Task Columns_change_in_a_catalog_that_is_a_service()
    {
        await using var space = new RestSpace();
        var table = $"{space.Name}.t";
        await using var followed = new FollowedTable(servers, (mysql, _, options) => Pipeline
            .FromMySqlBinlog(mysql.Table($"{FollowedTable.Database}.t")).ToIceberg(IcebergCatalog.Rest(RestServer.Uri).Table(table)).Build("followed", options));
        await followed.CreateAsync([Create, .. Rows]);
        followed.Start();
        foreach (var statement in (string[])["ALTER TABLE t ADD COLUMN q INT FIRST", "UPDATE t SET q = id", "ALTER TABLE t DROP COLUMN q", "ALTER TABLE t RENAME COLUMN a TO z, MODIFY b BIGINT", "INSERT INTO t (id, z, b) VALUES (8, 'eight', 8)",
            "ALTER TABLE t ADD COLUMN m INT NOT NULL DEFAULT 4", "ALTER TABLE t MODIFY z INT", "UPDATE t SET m = 5 WHERE id = 8", "ALTER TABLE t ADD COLUMN q INT FIRST"])
        {
            await followed.RunAsync(statement);
            await IcebergJava.DoAsync(["verify", table, "--keys", "identifier", "--no-notes", .. RestServer.ForJava]);
            var rows = (await IcebergJava.SortedRowsAsync([table, .. RestServer.ForJava])).Select(LakeRows.Line).Order(StringComparer.Ordinal);
            Assert.Equal(await followed.NamedRowsAsync("SELECT * FROM t"), rows);
        }

        await followed.StopAsync();
    }

    private static string Change(int i) => string.Create(CultureInfo.InvariantCulture, $"INSERT INTO t (id) VALUES ({100 + i})");

    private async Task<FollowedTable> StartAsync()
    {
        var followed = new FollowedTable(servers, (mysql, lake, options) => Pipeline
            .FromMySqlBinlog(mysql.Table($"{FollowedTable.Database}.t")).ToIceberg(lake.Table("lakehouse.t")).Build("followed", options));
        await followed.CreateAsync([Create, .. Rows]);
        followed.Start();
        await followed.SettleAsync();
        return followed;
    }

    private async Task EndAsync(FollowedTable followed, string[] history)
    {
        await followed.SettleAsync();
        await followed.StopAsync();
        var snapshots = await followed.CheckAsync();
        await followed.CheckByClickHouseAsync();
        output.WriteLine($"{history.Length} statements, {snapshots} snapshots exact");
    }
}
