using CdcLake.Connectors;
using CdcLake.IntegrationTests.Fixtures;
using CdcLake.IntegrationTests.Pipelines;
using CdcLake.MySql;
using CdcLake.MySql.Binlog;
using CdcLake.MySql.Gtids;
using CdcLake.MySql.Wire;
using CdcLake.MySql.Wire.Auth;
using CdcLake.Testing;

namespace CdcLake.IntegrationTests.MySql;

public sealed class ReconnectTests(PrivateMySqlServer server) : IClassFixture<PrivateMySqlServer>
{
    private static readonly MySqlSourceOptions Impatient = new() { FirstRetryDelay = TimeSpan.FromMilliseconds(1), MaxRetryDelay = TimeSpan.FromMilliseconds(20) };

    [ServerFact(TestServers.MySql)]
    public Task Connection_cut_anywhere_in_transactions_goes_on_with_nothing_lost_or_doubled() => CutAsync(server.ConnectionString);

    [ServerTheory(TestServers.MariaDb, TestServers.MariaDbOld)]
    [InlineData(TestServers.MariaDb)]
    [InlineData(TestServers.MariaDbOld)]
    public Task Connection_to_MariaDb_cut_anywhere_in_transactions_goes_on_with_nothing_lost_or_doubled(string name) => CutAsync(TestServers.Get(name));

    private static async Task CutAsync(string connectionString)
    {
        await using var database = await MySqlDatabase.CreateAsync(connectionString, "cuts");
        await database.ExecuteAsync("CREATE TABLE a (id INT PRIMARY KEY, v INT, s VARCHAR(200))", "CREATE TABLE b (id INT PRIMARY KEY, v INT)");
        var created = await SourceRun.PositionAsync(database.Connection);
        for (var i = 0; i < 40; i++)
        {
            await database.ExecuteAsync(
                "BEGIN",
                $"INSERT INTO a VALUES {string.Join(", ", Enumerable.Range(i * 100, 100).Select(id => $"({id}, 1, REPEAT('x', 150))"))}",
                $"INSERT INTO b VALUES ({i}, {i})",
                $"UPDATE a SET v = v + 1 WHERE id % 7 = {i % 7}",
                $"DELETE FROM a WHERE id % 50 = {i}",
                "COMMIT");
        }

        var end = await SourceRun.PositionAsync(database.Connection);
        var random = new Random(7);

        // Every connection but the first few gets further into the log, so that the end is reached.
        var limits = new Dictionary<int, long> { [0] = long.MaxValue };
        long Limit(int connection) => limits.TryGetValue(connection, out var limit) ? limit : limits[connection] = 6_000 + random.Next(20_000) + (connection * 2_000L);
        await using var proxy = RecordingProxy.MySql(database.ConnectionString);
        proxy.Script = f => f.IsFromServer ? f.CutAfter(Limit(f.Connection)) : ProxyAction.Pass;
        string[] names = [$"{database.Name}.a", $"{database.Name}.b"];
        await using (var run = await SourceRun.StartAsync(MySqlConnectionOptions.Parse(proxy.ConnectionString), "cuts", names, created, settings: Impatient))
        {
            await run.ReachAsync(end);
            await AssertEqualAsync(database, run);
            Assert.Contains(run.Contents.Progress, p => p.Phase == SourcePhase.Retrying && p.Error is MySqlServerException { IsTransient: true });
        }

        Assert.True(proxy.Cuts >= 5, $"only {proxy.Cuts} cuts");
    }

