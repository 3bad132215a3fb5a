using CdcLake.Connectors;
using CdcLake.IntegrationTests.Fixtures;
using CdcLake.MySql;
using CdcLake.MySql.InitialSnapshots;
using CdcLake.MySql.Tables;
using CdcLake.MySql.Wire;
using CdcLake.Testing;

namespace CdcLake.IntegrationTests.MySql;

/// <summary>Tables that are altered between the moment of a snapshot's views and their reading: the rows are those of the cut, or it is an error that passes.</summary>
public sealed class ViewGuardTests
{
    [ServerTheory(TestServers.MySql, TestServers.MariaDb)]
    [MemberData(nameof(Alterations))]
    public async Task Rows_are_those_of_the_cut_or_it_is_taken_again(string server, string alteration, bool mayGoOn)
    {
        await using var database = await MySqlDatabase.CreateAsync(TestServers.Get(server), "views");
        await database.ExecuteAsync(
            "CREATE TABLE t (id INT, day INT, PRIMARY KEY (id, day)) PARTITION BY RANGE (day) (PARTITION p10 VALUES LESS THAN (10), PARTITION p20 VALUES LESS THAN (20), PARTITION p30 VALUES LESS THAN (30))",
            "INSERT INTO t VALUES (1, 5), (2, 15), (3, 25)", "CREATE TABLE other (id INT, day INT, PRIMARY KEY (id, day))", "INSERT INTO other VALUES (9, 15)",
            "CREATE TABLE hashed (id INT, day INT, PRIMARY KEY (id, day)) PARTITION BY HASH (day) PARTITIONS 3", "INSERT INTO hashed SELECT * FROM t",
            "CREATE TABLE ghost LIKE other", "INSERT INTO ghost VALUES (4, 4)");
        var contents = new TableContents(3);
        using var snapshot = new InitialSnapshot(await PlanAsync(database, ["t", "other", "hashed"]), contents) { WhenCut = _ => database.ExecuteAsync(alteration) };
        await using var session = await MySqlDatabase.ConnectAsync(database.ConnectionString);
        var error = await Record.ExceptionAsync(() => snapshot.RunAsync(session, default));
        if (error is not null)
        {
            Assert.False(mayGoOn, error.ToString());
            Assert.True(error is SchemaMismatchException { IsTransient: true }, error.ToString());
            return;
        }

        Assert.Equal(["1|5", "2|15", "3|25"], contents.Rows(0).Order(StringComparer.Ordinal));
        Assert.Equal(["9|15"], contents.Rows(1));
        Assert.Equal(["1|5", "2|15", "3|25"], contents.Rows(2).Order(StringComparer.Ordinal));
    }

    [ServerTheory(TestServers.MySql)]
    [InlineData(0, 2)] // one for the window of the cut, and one for all tables
    [InlineData(2, 3)]
    public async Task Log_is_looked_through_once_for_all_tables_and_a_lost_connection_is_opened_again(int cut, int dumps)
    {
        await using var database = await MySqlDatabase.CreateAsync(TestServers.Get(TestServers.MySql), "guardonce");
        string[] tables = [.. Enumerable.Range(0, 12).Select(i => $"t{i}")];
        await database.ExecuteAsync([.. tables.SelectMany(t => new[] { $"CREATE TABLE {t} (id INT PRIMARY KEY)", $"INSERT INTO {t} VALUES (1), (2)" }), "CREATE TABLE busy (id INT AUTO_INCREMENT PRIMARY KEY)"]);
        await using var proxy = RecordingProxy.MySql($"{database.ConnectionString};SSL Mode=None;Allow Public Key Retrieval=true");
        var asked = 0;
        proxy.Script = f => !f.IsFromServer && f.Bytes.Span is [_, _, _, 0, 0x12 or 0x1E, ..] && ++asked == cut ? ProxyAction.Cut() : ProxyAction.Pass; // COM_BINLOG_DUMP, with GTIDs or without
        var contents = new TableContents(tables.Length) { OnChanges = _ => database.ExecuteAsync("INSERT INTO busy VALUES (NULL)") };
        using var snapshot = new InitialSnapshot(await PlanAsync(database, tables), contents) { WhenCut = _ => database.ExecuteAsync("INSERT INTO busy VALUES (NULL)") };
        await using var session = await MySqlDatabase.ConnectAsync(proxy.ConnectionString);
        await snapshot.RunAsync(session, default);
        Assert.All(Enumerable.Range(0, tables.Length), i => Assert.Equal(["1", "2"], contents.Rows(i)));
        Assert.Equal(dumps, asked);
    }

