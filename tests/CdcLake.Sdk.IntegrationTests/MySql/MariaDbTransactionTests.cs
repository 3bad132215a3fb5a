using CdcLake.IntegrationTests.Fixtures;
using CdcLake.IntegrationTests.Pipelines;
using CdcLake.MySql;
using CdcLake.MySql.Gtids;
using CdcLake.MySql.Tables;

namespace CdcLake.IntegrationTests.MySql;

/// <summary>What needs a MariaDB server of its own: XA transactions that hold up other readers, and global settings.</summary>
public sealed class MariaDbTransactionTests(PrivateMariaDbServer server) : IClassFixture<PrivateMariaDbServer>
{
    [ServerFact(TestServers.MariaDb)]
    public async Task Prepared_transaction_shows_when_it_is_committed_also_after_a_restart_in_between()
    {
        await using var database = await MySqlDatabase.CreateAsync(server.ConnectionString, "maxa");
        await database.ExecuteAsync("CREATE TABLE t (id INT PRIMARY KEY)", "INSERT INTO t VALUES (1)");
        var tables = new[] { $"{database.Name}.t" };
        TableContents contents;
        await using var second = await database.ConnectAsync();
        await using (var run = await SourceRun.StartAsync(database.Options, "maxa", tables))
        {
            await run.WaitForFirstEpochAsync();
            await database.Connection.PrepareAsync("'a','b',7", "INSERT INTO t VALUES (2)");
            await second.PrepareAsync("'c'", "INSERT INTO t VALUES (20)");
            await using var third = await database.ConnectAsync();
            await third.ExecuteAsync("INSERT INTO t VALUES (3)", default);
            await run.Contents.ReachAsync(_ => run.Contents.Rows(0).Contains("3")).WaitAsync(TimeSpan.FromSeconds(30));
            Assert.Equal(["1", "3"], run.Contents.Rows(0));
            contents = run.Contents;
        }

        var from = contents.Position!;
        if (!from.Properties["gtid"].Contains(':', StringComparison.Ordinal))
        {
            await database.ExecuteAsync("XA ROLLBACK 'a','b',7");
            await second.ExecuteAsync("XA ROLLBACK 'c'", default);
            Assert.Fail($"No number is left out of {from.Properties["gtid"]}.");
        }

        await using (var run = await SourceRun.StartAsync(database.Options, "maxa", tables, from, contents: contents))
        {
            await database.ExecuteAsync("XA COMMIT 'a','b',7");
            await second.ExecuteAsync("XA ROLLBACK 'c'", default);
            await database.ExecuteAsync("INSERT INTO t VALUES (4)", "XA START 'one'", "INSERT INTO t VALUES (5)", "XA END 'one'", "XA COMMIT 'one' ONE PHASE");
            await run.ReachAsync(await SourceRun.PositionAsync(database.Connection));
            Assert.Equal(["1", "2", "3", "4", "5"], run.Contents.Rows(0));
            Assert.DoesNotContain(":", run.Contents.Position!.Properties["gtid"], StringComparison.Ordinal);
        }
    }

    [ServerFact(TestServers.MariaDb)]
    public async Task Compressed_events_two_phase_alters_and_logs_without_checksums_are_read()
    {
        await using var database = await MySqlDatabase.CreateAsync(server.ConnectionString, "mapacked");
        await database.ExecuteAsync("CREATE TABLE t (id INT PRIMARY KEY, v VARCHAR(2000))", "INSERT INTO t VALUES (0, 'first')");
        await database.ExecuteAsync("SET GLOBAL log_bin_compress=ON", "SET GLOBAL log_bin_compress_min_len=10", "SET GLOBAL binlog_checksum=NONE", "SET SESSION binlog_alter_two_phase=ON");
        try
        {
            await using var run = await SourceRun.StartAsync(database.Options, "mapacked", [$"{database.Name}.t"]);
            await run.WaitForFirstEpochAsync();
            await database.ExecuteAsync(
                "INSERT INTO t SELECT seq, REPEAT('v', seq % 1500) FROM seq_1_to_3000",
                "UPDATE t SET v = REPEAT('w', 500) WHERE id < 100",
                "CREATE TABLE another_table_with_a_statement_of_some_length (id INT PRIMARY KEY, v VARCHAR(2000))",
                "ALTER TABLE another_table_with_a_statement_of_some_length ADD COLUMN w INT",
                "SET GLOBAL binlog_checksum=CRC32",
                "DELETE FROM t WHERE id > 1000");
            await run.ReachAsync(await SourceRun.PositionAsync(database.Connection));
            var expected = await database.Connection.QueryAsync("SELECT CONCAT(id, '|', v) FROM t", default);
            Assert.Equal(expected.Rows.Select(r => r[0]!).Order(StringComparer.Ordinal), run.Contents.Rows(0));
        }
        finally
        {
            await database.ExecuteAsync("SET GLOBAL log_bin_compress=OFF", "SET GLOBAL binlog_checksum=CRC32");
        }
    }

