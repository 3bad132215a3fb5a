using System.Globalization;
using CdcLake.IntegrationTests.Fixtures;
using CdcLake.IntegrationTests.Pipelines;

namespace CdcLake.IntegrationTests.MySql;

/// <summary>Log that is about to be purged, and log that was: the status says so before, and afterwards the same target gets a new snapshot where that is wanted.</summary>
public sealed class RetentionTests(PrivateMySqlServer server, PrivateMariaDbServer mariaDb) : IClassFixture<PrivateMySqlServer>, IClassFixture<PrivateMariaDbServer>, IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly TemporaryFolder _folder = new();

    private IcebergCatalog Lake => IcebergCatalog.FileSystem(_folder["warehouse"]);

    public void Dispose() => _folder.Dispose();

    [ServerTheory(TestServers.MySql, TestServers.MariaDb)]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Status_says_which_file_is_needed_how_long_it_is_kept_and_warns_before_it_goes(bool isMariaDb)
    {
        await using var database = await NewDatabaseAsync("kept", isMariaDb);
        await database.ExecuteAsync("SET GLOBAL binlog_expire_logs_seconds=2592000", "FLUSH BINARY LOGS");
        await using var pipeline = Replica(database, o => (o.RetentionInterval, o.RetentionWarning) = (TimeSpan.FromMilliseconds(20), TimeSpan.FromSeconds(200)), TimeSpan.FromHours(1));
        using var stop = new CancellationTokenSource();
        var running = pipeline.RunAsync(stop.Token);
        var active = await UntilAsync(pipeline, running, r => r.File is not null);
        Assert.Equal(await NewestFileAsync(database), active.File);
        Assert.Equal((TimeSpan.FromDays(30), null, null, false), (active.Kept, active.PurgedAt, active.Left, active.IsExpiring));

        // The target stays where it is: what comes now is not committed for an hour.
        await database.ExecuteAsync("INSERT INTO t VALUES (10, 1)", "FLUSH BINARY LOGS", "INSERT INTO t VALUES (11, 1)", "FLUSH BINARY LOGS", "INSERT INTO t VALUES (12, 1)");
        var behind = await UntilAsync(pipeline, running, r => r.PurgedAt is not null);
        Assert.Equal(active.File, behind.File);
        Assert.InRange(behind.PurgedAt!.Value, DateTimeOffset.UtcNow.AddDays(30).AddMinutes(-2), DateTimeOffset.UtcNow.AddDays(30));
        Assert.False(behind.IsExpiring);
        Assert.True(behind.Bytes > active.Bytes);

        await database.ExecuteAsync("SET GLOBAL binlog_expire_logs_seconds=150");
        var expiring = await UntilAsync(pipeline, running, r => r.IsExpiring);
        Assert.Equal(TimeSpan.FromSeconds(150), expiring.Kept);
        Assert.InRange(expiring.Left!.Value, TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(150));
        Assert.False(expiring.IsPurged);
        await database.ExecuteAsync(isMariaDb ? "SET GLOBAL binlog_expire_logs_seconds=0" : "SET GLOBAL binlog_expire_logs_auto_purge=OFF");
        Assert.Null((await UntilAsync(pipeline, running, r => r.Kept is null)).PurgedAt);
        await database.ExecuteAsync([.. isMariaDb ? Array.Empty<string>() : ["SET GLOBAL binlog_expire_logs_auto_purge=ON"], "SET GLOBAL binlog_expire_logs_seconds=2592000"]);
        await stop.CancelAsync();
        await running;
    }

    [ServerFact(TestServers.MySql, TestServers.MariaDb)]
    public async Task Status_warns_before_a_log_that_is_kept_by_its_size_goes()
    {
        await using var database = await NewDatabaseAsync("kept_bytes", isMariaDb: true);
        await database.ExecuteAsync("SET GLOBAL binlog_expire_logs_seconds=0", "FLUSH BINARY LOGS");
        await using var pipeline = Replica(database, o => o.RetentionInterval = TimeSpan.FromMilliseconds(20), TimeSpan.FromHours(1));
        using var stop = new CancellationTokenSource();
        var running = pipeline.RunAsync(stop.Token);
        var unlimited = await UntilAsync(pipeline, running, r => r.File is not null);
        Assert.Equal((null, null, false), (unlimited.MaxBytes, unlimited.Kept, unlimited.IsExpiring));

        await database.ExecuteAsync("SET GLOBAL max_binlog_total_size=1000000000");
        Assert.False((await UntilAsync(pipeline, running, r => r.MaxBytes is not null)).IsExpiring);
        await database.ExecuteAsync("CREATE TABLE filler (v LONGBLOB)", "INSERT INTO filler VALUES (REPEAT('x', 2000000))", "FLUSH BINARY LOGS", "SET GLOBAL max_binlog_total_size=2500000");
        var expiring = await UntilAsync(pipeline, running, r => r.IsExpiring);
        Assert.Equal((2_500_000L, unlimited.File, null, false), (expiring.MaxBytes, expiring.File, expiring.PurgedAt, expiring.IsPurged));
        await database.ExecuteAsync("SET GLOBAL max_binlog_total_size=0");
        await stop.CancelAsync();
        await running;
    }

    [ServerFact(TestServers.MySql, TestServers.MariaDb)]
    public async Task Purged_log_of_MariaDb_is_an_error_or_a_new_snapshot()
    {
        await using var database = await NewDatabaseAsync("purged_status", isMariaDb: true);
        await RunToEndAsync(database, withState: false, again: true);
        await database.ExecuteAsync("INSERT INTO t VALUES (40, 4)", "FLUSH BINARY LOGS", "INSERT INTO t VALUES (41, 4)");
        await PurgeAsync(database);
        var error = await Assert.ThrowsAsync<BinlogUnavailableException>(() => RunToEndAsync(database, withState: false, again: false));
        Assert.Contains("MySqlSourceOptions.ResnapshotWhenPurged = true", error.Message, StringComparison.Ordinal);
        await RunToEndAsync(database, withState: false, again: true);
        Assert.Equal(await ExpectedAsync(database, withState: false), await RowsAsync());
    }

    [ServerTheory(TestServers.MySql)]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Purged_log_is_an_error_or_a_new_snapshot_in_one_commit(bool withState)
    {
        await using var database = await NewDatabaseAsync($"purged{withState}".ToLowerInvariant());
        await RunToEndAsync(database, withState, again: false);
        Assert.Equal(await ExpectedAsync(database, withState), await RowsAsync());
        var before = Snapshots();

        await database.ExecuteAsync("UPDATE t SET v = v + 1 WHERE id < 3", "DELETE FROM t WHERE id = 3", "FLUSH BINARY LOGS", "INSERT INTO t VALUES (20, 2)");
        await database.ExecuteAsync($"PURGE BINARY LOGS TO '{await NewestFileAsync(database)}'");
        var error = await Assert.ThrowsAsync<BinlogUnavailableException>(() => RunToEndAsync(database, withState, again: false));
        Assert.Contains("has purged log files", error.Message, StringComparison.Ordinal);
        Assert.Contains("MySqlSourceOptions.ResnapshotWhenPurged = true", error.Message, StringComparison.Ordinal);
        Assert.Equal(before, Snapshots());

        await RunToEndAsync(database, withState, again: true);
        Assert.Equal(await ExpectedAsync(database, withState), await RowsAsync());
        var after = Snapshots();
        Assert.Equal(before, after.Take(before.Count));
        Assert.Equal(1, after.Count - before.Count);
        await database.ExecuteAsync("INSERT INTO t VALUES (21, 1)");
        await RunToEndAsync(database, withState, again: true);
        Assert.Equal(await ExpectedAsync(database, withState), await RowsAsync());
    }

    [ServerFact(TestServers.MySql)]
    public async Task Log_purged_during_an_outage_is_replaced_by_a_snapshot_while_the_pipeline_runs()
    {
        await using var database = await NewDatabaseAsync("outage");
        await using var pipeline = Replica(database, o => (o.ResnapshotWhenPurged, o.FirstRetryDelay, o.MaxRetryDelay) = (true, TimeSpan.FromMilliseconds(1), TimeSpan.FromMilliseconds(50)), TimeSpan.Zero);
        using var stop = new CancellationTokenSource();
        var running = pipeline.RunAsync(stop.Token);
        await WaitAsync(pipeline, running, database);

        // All connections that the account may have are taken; then the log goes on without the pipeline.
        await using (await MySqlDatabase.ConnectAsync(database.ConnectionString))
        {
            await database.ExecuteAsync($"ALTER USER {database.QuotedAccount} WITH MAX_USER_CONNECTIONS 1");
            await database.KillStreamsAsync();
            await database.ExecuteAsync("UPDATE t SET v = 7 WHERE id = 1", "DELETE FROM t WHERE id = 2", "FLUSH BINARY LOGS");
            await PurgeAsync(database);
            await database.ExecuteAsync($"ALTER USER {database.QuotedAccount} WITH MAX_USER_CONNECTIONS 0");
        }

        await WaitAsync(pipeline, running, database);
        await stop.CancelAsync();
        await running;
        Assert.Equal(await ExpectedAsync(database, withState: false), await RowsAsync());
    }

    private static async Task PurgeAsync(MySqlDatabase database)
    {
        var newest = await NewestFileAsync(database);
        do
        {
            await database.ExecuteAsync($"PURGE BINARY LOGS TO '{newest}'"); // a file is in use until the stream that read it has ended
        }
        while ((await database.Connection.QueryAsync("SHOW BINARY LOGS", default)).Count > 1);
    }

    private async Task<MySqlDatabase> NewDatabaseAsync(string prefix, bool isMariaDb = false)
    {
        var database = await MySqlDatabase.CreateAsync(isMariaDb ? mariaDb.ConnectionString : server.ConnectionString, prefix);
        await database.ExecuteAsync("CREATE TABLE t (id INT PRIMARY KEY, v INT NOT NULL)", "INSERT INTO t VALUES (1, 1), (2, 1), (3, 2)");
        return database;
    }

    private Pipeline Replica(MySqlDatabase database, Action<MySqlSourceOptions> configure, TimeSpan commitInterval) => Pipeline
        .FromMySqlBinlog(new MySqlSource(database.ConnectionString, configure).Table<Item>($"{database.Name}.t"))
        .ToIceberg(Lake.Table("demo.t"), r => r.Id)
        .Build("retention", o => (o.CheckpointFolder, o.CommitInterval) = (_folder["checkpoints"], commitInterval));

    private Pipeline Sums(MySqlDatabase database, Action<MySqlSourceOptions> configure) => Pipeline
        .FromMySqlBinlog(new MySqlSource(database.ConnectionString, configure).Table<Item>($"{database.Name}.t"))
        .Aggregate(r => r.V, g => new Item((int)g.Count(), g.Key))
        .ToIceberg(Lake.Table("demo.t"), r => r.V)
        .Build("retention", o => (o.CheckpointFolder, o.CommitInterval) = (_folder["checkpoints"], TimeSpan.Zero));

    private async Task RunToEndAsync(MySqlDatabase database, bool withState, bool again)
    {
        void Configure(MySqlSourceOptions options) => options.ResnapshotWhenPurged = again;
        await using var pipeline = withState ? Sums(database, Configure) : Replica(database, Configure, TimeSpan.Zero);
        using var stop = new CancellationTokenSource();
        var running = pipeline.RunAsync(stop.Token);
        await WaitAsync(pipeline, running, database);
        await stop.CancelAsync();
        await running;
    }

    private static async Task WaitAsync(Pipeline pipeline, Task running, MySqlDatabase database)
    {
        var reached = pipeline.WaitForGtidAsync(await database.Connection.GtidExecutedAsync());
        if (await Task.WhenAny(running, reached).WaitAsync(Patience) == running)
        {
            await running;
        }
    }

    // The status has no signal of its own: it is looked at again and again.
    private static async Task<LogRetentionStatus> UntilAsync(Pipeline pipeline, Task running, Func<LogRetentionStatus, bool> condition)
    {
        for (var i = 0; i < 3000 && !running.IsCompleted; i++)
        {
            if (pipeline.Status.Source.Retention is { } retention && condition(retention))
            {
                Assert.Null(retention.Error);
                return retention;
            }

            await Task.Delay(20); // see above
        }

        Assert.Fail($"{pipeline.Status.State} {pipeline.Status.LastError?.Message} {pipeline.Status.Source.Retention}");
        return new LogRetentionStatus();
    }

    private static async Task<string> NewestFileAsync(MySqlDatabase database) => (await database.Connection.QueryAsync("SHOW BINARY LOGS", default)).Rows[^1][0]!;

    private static async Task<IReadOnlyList<string>> ExpectedAsync(MySqlDatabase database, bool withState)
    {
        var rows = await database.Connection.QueryAsync(withState ? "SELECT COUNT(*), v FROM t GROUP BY v" : "SELECT id, v FROM t", default);
        return [.. rows.Rows.Select(r => $"{r[0]}={r[1]}").Order(StringComparer.Ordinal)];
    }

    private async Task<IReadOnlyList<string>> RowsAsync()
    {
        var rows = new List<string>();
        await foreach (var row in Lake.Table("demo.t").Scan<Item>().ReadAsync())
        {
            rows.Add(string.Create(CultureInfo.InvariantCulture, $"{row.Id}={row.V}"));
        }

        return [.. rows.Order(StringComparer.Ordinal)];
    }

    private IReadOnlyList<LakeSnapshot> Snapshots() => new LakeTable(Path.Combine(_folder["warehouse"], "demo", "t")).Snapshots();

    private sealed record Item(int Id, int V);
}