    [ServerFact(TestServers.MySql)]
    public async Task Connection_cut_inside_a_transaction_too_large_to_hold_back_leaves_out_what_was_handed_on()
    {
        await using var database = await MySqlDatabase.CreateAsync(server.ConnectionString, "largecut");
        await database.ExecuteAsync("CREATE TABLE a (id INT PRIMARY KEY, v INT)", "CREATE TABLE b (id INT PRIMARY KEY)");
        var created = await SourceRun.PositionAsync(database.Connection);
        await database.ExecuteAsync(
            "SET SESSION cte_max_recursion_depth=1000000",
            "INSERT INTO a WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i+1 FROM n WHERE i < 300000) SELECT i, i FROM n",
            "UPDATE a SET v = -v WHERE id < 200000");
        var end = await SourceRun.PositionAsync(database.Connection);
        var connections = new[] { 900_000L, 1_500_000L, 2_500_000L, 5_000_000L };

        // The first connection describes the tables; then a session that checks the server and the log take turns.
        await using var proxy = RecordingProxy.MySql($"{database.ConnectionString};SSL Mode=None;Allow Public Key Retrieval=true");
        proxy.Script = f => !f.IsFromServer || f.Connection == 0 || f.Connection % 2 == 1 || f.Connection / 2 > connections.Length ? ProxyAction.Pass : f.CutAfter(connections[(f.Connection / 2) - 1]);
        string[] names = [$"{database.Name}.a", $"{database.Name}.b"];
        await using var run = await SourceRun.StartAsync(MySqlConnectionOptions.Parse(proxy.ConnectionString), "largecut", names, created, settings: Impatient);
        await run.ReachAsync(end);
        await AssertEqualAsync(database, run);
        Assert.Equal(4, proxy.Cuts);
        Assert.Equal(300_000 + (2 * 199_999), run.Contents.Changes);
    }

    [ServerFact(TestServers.MySql)]
    public async Task Restart_at_every_epoch_continues_exactly_there()
    {
        await using var database = await MySqlDatabase.CreateAsync(server.ConnectionString, "restarts");
        await database.ExecuteAsync("CREATE TABLE a (id INT PRIMARY KEY, v INT)", "CREATE TABLE b (id INT PRIMARY KEY)", "INSERT INTO a VALUES (1, 1)");
        string[] names = [$"{database.Name}.a", $"{database.Name}.b"];
        var contents = new TableContents(2);
        SourcePosition? from = null;
        for (var i = 0; i < 10; i++)
        {
            await using var run = await SourceRun.StartAsync(database.Options, "restarts", names, from, contents: contents);
            if (from is null)
            {
                await run.WaitForFirstEpochAsync();
            }

            await database.ExecuteAsync($"INSERT INTO a VALUES ({i + 10}, 0)", $"UPDATE a SET v = v + 1 WHERE id = 1", $"INSERT INTO b VALUES ({i})");
            var end = await SourceRun.PositionAsync(database.Connection);
            await run.ReachAsync(end);
            await AssertEqualAsync(database, run);
            from = MySqlPosition.Parse(contents.Position!.Properties);
        }
    }

    [ServerFact(TestServers.MySql)]
    public async Task Boundaries_are_met_exactly_and_one_that_cannot_be_is_an_error()
    {
        await using var database = await MySqlDatabase.CreateAsync(server.ConnectionString, "boundaries");
        await database.ExecuteAsync("CREATE TABLE a (id INT PRIMARY KEY)");
        var positions = new List<SourcePosition> { await SourceRun.PositionAsync(database.Connection) };
        for (var i = 0; i < 20; i++)
        {
            await database.ExecuteAsync($"INSERT INTO a VALUES ({i})");
            positions.Add(await SourceRun.PositionAsync(database.Connection));
        }

        SourcePosition[] wanted = [positions[0], positions[3], positions[4], positions[11]];
        await using (var run = await SourceRun.StartAsync(database.Options, "boundaries", [$"{database.Name}.a"], positions[0], wanted))
        {
            await run.ReachAsync(positions[^1]);
            Assert.All(wanted[1..], w => Assert.Contains(run.Contents.Epochs, e => e.Position.Equals(w)));
        }

        // A set with a hole never comes by in this server's order.
        var last = ((MySqlPosition)positions[^1]).Executed;
        var entry = last.Entries[^1];
        var holed = new MySqlPosition(last.Subtract(GtidSet.Parse($"{entry.Source}:{entry.Intervals[^1].End - 3}")));
        var failing = await SourceRun.StartAsync(database.Options, "boundaries", [$"{database.Name}.a"], positions[0], [holed]);
        var error = await Assert.ThrowsAsync<BinlogUnavailableException>(() => failing.Completion.WaitAsync(TimeSpan.FromSeconds(30)));
        Assert.Contains("another order", error.Message, StringComparison.Ordinal);
    }

