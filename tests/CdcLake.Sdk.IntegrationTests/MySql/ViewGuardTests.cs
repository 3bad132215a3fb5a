using CdcLake.Connectors;
using CdcLake.IntegrationTests.Fixtures;
using CdcLake.MySql;
using CdcLake.MySql.InitialSnapshots;
using CdcLake.MySql.Tables;
using CdcLake.MySql.Wire;

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
        string[] names = [.. new[] { "t", "other", "hashed" }.Select(t => $"{database.Name}.{t}")];
        var options = database.Options;
        var tables = await new MySqlBinlogSource(options, "views", new MySqlSourceOptions(), TimeProvider.System).DescribeAsync(names, default);
        var plan = new SnapshotPlan(
            ReplicaIdentity.Of("views", database.Name, null, TimeSpan.FromSeconds(5)), [.. tables.Select(t => TableCapture.Of(t, [.. Enumerable.Range(0, t.Schema.Count)]))],
            [.. names.Select(n => MySqlTableName.Parse(n, null))], new MySqlSourceOptions(), TimeProvider.System);
        var contents = new TableContents(names.Length);
        using var snapshot = new InitialSnapshot(plan, contents) { WhenCut = _ => database.ExecuteAsync(alteration) };
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
}
