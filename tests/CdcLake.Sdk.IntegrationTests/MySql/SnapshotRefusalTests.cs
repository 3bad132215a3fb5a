using CdcLake.Connectors;
using CdcLake.IntegrationTests.Fixtures;
using CdcLake.IntegrationTests.Pipelines;
using CdcLake.MySql.InitialSnapshots;
using CdcLake.MySql.Tables;

namespace CdcLake.IntegrationTests.MySql;

public sealed class SnapshotRefusalTests(PrivateMySqlServer server) : IClassFixture<PrivateMySqlServer>
{
    [ServerFact(TestServers.MySql)]
    public async Task Table_without_key_is_read_exactly_as_it_is()
    {
        await using var database = await MySqlDatabase.CreateAsync(server.ConnectionString, "keyless");
        await database.ExecuteAsync("CREATE TABLE t (v INT)", "INSERT INTO t VALUES (1), (1), (NULL)");
        await using var run = await SourceRun.StartAsync(database.Options, "keyless", [$"{database.Name}.t"]);
        await run.WaitForFirstEpochAsync();
        Assert.Equal(["1", "1", "NULL"], run.Contents.Rows(0));
    }

    [ServerFact(TestServers.MySql)]
    public async Task Table_without_key_that_is_being_written_is_waited_for()
    {
        await using var database = await MySqlDatabase.CreateAsync(server.ConnectionString, "keylesswait");
        await database.ExecuteAsync("CREATE TABLE t (v INT)", "INSERT INTO t VALUES (1), (1)");
        await using var write = await UnacknowledgedWrite.BeginAsync(database, "INSERT INTO t VALUES (2)");
        await using var run = await SourceRun.StartAsync(database.Options, "keylesswait", [$"{database.Name}.t"]);
        await run.WaitForProgressAsync(p => p.Phase == SourcePhase.Retrying && p.Error!.Message.Contains("no primary key", StringComparison.Ordinal), count: 4);
        Assert.Empty(run.Contents.Epochs);
        await write.EndAsync();
        await run.WaitForFirstEpochAsync();
        Assert.Equal(["1", "1", "2"], run.Contents.Rows(0));
    }

    [ServerFact(TestServers.MySql)]
    public async Task Table_without_key_that_is_written_past_the_patience_is_an_error_with_its_statement()
    {
        await using var database = await MySqlDatabase.CreateAsync(server.ConnectionString, "keylesserror");
        await database.ExecuteAsync("CREATE TABLE t (v INT)");
        await using var write = await UnacknowledgedWrite.BeginAsync(database, "INSERT INTO t VALUES (2)");
        var settings = new MySqlSourceOptions { SnapshotPatience = TimeSpan.FromMilliseconds(1) };
        var run = await SourceRun.StartAsync(database.Options, "keylesserror", [$"{database.Name}.t"], settings: settings);
        var error = await Assert.ThrowsAsync<SchemaMismatchException>(() => run.Completion.WaitAsync(TimeSpan.FromSeconds(30)));
        Assert.False(error.IsTransient);
        Assert.Contains($"{database.Name}.t has no primary key", error.Message, StringComparison.Ordinal);
        Assert.Contains("ADD COLUMN", error.Message, StringComparison.Ordinal);
    }

