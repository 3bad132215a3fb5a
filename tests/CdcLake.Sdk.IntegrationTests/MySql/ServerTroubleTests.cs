using CdcLake.Connectors;
using CdcLake.IntegrationTests.Fixtures;
using CdcLake.MySql.Wire;

namespace CdcLake.IntegrationTests.MySql;

/// <summary>What happens to servers while their log is followed: trouble that passes is waited out, and a server that has become unfit is refused.</summary>
public sealed class ServerTroubleTests(PrivateMySqlServer server) : IClassFixture<PrivateMySqlServer>
{
    private static readonly MySqlSourceOptions Impatient = new() { FirstRetryDelay = TimeSpan.FromMilliseconds(1), MaxRetryDelay = TimeSpan.FromMilliseconds(100) };

    [ServerTheory(TestServers.MySql)]
    [InlineData("binlog_row_image", "MINIMAL", "FULL")]
    [InlineData("binlog_row_metadata", "MINIMAL", "FULL")]
    [InlineData("binlog_format", "STATEMENT", "ROW")]
    [InlineData("gtid_mode", "ON_PERMISSIVE", "ON")]
    public async Task Setting_that_was_changed_is_noticed_at_the_next_connection(string variable, string wrong, string right)
    {
        await using var database = await CreateAsync("changed");
        var run = await FollowAsync(database);
        await database.ExecuteAsync($"SET GLOBAL {variable}={wrong}");
        try
        {
            await database.KillStreamsAsync();
            var error = await Assert.ThrowsAsync<BinlogUnavailableException>(() => run.Completion.WaitAsync(TimeSpan.FromSeconds(30)));
            Assert.Contains(variable, error.Message, StringComparison.Ordinal);
        }
        finally
        {
            await database.ExecuteAsync($"SET GLOBAL {variable}={right}");
        }
    }

    [ServerTheory(TestServers.MySql)]
    [InlineData("--binlog-ignore-db=elsewhere", "binlog-ignore-db=elsewhere")]
    [InlineData("--binlog-do-db=elsewhere", "binlog-do-db=elsewhere")]
    public async Task Server_restarted_with_a_filter_on_its_log_is_refused(string option, string mention)
    {
        await using var database = await CreateAsync("filtered");
        var run = await FollowAsync(database);
        await server.RestartAsync(option);
        try
        {
            var error = await Assert.ThrowsAsync<BinlogUnavailableException>(() => run.Completion.WaitAsync(TimeSpan.FromSeconds(60)));
            Assert.Contains(mention, error.Message, StringComparison.Ordinal);
        }
        finally
        {
            await server.RestartAsync();
        }
    }

    [ServerFact(TestServers.MySql)]
    public async Task Replica_that_leaves_out_a_captured_table_is_refused()
    {
        await using var database = await CreateAsync("leftout");
        await database.ExecuteAsync("CHANGE REPLICATION SOURCE TO SOURCE_HOST='nowhere.invalid', SOURCE_AUTO_POSITION=1", "CHANGE REPLICATION FILTER REPLICATE_WILD_IGNORE_TABLE=('left%.t')");
        var error = await Assert.ThrowsAsync<BinlogUnavailableException>(() => SourceRun.StartAsync(database.Options, "leftout", [$"{database.Name}.t"]));
        Assert.Contains($"filters leave out {database.Name}.t", error.Message, StringComparison.Ordinal);
        await database.ExecuteAsync("CHANGE REPLICATION FILTER REPLICATE_WILD_IGNORE_TABLE=('other%.t')");
        await using (var run = await SourceRun.StartAsync(database.Options, "leftout", [$"{database.Name}.t"]))
        {
            await run.WaitForFirstEpochAsync();
        }

        await database.ExecuteAsync("CHANGE REPLICATION FILTER REPLICATE_WILD_IGNORE_TABLE=()", "RESET REPLICA ALL");
    }

    [ServerFact(TestServers.MySql)]
    public async Task Replica_that_does_not_log_what_it_applies_is_refused()
    {
        await using var database = await CreateAsync("replica");
        await server.RestartAsync("--log-replica-updates=OFF");
        try
        {
            await using var admin = await database.ConnectAsync();
            await using (var alone = await SourceRun.StartAsync(database.Options, "replica", [$"{database.Name}.t"]))
            {
                await alone.WaitForFirstEpochAsync(); // nothing is applied, so nothing is missing
            }

            await admin.ExecuteAsync("CHANGE REPLICATION SOURCE TO SOURCE_HOST='nowhere.invalid', SOURCE_AUTO_POSITION=1", default);
            var error = await Assert.ThrowsAsync<BinlogUnavailableException>(() => SourceRun.StartAsync(database.Options, "replica", [$"{database.Name}.t"]));
            Assert.Contains("log_replica_updates=ON", error.Message, StringComparison.Ordinal);
            await admin.ExecuteAsync("RESET REPLICA ALL", default);
        }
        finally
        {
            await server.RestartAsync();
        }
    }

