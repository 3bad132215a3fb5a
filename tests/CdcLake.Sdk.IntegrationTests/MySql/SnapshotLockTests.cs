using CdcLake.IntegrationTests.Fixtures;
using CdcLake.MySql.Tables;

namespace CdcLake.IntegrationTests.MySql;

/// <summary>A snapshot whose consumer is slow does not hold up the application.</summary>
public sealed class SnapshotLockTests
{
    private const int Rows = 300_000; // more than fits into the buffers on the way, so that the server is still sending while the consumer waits

    private static readonly MySqlSourceOptions OneView = new() { SnapshotWorkers = 1 };

    [ServerFact(TestServers.MySql)]
    public async Task Alter_of_another_table_and_inserts_behind_it_do_not_wait_for_a_slow_consumer()
    {
        await using var database = await CreateAsync("snaplock");
        var consumer = new SlowConsumer(table: 1);
        string[] names = [$"{database.Name}.already_read", $"{database.Name}.big", $"{database.Name}.not_yet_read"];
        var run = await SourceRun.StartAsync(database.Options, "snaplock", names, contents: consumer.Contents, settings: OneView);
        await consumer.Reached.WaitAsync(TimeSpan.FromSeconds(60));
        foreach (var table in new[] { "already_read", "not_yet_read" })
        {
            await using var writer = await database.ConnectAsync();
            var began = TimeProvider.System.GetTimestamp();
            var altering = database.Connection.ExecuteAsync($"ALTER TABLE {table} ADD COLUMN more INT", default);
            await writer.ExecuteAsync($"INSERT INTO {table} (id) VALUES (7)", default);
            await altering;
            var waited = TimeProvider.System.GetElapsedTime(began);
            Assert.True(waited < TimeSpan.FromSeconds(1), $"ALTER of {table} and an INSERT behind it took {waited.TotalSeconds} s");
        }

        // The table that was altered before it could be read has another definition than the cut: never read as if nothing had happened.
        consumer.Release();
        var error = await Assert.ThrowsAsync<SchemaMismatchException>(() => run.Completion.WaitAsync(TimeSpan.FromSeconds(60)));
        Assert.True(error.IsTransient);
        Assert.Contains("not_yet_read was altered", error.Message, StringComparison.Ordinal);
        Assert.Empty(run.Contents.Epochs);
    }

    [ServerFact(TestServers.MySql)]
    public async Task Snapshot_is_exact_although_its_tables_are_written_and_let_go_while_it_is_read()
    {
        await using var database = await CreateAsync("snapwrite");
        var consumer = new SlowConsumer(table: 1);
        string[] names = [$"{database.Name}.already_read", $"{database.Name}.big", $"{database.Name}.not_yet_read"];
        await using var run = await SourceRun.StartAsync(database.Options, "snapwrite", names, contents: consumer.Contents, settings: OneView);
        await consumer.Reached.WaitAsync(TimeSpan.FromSeconds(60));
        await database.ExecuteAsync("INSERT INTO already_read VALUES (5)", "INSERT INTO not_yet_read VALUES (5)", "DELETE FROM not_yet_read WHERE id = 1", "UPDATE big SET s = 'new' WHERE id = 1");
        var end = await SourceRun.PositionAsync(database.Connection);
        List<string>? first = null;
        run.Contents.OnEpoch = _ => first ??= run.Contents.Rows(2);
        consumer.Release();
        await run.ReachAsync(end);
        Assert.Equal(["1", "2"], first!);
        Assert.Equal(["1", "2", "5"], run.Contents.Rows(0));
        Assert.Equal(Rows, run.Contents.Rows(1).Count);
        Assert.Contains("1|new", run.Contents.Rows(1));
        Assert.Equal(["2", "5"], run.Contents.Rows(2));
    }

    [ServerFact(TestServers.MySql)]
    public async Task Definition_is_read_again_although_an_alter_of_the_same_table_waits()
    {
        await using var database = await CreateAsync("snapqueue");
        await using var holder = await database.ConnectAsync();
        await using var session = await MySqlDatabase.ConnectAsync(database.ConnectionString);
        var name = MySqlTableName.Parse($"{database.Name}.not_yet_read", null);
        var before = (await new TableReader(session, DatePolicy.Strict).ReadAsync([name], default))[0];
        await holder.ExecuteAsync("BEGIN", default);
        await holder.ExecuteAsync("SELECT * FROM not_yet_read", default);
        var altering = database.Connection.ExecuteAsync("ALTER TABLE not_yet_read ADD COLUMN more INT", default);
        while ((await holder.QueryAsync("SELECT 1 FROM information_schema.PROCESSLIST WHERE STATE LIKE 'Waiting for table metadata lock%'", default)).Count == 0)
        {
            await Task.Yield();
        }

        var again = await new TableReader(session, DatePolicy.Strict).ReadAgainAsync(name, default).WaitAsync(TimeSpan.FromSeconds(5));
        Assert.Equal(before.Columns, again!.Columns);
        await holder.ExecuteAsync("COMMIT", default);
        await altering;
    }

    private static async Task<MySqlDatabase> CreateAsync(string name)
    {
        var database = await MySqlDatabase.CreateAsync(TestServers.Get(TestServers.MySql), name);
        await database.ExecuteAsync(
            "CREATE TABLE already_read (id INT PRIMARY KEY)", "INSERT INTO already_read VALUES (1), (2)",
            "CREATE TABLE not_yet_read (id INT PRIMARY KEY)", "INSERT INTO not_yet_read VALUES (1), (2)",
            "CREATE TABLE big (id INT PRIMARY KEY, s VARCHAR(200) NOT NULL)",
            "SET SESSION cte_max_recursion_depth=1000000",
            $"INSERT INTO big WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i+1 FROM n WHERE i < {Rows}) SELECT i, REPEAT('x', 200) FROM n");
        return database;
    }

    // Takes no more from the first batch of a table on until it is let go.
    private sealed class SlowConsumer
    {
        private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public SlowConsumer(int table) => Contents = new TableContents(3)
        {
            OnChanges = async changed =>
            {
                if (changed == table)
                {
                    _reached.TrySetResult();
                    await _released.Task;
                }
            },
        };

        public TableContents Contents { get; }

        public Task Reached => _reached.Task;

        public void Release() => _released.SetResult();
    }
}
