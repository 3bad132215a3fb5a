using CdcLake.IntegrationTests.Fixtures;

namespace CdcLake.IntegrationTests.MySql;

/// <summary>What is different in MariaDB: its names of transactions, its events, its views.</summary>
public sealed class MariaDbTests
{
    [ServerTheory(TestServers.MariaDb, TestServers.MariaDbOld)]
    [InlineData(TestServers.MariaDb)]
    [InlineData(TestServers.MariaDbOld)]
    public async Task Log_is_followed_from_a_position_and_after_a_snapshot(string server)
    {
        await using var database = await MySqlDatabase.CreateAsync(TestServers.Get(server), "mafollow");
        await database.ExecuteAsync("CREATE TABLE t (id INT PRIMARY KEY, v VARCHAR(9))", "CREATE TABLE other (id INT PRIMARY KEY)");
        var created = await SourceRun.PositionAsync(database.Connection);
        await database.ExecuteAsync("INSERT INTO t VALUES (1, 'a'), (2, 'b')", "CREATE SEQUENCE s", "DO NEXTVAL(s)", "DROP SEQUENCE s");
        string[] tables = [$"{database.Name}.t"];
        await using var stream = await SourceRun.StartAsync(database.Options, "mafollow-stream", tables, created);
        await using var snapshot = await SourceRun.StartAsync(database.Options, "mafollow-snapshot", tables);
        await snapshot.WaitForFirstEpochAsync();
        await database.ExecuteAsync(
            "START TRANSACTION", "UPDATE t SET v = 'c' WHERE id = 1", "DELETE FROM t WHERE id = 2", "INSERT INTO other VALUES (1)", "COMMIT",
            "CREATE TABLE made (id INT PRIMARY KEY) SELECT 5 AS id", "START TRANSACTION", "INSERT INTO t VALUES (3, 'x')", "SAVEPOINT p", "INSERT INTO t VALUES (4, 'y')", "ROLLBACK TO p", "COMMIT");
        var end = await SourceRun.PositionAsync(database.Connection);
        foreach (var run in new[] { stream, snapshot })
        {
            await run.ReachAsync(end);
            Assert.Equal(["1|c", "3|x"], run.Contents.Rows(0));
        }
    }
}