    [ServerFact(TestServers.MySql)]
    public async Task Purged_log_is_an_error_that_names_what_is_gone()
    {
        await using var database = await MySqlDatabase.CreateAsync(server.ConnectionString, "purged");
        await database.ExecuteAsync("CREATE TABLE a (id INT PRIMARY KEY)");
        var before = await SourceRun.PositionAsync(database.Connection);
        await database.ExecuteAsync("INSERT INTO a VALUES (1)", "FLUSH BINARY LOGS");
        await database.Connection.PurgeLogAsync();
        var run = await SourceRun.StartAsync(database.Options, "purged", [$"{database.Name}.a"], before);
        var error = await Assert.ThrowsAsync<BinlogUnavailableException>(() => run.Completion.WaitAsync(TimeSpan.FromSeconds(30)));
        Assert.Contains("has purged log files", error.Message, StringComparison.Ordinal);
        Assert.Contains("binlog_expire_logs_seconds", error.Message, StringComparison.Ordinal);
    }

    [ServerFact(TestServers.MySql)]
    public async Task Position_ahead_of_the_server_is_an_error_and_one_only_just_ahead_is_waited_for()
    {
        await using var database = await MySqlDatabase.CreateAsync(server.ConnectionString, "ahead");
        await database.ExecuteAsync("CREATE TABLE a (id INT PRIMARY KEY)");
        var now = await SourceRun.PositionAsync(database.Connection);
        var ahead = new MySqlPosition(now.Executed.Union(GtidSet.Parse("3e11fa47-71ca-11e1-9e33-c80aa9429562:1-5")));
        var settings = new MySqlSourceOptions { ReplicaPatience = TimeSpan.FromSeconds(1) };
        var run = await SourceRun.StartAsync(database.Options, "ahead", [$"{database.Name}.a"], ahead, settings: settings);
        var error = await Assert.ThrowsAsync<BinlogUnavailableException>(() => run.Completion.WaitAsync(TimeSpan.FromSeconds(30)));
        Assert.Contains("3e11fa47-71ca-11e1-9e33-c80aa9429562:1-5", error.Message, StringComparison.Ordinal);

        await using var patient = await SourceRun.StartAsync(database.Options, "ahead", [$"{database.Name}.a"], ahead);
        await database.ExecuteAsync("SET gtid_next='3e11fa47-71ca-11e1-9e33-c80aa9429562:1'", "INSERT INTO a VALUES (1)");
        for (var i = 2; i <= 5; i++)
        {
            await database.ExecuteAsync($"SET gtid_next='3e11fa47-71ca-11e1-9e33-c80aa9429562:{i}'", "BEGIN", "COMMIT");
        }

        await database.ExecuteAsync("SET gtid_next=AUTOMATIC", "INSERT INTO a VALUES (2)");
        await patient.ReachAsync(await SourceRun.PositionAsync(database.Connection));
        Assert.Equal(["2"], patient.Contents.Rows(0));
    }

    [ServerFact(TestServers.MySql)]
    public async Task Replica_that_is_seconds_behind_is_waited_for_and_a_server_that_lost_its_own_transactions_is_not()
    {
        await using var database = await MySqlDatabase.CreateAsync(server.ConnectionString, "behind");
        var now = (await SourceRun.PositionAsync(database.Connection)).Executed;
        var clock = new JumpingClock(TimeSpan.FromSeconds(11));
        var hosts = new HostSelector(database.Options, new MySqlSourceOptions { ReplicaPatience = TimeSpan.FromMinutes(10) }, clock);
        const string other = "3e11fa47-71ca-11e1-9e33-c80aa9429563:1";
        Task? applying = null;
        await using (var session = await hosts.OpenAsync([], now.Union(GtidSet.Parse(other)), _ => applying ??= ApplyAsync(), default))
        {
            await applying!;
        }

        var own = (await database.Connection.QueryAsync("SELECT @@server_uuid", default))[0, 0];
        var error = await Assert.ThrowsAsync<BinlogUnavailableException>(() => hosts.OpenAsync([], now.Union(GtidSet.Parse($"{own}:900000000")), _ => { }, default));
        Assert.Contains($"lacks transactions that were already processed: {own}:900000000", error.Message, StringComparison.Ordinal);

        async Task ApplyAsync()
        {
            await using var source = await database.ConnectAsync();
            foreach (var statement in new[] { $"SET gtid_next='{other}'", "BEGIN", "COMMIT" })
            {
                await source.ExecuteAsync(statement, default);
            }
        }
    }