    [ServerFact(TestServers.MySql)]
    public async Task Restart_of_the_server_is_waited_out()
    {
        await using var database = await CreateAsync("restart");
        await using var run = await FollowAsync(database);
        await server.RestartAsync(whileDown: () => run.WaitForProgressAsync(p => p.Error is MySqlServerException { IsTransient: true } && p.Detail!.Contains("No connection", StringComparison.Ordinal)));
        await GoesOnAsync(database, run);
    }

    [ServerFact(TestServers.MySql)]
    public async Task Server_that_is_not_up_yet_when_the_snapshot_begins_is_waited_for()
    {
        await using var database = await CreateAsync("notup");
        var down = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var noticed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var restart = Task.CompletedTask;
        await using var run = await SourceRun.StartAsync(database.Options, "notup", [$"{database.Name}.t"], settings: Impatient, beforeRun: () =>
        {
            restart = server.RestartAsync(whileDown: () =>
            {
                down.SetResult();
                return noticed.Task;
            });
            return down.Task;
        });
        await run.WaitForProgressAsync(p => p.Error is MySqlServerException { IsTransient: true });
        noticed.SetResult();
        await restart;
        await run.WaitForFirstEpochAsync();
        Assert.Equal(["1"], run.Contents.Rows(0));
    }

    [ServerFact(TestServers.MySql)]
    public async Task Offline_mode_is_waited_out()
    {
        await using var database = await CreateAsync("offline");
        await using var run = await FollowAsync(database);
        await database.ExecuteAsync("SET GLOBAL offline_mode=ON");
        await run.WaitForProgressAsync(p => p.Error is MySqlServerException { Code: 3032 });
        await database.ExecuteAsync("SET GLOBAL offline_mode=OFF");
        await GoesOnAsync(database, run);
    }

    [ServerFact(TestServers.MySql)]
    public async Task Account_that_has_too_many_connections_is_waited_for()
    {
        await using var database = await CreateAsync("limited");
        await using var run = await FollowAsync(database);
        await database.ExecuteAsync($"ALTER USER {database.QuotedAccount} WITH MAX_USER_CONNECTIONS 1");
        await database.KillStreamsAsync();
        await run.WaitForProgressAsync(p => p.Error is MySqlServerException { Code: 1226 });
        await database.ExecuteAsync($"ALTER USER {database.QuotedAccount} WITH MAX_USER_CONNECTIONS 0");
        await GoesOnAsync(database, run);
    }

    [ServerFact(TestServers.MySql)]
    public async Task Server_that_has_too_many_connections_is_waited_for()
    {
        await using var database = await CreateAsync("crowded");
        await using var run = await FollowAsync(database);
        await database.ExecuteAsync("SET GLOBAL max_connections=1");
        await database.KillStreamsAsync();
        await run.WaitForProgressAsync(p => p.Error is MySqlServerException { Code: 1040 });
        await database.ExecuteAsync("SET GLOBAL max_connections=151");
        await GoesOnAsync(database, run);
    }

    private static async Task GoesOnAsync(MySqlDatabase database, SourceRun run)
    {
        await using var connection = await database.ConnectAsync();
        await connection.ExecuteAsync("INSERT INTO t VALUES (2)", default);
        await run.ReachAsync(await SourceRun.PositionAsync(connection));
        Assert.Equal(["1", "2"], run.Contents.Rows(0));
    }

    private async Task<MySqlDatabase> CreateAsync(string name)
    {
        var database = await MySqlDatabase.CreateAsync(server.ConnectionString, name);
        await database.ExecuteAsync("CREATE TABLE t (id INT PRIMARY KEY)", "INSERT INTO t VALUES (1)");
        return database;
    }

    // A run that has its snapshot and follows the log.
    private static async Task<SourceRun> FollowAsync(MySqlDatabase database)
    {
        var run = await SourceRun.StartAsync(database.Options, database.Name, [$"{database.Name}.t"], settings: Impatient);
        await run.WaitForFirstEpochAsync();
        await run.WaitForProgressAsync(p => p.Phase == SourcePhase.Streaming);
        return run;
    }
}