    [ServerFact(TestServers.MariaDb)]
    public async Task Every_boundary_is_found_by_GTID_set_place_and_time()
    {
        await using var database = await MySqlDatabase.CreateAsync(server.ConnectionString, "maplaces");
        await database.ExecuteAsync("CREATE TABLE t (id INT AUTO_INCREMENT PRIMARY KEY, v VARCHAR(2000))", "FLUSH BINARY LOGS");
        string[] transactions =
        [
            "INSERT INTO t (v) VALUES ('a')", "UPDATE t SET v = REPEAT('b', 2000)", "CREATE TABLE u (id INT PRIMARY KEY) SELECT 1 AS id", "CREATE SEQUENCE s", "DO NEXTVAL(s)", "FLUSH BINARY LOGS",
            "INSERT INTO t (v) SELECT REPEAT('c', 2000) FROM seq_1_to_300", "DROP TABLE u", "DELETE FROM t LIMIT 5",
        ];
        var marks = new List<(string Gtids, BinlogStatus End)>();
        foreach (var statement in transactions)
        {
            marks.Add((await database.Connection.GtidExecutedAsync(), await BinlogStatus.ReadAsync(database.Connection, default)));
            await database.ExecuteAsync(statement);
        }

        foreach (var (gtids, end) in marks)
        {
            Assert.Equal(gtids, (await FindAsync(MySqlStart.AfterGtids(gtids))).Executed.ToString());
            Assert.Equal(gtids, (await FindAsync(MySqlStart.AtPosition(end.File, end.Offset))).Executed.ToString());
        }

        Assert.Equal(await database.Connection.GtidExecutedAsync(), (await FindAsync(MySqlStart.Latest)).Executed.ToString());
        Assert.Equal("none", (await FindAsync(MySqlStart.Earliest)).ToString());
        var error = await Assert.ThrowsAsync<BinlogUnavailableException>(() => FindAsync(MySqlStart.AfterGtids("3e11fa47-71ca-11e1-9e33-c80aa9429562:1-5")));
        Assert.Contains("names transactions of MySQL", error.Message, StringComparison.Ordinal);

        async Task<MySqlPosition> FindAsync(MySqlStart start)
        {
            await using var source = new MySqlBinlogSource(database.Options, "maplaces", new MySqlSourceOptions { StartAt = start }, TimeProvider.System);
            return (MySqlPosition)(await source.FindStartAsync(default))!;
        }
    }

    [ServerFact(TestServers.MariaDb)]
    public async Task Two_servers_that_write_to_one_domain_are_refused_by_name()
    {
        var own = new PrivateMariaDbServer(); // its log is of no use to others afterwards
        await own.InitializeAsync();
        try
        {
            await using var database = await MySqlDatabase.CreateAsync(own.ConnectionString, "madomain");
            await database.ExecuteAsync("CREATE TABLE t (id INT PRIMARY KEY)", "SET GLOBAL gtid_strict_mode=OFF", "INSERT INTO t VALUES (0)");
            var run = await SourceRun.StartAsync(database.Options, "madomain", [$"{database.Name}.t"]);
            await run.WaitForFirstEpochAsync();
            await database.ExecuteAsync("SET SESSION gtid_domain_id=7", "INSERT INTO t VALUES (1)", "INSERT INTO t VALUES (2)", "SET SESSION server_id=99, gtid_seq_no=1", "INSERT INTO t VALUES (3)");
            var error = await Assert.ThrowsAsync<BinlogUnavailableException>(() => run.Completion.WaitAsync(TimeSpan.FromSeconds(30)));
            Assert.Contains("transaction 7-99-1 comes after others of domain 7", error.Message, StringComparison.Ordinal);
            Assert.Contains("gtid_domain_id of its own", error.Message, StringComparison.Ordinal);
        }
        finally
        {
            await own.DisposeAsync();
        }
    }
}
