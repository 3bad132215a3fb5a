using CdcLake.IntegrationTests.Fixtures;
using CdcLake.IntegrationTests.Pipelines;
using Xunit.Abstractions;

namespace CdcLake.IntegrationTests.MySql;

/// <summary>Sessions that log parts of rows (<c>binlog_row_image</c>): what is read has to be there, and what nobody reads need not.</summary>
public sealed class RowImageTests(ITestOutputHelper output)
{
    private static int Transactions => Proof.Rounds(usual: 300, full: 20_000);

    [ServerTheory(TestServers.MySql, TestServers.MariaDb)]
    [InlineData(TestServers.MySql)]
    [InlineData(TestServers.MariaDb)]
    public async Task Changes_that_lack_columns_which_nobody_reads_are_followed(string server)
    {
        var random = Seed.Next(output);
        await using var database = await MySqlDatabase.CreateAsync(TestServers.Get(server), "noblob");
        await database.ExecuteAsync("CREATE TABLE t (body TEXT, id INT PRIMARY KEY, v VARCHAR(20), big LONGBLOB, w DECIMAL(9,2), x1 INT, x2 INT, x3 INT, x4 INT, last TEXT)", "INSERT INTO t (id, v, body) VALUES (0, 'first', 'body')");
        await using var run = await SourceRun.StartAsync(database.Options, "noblob", [$"{database.Name}.t"], columns: _ => [1, 2, 4]);
        await run.WaitForFirstEpochAsync();
        for (var i = 1; i <= Transactions; i++)
        {
            await database.ExecuteAsync($"SET SESSION binlog_row_image = {(random.Next(3) == 0 ? "FULL" : "NOBLOB")}", Statement(i, random));
        }

        await run.ReachAsync(await SourceRun.PositionAsync(database.Connection));
        var expected = await database.Connection.QueryAsync("SELECT CONCAT_WS('|', id, COALESCE(v, 'NULL'), COALESCE(w, 'NULL')) FROM t", default);
        Assert.Equal(expected.Rows.Select(r => r[0]!).Order(StringComparer.Ordinal), run.Contents.Rows(0));
    }

    [ServerTheory(TestServers.MySql, TestServers.MariaDb)]
    [InlineData(TestServers.MySql, "NOBLOB", "UPDATE t SET v = 'x'", "body")]
    [InlineData(TestServers.MySql, "MINIMAL", "UPDATE t SET v = 'x'", "id")]
    [InlineData(TestServers.MySql, "MINIMAL", "DELETE FROM t", "v")]
    [InlineData(TestServers.MySql, "MINIMAL", "INSERT INTO t (id, body) VALUES (2, 'b')", "v")]
    [InlineData(TestServers.MariaDb, "NOBLOB", "UPDATE t SET v = 'x'", "body")]
    [InlineData(TestServers.MariaDb, "MINIMAL", "DELETE FROM t", "v")]
    [InlineData(TestServers.MariaDb, "FULL_NODUP", "UPDATE t SET v = 'x'", "id")]
    public async Task Change_that_lacks_a_column_which_is_read_names_it_with_the_statement_that_helps(string server, string image, string statement, string column)
    {
        await using var database = await MySqlDatabase.CreateAsync(TestServers.Get(server), "minimal");
        await database.ExecuteAsync("CREATE TABLE t (id INT PRIMARY KEY, v VARCHAR(20), body TEXT)", "INSERT INTO t VALUES (1, 'a', 'b')");
        var run = await SourceRun.StartAsync(database.Options, "minimal", [$"{database.Name}.t"]);
        await run.WaitForFirstEpochAsync();
        await database.ExecuteAsync($"SET SESSION binlog_row_image = {image}", statement);
        var error = await Assert.ThrowsAsync<BinlogUnavailableException>(() => run.Completion.WaitAsync(TimeSpan.FromSeconds(30)));
        Assert.Contains($"a change of captured table {database.Name}.t does not hold column \"{column}\"", error.Message, StringComparison.Ordinal);
        Assert.Contains("Run SET GLOBAL binlog_row_image=FULL on the server, make its sessions reconnect", error.Message, StringComparison.Ordinal);
        Assert.Equal(["1|a|b"], run.Contents.Rows(0));
    }

    private static string Statement(int key, Random random) => random.Next(6) switch
    {
        0 => $"DELETE FROM t WHERE id % 7 = {random.Next(7)} LIMIT 2",
        1 => $"UPDATE t SET v = CONCAT('u', id), x{random.Next(1, 5)} = {key} WHERE id % 3 = {random.Next(3)}",
        2 => $"UPDATE t SET body = REPEAT('b', {random.Next(500)}), w = {random.Next(1000)}.5 WHERE id % 3 = {random.Next(3)}",
        3 => $"UPDATE t SET id = id + 100000, v = NULL WHERE id = {random.Next(key)}",
        4 => $"INSERT INTO t (id, w, big) VALUES ({key}, 1.25, REPEAT(X'00', {random.Next(300)}))",
        _ => $"INSERT INTO t (id, v, body, x3, last) VALUES ({key}, 'n', NULL, 3, 'end')",
    };
}
