using System.Globalization;
using CdcLake.Connectors;
using CdcLake.IntegrationTests.Fixtures;
using CdcLake.MySql;
using CdcLake.MySql.InitialSnapshots;
using CdcLake.MySql.Tables;
using CdcLake.MySql.Wire;

namespace CdcLake.IntegrationTests.MySql;

/// <summary>One table that several connections read: who takes part, what is counted, and what an ALTER meets.</summary>
public sealed class SharedTableTests
{
    private const int Rows = 20_000;
    private const int Range = 1_000;
    private const int Trials = 5;

    [ServerTheory(TestServers.MySql, TestServers.MariaDb)]
    [InlineData(TestServers.MySql, "id INT NOT NULL, PRIMARY KEY (id)", "i", true)]
    [InlineData(TestServers.MySql, "id BIGINT UNSIGNED NOT NULL, PRIMARY KEY (id)", "CAST(i AS UNSIGNED) * 900000000000000", true)]
    [InlineData(TestServers.MySql, "id DECIMAL(30, 4) NOT NULL, PRIMARY KEY (id)", "(i - 10000) / 8", true)]
    [InlineData(TestServers.MySql, "id VARBINARY(20) NOT NULL, PRIMARY KEY (id)", "UNHEX(LEFT(SHA2(i, 256), 2 + i MOD 38))", true)]
    [InlineData(TestServers.MySql, "id VARCHAR(30) COLLATE utf8mb4_0900_ai_ci NOT NULL, PRIMARY KEY (id)", "CONCAT(ELT(1 + i MOD 5, 'ä', 'Z', 'b', '', 'ß'), i, ELT(1 + i MOD 2, ' ', ''))", true)]
    [InlineData(TestServers.MySql, "id VARCHAR(30) CHARACTER SET latin1 COLLATE latin1_german2_ci NOT NULL, PRIMARY KEY (id)", "CONCAT(ELT(1 + i MOD 5, 'ä', 'Z', 'b', '', 'ß'), i)", true)]
    [InlineData(TestServers.MySql, "id CHAR(30) NOT NULL, n SMALLINT NOT NULL, PRIMARY KEY (n, id)", "ELT(1 + i MOD 5, 'ä', 'Z', 'b', '', 'ß'), i", true)]
    [InlineData(TestServers.MySql, "id SMALLINT NOT NULL, day DATE NOT NULL, UNIQUE KEY (id, day)", "i MOD 3, DATE'2000-01-01' + INTERVAL i DAY", true)]
    [InlineData(TestServers.MySql, "id ENUM('b', 'a') NOT NULL, n INT NOT NULL, PRIMARY KEY (id, n)", "1 + i MOD 2, i", false)]
    [InlineData(TestServers.MySql, "id INT NOT NULL", "i", false)]
    [InlineData(TestServers.MariaDb, "id VARCHAR(30) COLLATE utf8mb4_general_ci NOT NULL, n INT NOT NULL, PRIMARY KEY (id, n)", "ELT(1 + i MOD 5, 'ä', 'Z', 'b', '', 'ß'), i", true)]
    public async Task Table_with_an_order_is_read_by_all_and_any_other_by_one(string server, string columns, string values, bool isShared)
    {
        await using var database = await MySqlDatabase.CreateAsync(TestServers.Get(server), "shared");
        await FillAsync(database, columns, values);
        var expected = await database.Connection.QueryAsync("SELECT COUNT(*), COUNT(DISTINCT v) FROM t", default);
        var busy = new HashSet<string>();
        for (var trial = 0; trial < Trials && busy.Count <= 1; trial++) // who has read is seen only in the middle of a statement
        {
            var plan = await PlanAsync(database, readers: 3);
            var contents = new TableContents(1);
            busy.Clear();
            contents.OnChanges = async _ => busy.UnionWith(await ReadingAsync(database));
            using var snapshot = new InitialSnapshot(plan, contents);
            await using var session = await MySqlDatabase.ConnectAsync(database.ConnectionString);
            await snapshot.RunAsync(session, default);
            Assert.Equal(expected[0, 0], contents.Rows(0).Count.ToString(CultureInfo.InvariantCulture));
            Assert.Equal(expected[0, 1], contents.Rows(0).Select(r => r[(r.LastIndexOf('|') + 1)..]).Distinct().Count().ToString(CultureInfo.InvariantCulture));
            var meter = plan.Meter.Snapshot!.Tables[0];
            Assert.True(meter.IsDone);
            Assert.Equal(contents.Rows(0).Count, meter.Rows);
        }

        Assert.True(isShared ? busy.Count > 1 : busy.Count <= 1, $"{busy.Count} connections have read");
    }