    [ServerFact(TestServers.MySql)]
    public async Task Second_reader_of_the_same_name_ends_the_first_with_an_error()
    {
        await using var database = await MySqlDatabase.CreateAsync(server.ConnectionString, "twice");
        await database.ExecuteAsync("CREATE TABLE a (id INT PRIMARY KEY)");
        var first = await SourceRun.StartAsync(database.Options, "twice", [$"{database.Name}.a"]);
        await first.WaitForFirstEpochAsync();
        await database.ExecuteAsync("INSERT INTO a VALUES (1)");
        await first.ReachAsync(await SourceRun.PositionAsync(database.Connection));
        await using var second = await SourceRun.StartAsync(database.Options, "twice", [$"{database.Name}.a"], first.Contents.Position);
        var error = await Assert.ThrowsAsync<BinlogUnavailableException>(() => first.Completion.WaitAsync(TimeSpan.FromSeconds(30)));
        Assert.Contains("runs twice", error.Message, StringComparison.Ordinal);
        await database.ExecuteAsync("INSERT INTO a VALUES (2)");
        await second.ReachAsync(await SourceRun.PositionAsync(database.Connection));
    }

    [ServerFact(TestServers.MySql)]
    public async Task Idle_source_outlives_three_heartbeats_and_moves_with_tables_it_does_not_capture()
    {
        await using var database = await MySqlDatabase.CreateAsync(server.ConnectionString, "idle");
        await database.ExecuteAsync("CREATE TABLE a (id INT PRIMARY KEY)", "CREATE TABLE other (id INT PRIMARY KEY)");
        var settings = new MySqlSourceOptions { Heartbeat = TimeSpan.FromSeconds(1) }; // three missed ones are a silence that a busy machine does not make
        await using var run = await SourceRun.StartAsync(database.Options, "idle", [$"{database.Name}.a"], settings: settings);
        await run.WaitForFirstEpochAsync();
        await database.Connection.ExecuteAsync("SELECT SLEEP(4)", default);
        await database.ExecuteAsync("INSERT INTO other VALUES (1)");
        await run.ReachAsync(await SourceRun.PositionAsync(database.Connection));
        Assert.DoesNotContain(run.Contents.Progress, p => p.Phase == SourcePhase.Retrying);
    }

    [ServerFact(TestServers.MySql)]
    public async Task Cancellation_ends_an_idle_source_promptly()
    {
        await using var database = await MySqlDatabase.CreateAsync(server.ConnectionString, "cancel");
        await database.ExecuteAsync("CREATE TABLE a (id INT PRIMARY KEY)");
        var run = await SourceRun.StartAsync(database.Options, "cancel", [$"{database.Name}.a"]);
        await run.WaitForFirstEpochAsync();
        var clock = TimeProvider.System.GetTimestamp();
        await run.DisposeAsync();
        Assert.True(TimeProvider.System.GetElapsedTime(clock) < TimeSpan.FromSeconds(2));
    }

    // A clock on which time passes between any two looks at it.
    private sealed class JumpingClock(TimeSpan jump) : TimeProvider
    {
        private long _looks;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => ++_looks * jump.Ticks;
    }

    private static async Task AssertEqualAsync(MySqlDatabase database, SourceRun run)
    {
        for (var i = 0; i < run.Captures.Count; i++)
        {
            var table = run.Captures[i];
            var columns = string.Join(", ", table.Schema.Fields.Select(f => f.Name));
            var select = await database.Connection.QueryAsync($"SELECT CONCAT_WS('|', {columns}) FROM {table.Table.Name}", default);
            Assert.Equal(select.Rows.Select(r => r[0]!).Order(StringComparer.Ordinal), run.Contents.Rows(i));
        }
    }
}