    [ServerFact(TestServers.MySql)]
    public async Task Alteration_of_a_table_that_was_read_does_not_matter_and_one_of_a_table_to_be_read_does()
    {
        await using var database = await MySqlDatabase.CreateAsync(TestServers.Get(TestServers.MySql), "guardmark");
        await database.ExecuteAsync(
            "CREATE TABLE a (id INT PRIMARY KEY)", "INSERT INTO a VALUES (1)",
            "CREATE TABLE b (id INT, day INT, PRIMARY KEY (id, day)) PARTITION BY RANGE (day) (PARTITION p10 VALUES LESS THAN (10), PARTITION p20 VALUES LESS THAN (20))", "INSERT INTO b VALUES (1, 5), (2, 15)");
        foreach (var (alteration, isHarmless) in new[] { ("ALTER TABLE a MODIFY id BIGINT", true), ("ALTER TABLE b TRUNCATE PARTITION p20", false) })
        {
            var contents = new TableContents(2);
            var isAltered = false;
            contents.OnChanges = async table =>
            {
                if (isHarmless && table == 1 && !isAltered)
                {
                    isAltered = true;
                    await database.ExecuteAsync(alteration, "INSERT INTO a VALUES (9)");
                }
            };
            var plan = await PlanAsync(database, isHarmless ? ["a", "b"] : ["b", "a"]) with { Settings = new MySqlSourceOptions { SnapshotWorkers = 1 } };
            using var snapshot = new InitialSnapshot(plan, contents) { WhenCut = _ => isHarmless ? Task.CompletedTask : database.ExecuteAsync(alteration) };
            await using var session = await MySqlDatabase.ConnectAsync(database.ConnectionString);
            if (isHarmless)
            {
                await snapshot.RunAsync(session, default);
                Assert.Equal(["1"], contents.Rows(0));
                Assert.Equal(["1|5", "2|15"], contents.Rows(1));
            }
            else
            {
                var error = await Assert.ThrowsAsync<SchemaMismatchException>(() => snapshot.RunAsync(session, default));
                Assert.True(error.IsTransient);
                Assert.Empty(contents.Epochs);
            }
        }
    }

    public static TheoryData<string, string, bool> Alterations
    {
        get
        {
            var data = new TheoryData<string, string, bool>();
            foreach (var server in new[] { TestServers.MySql, TestServers.MariaDb })
            {
                data.Add(server, "ALTER TABLE t TRUNCATE PARTITION p20", false);
                data.Add(server, "ALTER TABLE t TRUNCATE PARTITION p10", false);
                data.Add(server, "ALTER TABLE t DROP PARTITION p20", false);
                data.Add(server, "ALTER TABLE t EXCHANGE PARTITION p20 WITH TABLE other", false);
                data.Add(server, "ALTER TABLE t REBUILD PARTITION p20", false);
                data.Add(server, "ALTER TABLE t REORGANIZE PARTITION p20 INTO (PARTITION p15 VALUES LESS THAN (15), PARTITION p20 VALUES LESS THAN (20))", false);
                data.Add(server, "ALTER TABLE t ADD PARTITION (PARTITION p40 VALUES LESS THAN (40))", server == TestServers.MySql); // MariaDB has other views then
                data.Add(server, "ALTER TABLE t REMOVE PARTITIONING", false);
                data.Add(server, "ALTER TABLE hashed COALESCE PARTITION 1", false);
                data.Add(server, "ALTER TABLE hashed ADD PARTITION PARTITIONS 2", false);
                data.Add(server, "RENAME TABLE other TO gone, ghost TO other", false);
                data.Add(server, "TRUNCATE TABLE t", false);
                data.Add(server, "INSERT INTO t VALUES (7, 7)", true);
                data.Add(server, "ALTER TABLE t ANALYZE PARTITION p20", true);
            }

            return data;
        }
    }

    private static async Task<SnapshotPlan> PlanAsync(MySqlDatabase database, IEnumerable<string> tables)
    {
        string[] names = [.. tables.Select(t => $"{database.Name}.{t}")];
        var described = await new MySqlBinlogSource(database.Options, "views", new MySqlSourceOptions(), TimeProvider.System).DescribeAsync(names, default);
        return new SnapshotPlan(
            ReplicaIdentity.Of("views", database.Name, null, TimeSpan.FromSeconds(5)), [.. described.Select(t => TableCapture.Of(t, [.. Enumerable.Range(0, t.Schema.Count)]))],
            [.. names.Select(n => MySqlTableName.Parse(n, null))], new MySqlSourceOptions(), TimeProvider.System);
    }
}