    [ServerFact(TestServers.MySql)]
    public async Task Alter_of_a_table_that_several_read_waits_until_all_of_it_was_read()
    {
        await using var database = await MySqlDatabase.CreateAsync(TestServers.Get(TestServers.MySql), "shared_alter");
        await FillAsync(database, "id INT PRIMARY KEY", "i");
        var plan = await PlanAsync(database, readers: 4);
        var contents = new TableContents(1);
        Task? altering = null;
        await using var writer = await database.ConnectAsync();
        contents.OnChanges = async _ =>
        {
            altering ??= writer.ExecuteAsync("ALTER TABLE t ADD COLUMN more INT", default);
            while (!altering.IsCompleted && (await WaitingAsync(database)).Count == 0)
            {
                await Task.Yield();
            }

            Assert.False(altering.IsCompleted, "The table was altered before it was read.");
        };
        using var snapshot = new InitialSnapshot(plan, contents);
        await using var session = await MySqlDatabase.ConnectAsync(database.ConnectionString);
        await snapshot.RunAsync(session, default);
        Assert.Equal(Rows, contents.Rows(0).Count);
        await altering!;
    }

    private static async Task FillAsync(MySqlDatabase database, string columns, string values) => await database.ExecuteAsync(
        $"CREATE TABLE t ({columns})", "ALTER TABLE t ADD COLUMN v INT NOT NULL",
        $"SET SESSION {(database.Connection.IsMariaDb ? "max_recursive_iterations" : "cte_max_recursion_depth")}=100000",
        $"INSERT IGNORE INTO t WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i+1 FROM n WHERE i < {Rows}) SELECT {values}, i FROM n",
        "ANALYZE TABLE t"); // else the server need not know yet how many rows there are

    private static async Task<SnapshotPlan> PlanAsync(MySqlDatabase database, int readers)
    {
        var name = $"{database.Name}.t";
        var tables = await new MySqlBinlogSource(database.Options, "shared", new MySqlSourceOptions(), TimeProvider.System).DescribeAsync([name], default);
        return new SnapshotPlan(
            ReplicaIdentity.Of("shared", database.Name, null, TimeSpan.FromSeconds(5)), [TableCapture.Of(tables[0], [.. Enumerable.Range(0, tables[0].Schema.Count)])],
            [MySqlTableName.Parse(name, null)], new MySqlSourceOptions { SnapshotWorkers = readers }, TimeProvider.System)
        {
            SmallestRange = Range,
        };
    }

    // Connections that are in the middle of a statement of ours on the table.
    private static async Task<IEnumerable<string>> ReadingAsync(MySqlDatabase database) =>
        (await database.Connection.QueryAsync($"SELECT ID FROM information_schema.PROCESSLIST WHERE INFO LIKE 'SELECT `%FROM `{database.Name}`.`t`%'", default)).Rows.Select(r => r[0]!);

    private static async Task<IReadOnlyList<string?[]>> WaitingAsync(MySqlDatabase database) =>
        [.. (await database.Connection.QueryAsync($"SELECT ID FROM information_schema.PROCESSLIST WHERE DB = '{database.Name}' AND STATE LIKE 'Waiting for table metadata lock%'", default)).Rows];
}
