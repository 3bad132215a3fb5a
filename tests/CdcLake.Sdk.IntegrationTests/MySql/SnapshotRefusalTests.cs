using CdcLake.IntegrationTests.Fixtures;

namespace CdcLake.IntegrationTests.MySql;

public sealed class SnapshotRefusalTests(PrivateMySqlServer server) : IClassFixture<PrivateMySqlServer>
{
    [ServerFact(TestServers.MySql)]
    public async Task Table_without_key_is_read_when_nobody_writes_and_refused_when_somebody_does()
    {
        await using var database = await MySqlDatabase.CreateAsync(server.ConnectionString, "keyless");
        await database.ExecuteAsync("CREATE TABLE t (v INT)", "INSERT INTO t VALUES (1), (1), (NULL)");
        await using (var run = await SourceRun.StartAsync(database.Options, "keyless", [$"{database.Name}.t"]))
        {
            await run.WaitForFirstEpochAsync();
            Assert.Equal(["1", "1", "NULL"], run.Contents.Rows(0));
        }

        using var stop = new CancellationTokenSource();
        var writers = Enumerable.Range(0, 8).Select(_ => InsertAsync(database, stop.Token)).ToArray();
        try
        {
            // Either a quiet moment was found, or the error names the table and the statement.
            await using var run = await SourceRun.StartAsync(database.Options, "keyless", [$"{database.Name}.t"]);
            await run.WaitForFirstEpochAsync();
        }
        catch (SchemaMismatchException error)
        {
            Assert.Contains($"{database.Name}.t has no primary key", error.Message, StringComparison.Ordinal);
            Assert.Contains("ADD COLUMN", error.Message, StringComparison.Ordinal);
        }
        finally
        {
            await stop.CancelAsync();
            await Task.WhenAll(writers);
        }
    }

    [ServerFact(TestServers.MySql)]
    public async Task Alter_while_the_snapshot_begins_gives_an_exact_snapshot_or_an_error()
    {
        await using var database = await MySqlDatabase.CreateAsync(server.ConnectionString, "altered");
        await database.ExecuteAsync(
            "CREATE TABLE t (id INT PRIMARY KEY, v INT)", "INSERT INTO t VALUES (1, 1), (2, 2)", "CREATE TABLE u (id INT PRIMARY KEY)", "INSERT INTO u VALUES (7)");
        await using var other = await database.ConnectAsync();
        var exact = 0;
        for (var i = 0; i < 30; i++)
        {
            var altering = other.ExecuteAsync(i % 2 == 0 ? "ALTER TABLE t ADD COLUMN w INT DEFAULT 5" : "ALTER TABLE t DROP COLUMN w", default);
            try
            {
                await using var run = await SourceRun.StartAsync(database.Options, "altered", [$"{database.Name}.t", $"{database.Name}.u"]);
                await run.WaitForFirstEpochAsync();
                string[] expected = run.Captures[0].Schema.Count == 2 ? ["1|1", "2|2"] : ["1|1|5", "2|2|5"];
                Assert.Equal(expected, run.Contents.Rows(0));
                Assert.Equal(["7"], run.Contents.Rows(1));
                exact++;
            }
            catch (SchemaMismatchException)
            {
                // The table was altered between the description and the cut, or behind the cut.
            }

            await altering;
        }

        Assert.True(exact > 0, "no attempt succeeded");
    }

    [ServerFact(TestServers.MySql)]
    public async Task Prepared_xa_transaction_is_refused_until_it_ends()
    {
        await using var database = await MySqlDatabase.CreateAsync(server.ConnectionString, "xa");
        await database.ExecuteAsync("CREATE TABLE t (id INT PRIMARY KEY)", "XA START 'x'", "INSERT INTO t VALUES (1)", "XA END 'x'", "XA PREPARE 'x'");
        var run = await SourceRun.StartAsync(database.Options, "xa", [$"{database.Name}.t"]);
        var error = await Assert.ThrowsAsync<BinlogUnavailableException>(() => run.Completion.WaitAsync(TimeSpan.FromSeconds(30)));
        Assert.Contains("XA RECOVER", error.Message, StringComparison.Ordinal);
        await database.ExecuteAsync("XA COMMIT 'x'");
        await using var second = await SourceRun.StartAsync(database.Options, "xa", [$"{database.Name}.t"]);
        await second.WaitForFirstEpochAsync();
        Assert.Equal(["1"], second.Contents.Rows(0));
    }

    [ServerFact(TestServers.MySql)]
    public async Task Table_of_an_engine_without_views_is_refused_with_its_statement()
    {
        await using var database = await MySqlDatabase.CreateAsync(server.ConnectionString, "engine");
        await database.ExecuteAsync("CREATE TABLE t (id INT PRIMARY KEY) ENGINE=MyISAM");
        var run = await SourceRun.StartAsync(database.Options, "engine", [$"{database.Name}.t"]);
        var error = await Assert.ThrowsAsync<BinlogUnavailableException>(() => run.Completion.WaitAsync(TimeSpan.FromSeconds(30)));
        Assert.Contains($"ALTER TABLE `{database.Name}`.`t` ENGINE=InnoDB;", error.Message, StringComparison.Ordinal);
    }

    private static async Task InsertAsync(MySqlDatabase database, CancellationToken stop)
    {
        await using var connection = await database.ConnectAsync();
        while (!stop.IsCancellationRequested)
        {
            await connection.ExecuteAsync("INSERT INTO t VALUES (2)", default);
        }
    }
}