    [ServerTheory(TestServers.MySql)]
    [InlineData("ALTER TABLE t DROP COLUMN v")]
    [InlineData("DROP TABLE t")]
    public async Task Table_that_is_altered_before_its_order_is_looked_for_is_said_to_be(string change)
    {
        await using var database = await MySqlDatabase.CreateAsync(server.ConnectionString, "alteredorder");
        await database.ExecuteAsync("CREATE TABLE t (id VARCHAR(9) PRIMARY KEY, v INT)");
        await using var session = await database.ConnectAsync();
        var definition = (await new TableReader(session, DatePolicy.Strict).ReadAsync([new MySqlTableName(database.Name, "t")], default)).Single();
        var described = definition.Describe($"{database.Name}.t");
        var table = new SnapshotTable(TableCapture.Of(described, [0, 1]), definition);
        Assert.NotNull(await KeyOrder.FindAsync(session, table, isKnown: false, default));
        await database.ExecuteAsync(change);
        var error = await Assert.ThrowsAsync<TableRedefinedException>(() => KeyOrder.FindAsync(session, table, isKnown: false, default));
        Assert.Contains($"{database.Name}.t was altered", error.Message, StringComparison.Ordinal);
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
                await using var run = await SourceRun.StartAsync(database.Options, "altered", [$"{database.Name}.t", $"{database.Name}.u"], settings: new MySqlSourceOptions { SchemaChanges = SchemaChanges.IgnoreUnread });
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
    public async Task Xa_transaction_prepared_before_the_snapshot_is_waited_for_and_arrives()
    {
        await using var database = await MySqlDatabase.CreateAsync(server.ConnectionString, "xa");
        await database.ExecuteAsync("CREATE TABLE t (id INT PRIMARY KEY)");
        await database.Connection.PrepareAsync("'x'", "INSERT INTO t VALUES (1)");
        await using var run = await SourceRun.StartAsync(database.Options, "xa", [$"{database.Name}.t"]);
        await run.WaitForProgressAsync(p => p.Phase == SourcePhase.Retrying && p.Error!.Message.Contains("XA RECOVER", StringComparison.Ordinal));
        Assert.Empty(run.Contents.Epochs);
        await database.ExecuteAsync("XA COMMIT 'x'");
        await run.WaitForFirstEpochAsync();
        Assert.Equal(["1"], run.Contents.Rows(0));
    }

    [ServerFact(TestServers.MySql)]
    public async Task Snapshots_among_xa_transactions_that_never_pause_lose_none_of_them()
    {
        const int Writers = 6;
        await using var database = await MySqlDatabase.CreateAsync(server.ConnectionString, "xabusy");
        await database.ExecuteAsync("CREATE TABLE t (id INT AUTO_INCREMENT PRIMARY KEY, v INT)");
        using var stop = new CancellationTokenSource();
        var writers = Enumerable.Range(0, Writers).Select(i => CommitInTwoPhasesAsync(database, i, stop.Token)).ToArray();
        var runs = new List<SourceRun>();
        for (var i = 0; i < 12; i++)
        {
            runs.Add(await SourceRun.StartAsync(database.Options, $"xabusy{i}", [$"{database.Name}.t"]));
            await runs[^1].WaitForFirstEpochAsync();
        }

        await stop.CancelAsync();
        await Task.WhenAll(writers);
        var end = await SourceRun.PositionAsync(database.Connection);
        var expected = (await database.Connection.QueryAsync("SELECT CONCAT(id, '|', v) FROM t", default)).Rows.Select(r => r[0]!).Order(StringComparer.Ordinal).ToList();
        foreach (var run in runs)
        {
            await run.ReachAsync(end);
            Assert.Equal(expected, run.Contents.Rows(0));
            await run.DisposeAsync();
        }

        Assert.True(expected.Count > Writers);
    }

    // Some are rolled back, and always one or another is prepared.
    private static async Task CommitInTwoPhasesAsync(MySqlDatabase database, int writer, CancellationToken stop)
    {
        await using var connection = await database.ConnectAsync();
        for (var i = 0; !stop.IsCancellationRequested; i++)
        {
            var id = $"'w{writer}','{i}'";
            foreach (var statement in new[]
            {
                $"XA START {id}", $"INSERT INTO t (v) VALUES ({i}), ({-i})", $"XA END {id}", $"XA PREPARE {id}", "DO SLEEP(0.01)", i % 5 == 4 ? $"XA ROLLBACK {id}" : $"XA COMMIT {id}",
            })
            {
                await connection.ExecuteAsync(statement, default);
            }
        }
    }

    [ServerFact(TestServers.MySql)]
    public async Task Xa_transaction_prepared_past_the_patience_is_an_error()
    {
        await using var database = await MySqlDatabase.CreateAsync(server.ConnectionString, "xaerror");
        await database.ExecuteAsync("CREATE TABLE t (id INT PRIMARY KEY)");
        await database.Connection.PrepareAsync("'y'", "INSERT INTO t VALUES (1)");
        var settings = new MySqlSourceOptions { SnapshotPatience = TimeSpan.FromMilliseconds(300) };
        var run = await SourceRun.StartAsync(database.Options, "xaerror", [$"{database.Name}.t"], settings: settings);
        var error = await Assert.ThrowsAsync<BinlogUnavailableException>(() => run.Completion.WaitAsync(TimeSpan.FromSeconds(30)));
        await database.ExecuteAsync("XA ROLLBACK 'y'");
        Assert.False(error.IsTransient);
        Assert.Contains("XA RECOVER", error.Message, StringComparison.Ordinal);
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
}
