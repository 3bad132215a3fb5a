using CdcLake.IntegrationTests.Fixtures;
using CdcLake.IntegrationTests.Pipelines;

namespace CdcLake.IntegrationTests.MySql;

/// <summary>Transactions that a server logs in other ways than one after the other: prepared first, or compressed.</summary>
public sealed class LoggedTransactionTests(PrivateMySqlServer server) : IClassFixture<PrivateMySqlServer>
{
    [ServerFact(TestServers.MySql)]
    public async Task Prepared_transaction_shows_when_it_is_committed_also_after_a_restart_in_between()
    {
        await using var database = await MySqlDatabase.CreateAsync(server.ConnectionString, "xas");
        await database.ExecuteAsync("CREATE TABLE t (id INT PRIMARY KEY)", "CREATE TABLE other (id INT PRIMARY KEY)", "INSERT INTO t VALUES (1)");
        var tables = new[] { $"{database.Name}.t" };
        TableContents contents;
        await using (var run = await SourceRun.StartAsync(database.Options, "xas", tables))
        {
            await run.WaitForFirstEpochAsync();
            await database.Connection.PrepareAsync("'a','b',7", "INSERT INTO t VALUES (2)");
            await using var second = await database.ConnectAsync();
            await second.PrepareAsync("'c'", "INSERT INTO other VALUES (2)");
            await using var third = await database.ConnectAsync();
            await third.ExecuteAsync("INSERT INTO t VALUES (3)", default);
            await run.Contents.ReachAsync(_ => run.Contents.Rows(0).Contains("3")).WaitAsync(TimeSpan.FromSeconds(30));
            Assert.Equal(["1", "3"], run.Contents.Rows(0));
            contents = run.Contents;
        }

        var from = contents.Position!;
        await using (var run = await SourceRun.StartAsync(database.Options, "xas", tables, from, contents: contents))
        {
            await database.ExecuteAsync("XA COMMIT 'a','b',7", "XA COMMIT 'c'", "INSERT INTO t VALUES (4)");
            await run.ReachAsync(await SourceRun.PositionAsync(database.Connection));
            Assert.Equal(["1", "2", "3", "4"], run.Contents.Rows(0));
        }
    }

    [ServerFact(TestServers.MySql)]
    public async Task Commit_of_a_transaction_prepared_before_the_position_is_refused()
    {
        await using var database = await MySqlDatabase.CreateAsync(server.ConnectionString, "xab");
        await database.ExecuteAsync("CREATE TABLE t (id INT PRIMARY KEY)");
        await database.Connection.PrepareAsync("'before'", "INSERT INTO t VALUES (1)");
        var from = await SourceRun.PositionAsync(database.Connection);
        var run = await SourceRun.StartAsync(database.Options, "xab", [$"{database.Name}.t"], from);
        await database.ExecuteAsync("XA COMMIT 'before'");
        var error = await Assert.ThrowsAsync<BinlogUnavailableException>(() => run.Completion.WaitAsync(TimeSpan.FromSeconds(30)));
        Assert.Contains("XA COMMIT X'6265666F7265',X'',1", error.Message, StringComparison.Ordinal);
        Assert.Contains("new snapshot", error.Message, StringComparison.Ordinal);
    }

    [ServerFact(TestServers.MySql)]
    public async Task Compressed_transactions_give_their_rows_whatever_the_level()
    {
        await using var database = await MySqlDatabase.CreateAsync(server.ConnectionString, "packed");
        await database.ExecuteAsync("CREATE TABLE t (id INT PRIMARY KEY, v VARCHAR(200))", "INSERT INTO t VALUES (0, 'first')");
        await using var run = await SourceRun.StartAsync(database.Options, "packed", [$"{database.Name}.t"]);
        await run.WaitForFirstEpochAsync();
        foreach (var level in new[] { 1, 3, 22 })
        {
            await database.ExecuteAsync(
                "SET binlog_transaction_compression = ON",
                $"SET binlog_transaction_compression_level_zstd = {level}",
                $"INSERT INTO t SELECT {level} * 1000000 + a.n * 1000 + b.n, REPEAT('v', b.n % 150) FROM (WITH RECURSIVE s(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM s WHERE n < 99) SELECT n FROM s) a, (WITH RECURSIVE s(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM s WHERE n < 999) SELECT n FROM s) b",
                $"UPDATE t SET v = 'changed' WHERE id = {level} * 1000000",
                $"DELETE FROM t WHERE id > {level} * 1000000 + 500");
        }

        await run.ReachAsync(await SourceRun.PositionAsync(database.Connection));
        var expected = await database.Connection.QueryAsync("SELECT CONCAT(id, '|', v) FROM t", default);
        Assert.Equal(expected.Rows.Select(r => r[0]!).Order(StringComparer.Ordinal), run.Contents.Rows(0));
    }
}
