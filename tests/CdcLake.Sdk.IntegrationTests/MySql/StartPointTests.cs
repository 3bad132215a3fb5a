using System.Globalization;
using CdcLake.IntegrationTests.Fixtures;
using CdcLake.IntegrationTests.Pipelines;
using CdcLake.MySql;
using CdcLake.MySql.Gtids;
using CdcLake.MySql.Wire;

namespace CdcLake.IntegrationTests.MySql;

/// <summary>Places in the log of a real server at which a new pipeline begins: each is found exactly, and one that is not there is an error that says what to do.</summary>
public sealed class StartPointTests(PrivateMySqlServer server) : IClassFixture<PrivateMySqlServer>
{
    private sealed record Mark(string Gtids, string File, long Offset, DateTimeOffset Before);

    [ServerFact(TestServers.MySql)]
    public async Task Every_boundary_is_found_by_GTID_set_place_and_time()
    {
        await using var database = await MySqlDatabase.CreateAsync(server.ConnectionString, "boundaries");
        await database.ExecuteAsync("RESET BINARY LOGS AND GTIDS", "CREATE TABLE t (id INT AUTO_INCREMENT PRIMARY KEY, v VARCHAR(2000))", "CREATE TABLE m (id INT) ENGINE=MyISAM");
        string[] transactions =
        [
            "INSERT INTO t (v) VALUES ('a')", "UPDATE t SET v = REPEAT('b', 2000)", "CREATE TABLE u (id INT PRIMARY KEY)", "INSERT INTO m VALUES (1)", "FLUSH BINARY LOGS",
            "SET SESSION binlog_transaction_compression=ON", "INSERT INTO t (v) SELECT REPEAT('c', 2000) FROM information_schema.COLUMNS LIMIT 300", "DROP TABLE u",
            "SET SESSION binlog_format=STATEMENT", "INSERT INTO t (v) VALUES ('by statement')", "SET SESSION binlog_format=ROW", "FLUSH BINARY LOGS", "DELETE FROM t LIMIT 5",
            "SET SESSION gtid_next='AUTOMATIC:mark'", "DELETE FROM t LIMIT 5", "SET SESSION gtid_next=AUTOMATIC",
        ];
        var marks = new List<Mark>();
        foreach (var statement in transactions)
        {
            marks.Add(await MarkAsync(database.Connection));
            await database.ExecuteAsync(statement);
        }

        foreach (var mark in marks)
        {
            Assert.Equal(mark.Gtids, (await FindAsync(database, MySqlStart.AfterGtids(mark.Gtids))).Executed.ToString());
            Assert.Equal(mark.Gtids, (await FindAsync(database, MySqlStart.AtPosition(mark.File, mark.Offset))).Executed.ToString());
            Assert.Equal(mark.Gtids, (await FindAsync(database, MySqlStart.AtTime(mark.Before))).Executed.ToString());
        }

        var end = await MarkAsync(database.Connection);
        var latest = await FindAsync(database, MySqlStart.Latest);
        Assert.Equal((end.Gtids, end.Gtids), (latest.Executed.ToString(), latest.Since));
        Assert.Equal(end.Gtids, (await FindAsync(database, MySqlStart.AtTime(end.Before))).Executed.ToString());
        Assert.Equal("none", (await FindAsync(database, MySqlStart.Earliest)).ToString());
        Assert.Equal("none", (await FindAsync(database, MySqlStart.AtTime(DateTimeOffset.UnixEpoch))).ToString());

        // A closed file ends behind its last event, as SHOW BINARY LOGS counts, and every file begins at 4.
        var files = (await database.Connection.QueryAsync("SHOW BINARY LOGS", default)).Rows;
        var second = await FindAsync(database, MySqlStart.AtPosition(files[^1][0]!, 4));
        var size = long.Parse(files[^2][1]!, CultureInfo.InvariantCulture);
        Assert.Equal(second, await FindAsync(database, MySqlStart.AtPosition(files[^2][0]!, size)));
    }

    [ServerFact(TestServers.MySql)]
    public async Task Transaction_that_is_prepared_at_the_start_is_read_when_it_commits()
    {
        await using var database = await MySqlDatabase.CreateAsync(server.ConnectionString, "prepared");
        await database.ExecuteAsync("CREATE TABLE t (id INT PRIMARY KEY)", "FLUSH BINARY LOGS", "INSERT INTO t VALUES (1)");
        await using var other = await database.ConnectAsync();
        await other.RunAsync("XA START 'a'", "INSERT INTO t VALUES (2)", "XA END 'a'", "XA PREPARE 'a'");
        await database.ExecuteAsync("INSERT INTO t VALUES (3)");
        var mark = await MarkAsync(database.Connection);
        MySqlStart[] starts = [MySqlStart.Latest, MySqlStart.AtPosition(mark.File, mark.Offset), MySqlStart.AtTime(mark.Before)];
        var found = new List<MySqlPosition>();
        foreach (var start in starts)
        {
            found.Add(await FindAsync(database, start));
        }

        await other.RunAsync("XA COMMIT 'a'");
        await database.ExecuteAsync("INSERT INTO t VALUES (4)");
        var end = await SourceRun.PositionAsync(database.Connection);
        foreach (var from in found)
        {
            await using var run = await SourceRun.StartAsync(database.Options, "prepared", [$"{database.Name}.t"], from);
            await run.ReachAsync(end);
            Assert.Equal(["2", "4"], run.Contents.Rows(0));
        }
    }

    [ServerFact(TestServers.MySql)]
    public async Task Place_that_is_not_there_is_an_error_with_the_way_out()
    {
        await using var database = await MySqlDatabase.CreateAsync(server.ConnectionString, "noplace");
        await database.ExecuteAsync("CREATE TABLE t (id INT PRIMARY KEY)");
        var first = await MarkAsync(database.Connection);
        await database.ExecuteAsync("FLUSH BINARY LOGS", "INSERT INTO t VALUES (1)");
        var before = await MarkAsync(database.Connection);
        await database.ExecuteAsync("INSERT INTO t VALUES (2)");
        var after = await MarkAsync(database.Connection);
        var uuid = (await database.Connection.QueryAsync("SELECT @@server_uuid", default))[0, 0];

        await RefusesAsync(database, MySqlStart.AtPosition(before.File, before.Offset + 30), "is not the end of a transaction", $"goes from {before.Offset} to {after.Offset}", "start at one of these");
        await RefusesAsync(database, MySqlStart.AtPosition(before.File, 30), "is not the end of a transaction", "SHOW BINLOG EVENTS");
        await RefusesAsync(database, MySqlStart.AtPosition(before.File, 1L << 40), "lies in the future", $"has {after.Offset} bytes");
        await RefusesAsync(database, MySqlStart.AtPosition("binlog.999999", 4), "does not have", before.File);
        await RefusesAsync(database, MySqlStart.AfterGtids($"{uuid}:1-999999999"), "lies in the future", "999999999", "gtid_executed", "MySqlStart.Latest");
        await RefusesAsync(database, MySqlStart.AfterGtids("11111111-2222-3333-4444-555555555555:1"), "lies in the future", "11111111-2222-3333-4444-555555555555:1");
        await RefusesAsync(database, MySqlStart.AtTime(DateTimeOffset.UtcNow.AddHours(2)), "lies in the future", "whose clock says", "MySqlStart.Latest");

        await database.ExecuteAsync($"PURGE BINARY LOGS TO '{before.File}'");
        await RefusesAsync(database, MySqlStart.AtPosition(first.File, first.Offset), "has purged", $"from {before.File}", "MySqlStart.Earliest", "snapshot");
        await RefusesAsync(database, MySqlStart.AfterGtids($"{uuid}:7"), "has purged from its log", $"{uuid}:1-", "MySqlStart.Earliest", "snapshot");
        await RefusesAsync(database, MySqlStart.AtTime(DateTimeOffset.UnixEpoch), "lies before the log", "purged up to", "MySqlStart.Earliest");
        var purged = (await database.Connection.QueryAsync("SELECT @@GLOBAL.gtid_purged", default))[0, 0]!;
        Assert.Equal(GtidSet.Parse(purged), (await FindAsync(database, MySqlStart.Earliest)).Executed);
    }

    [ServerFact(TestServers.MySql)]
    public async Task Pipeline_that_begins_at_the_latest_holds_what_changed_since_whatever_it_is_configured_later()
    {
        using var folder = new TemporaryFolder();
        await using var database = await MySqlDatabase.CreateAsync(server.ConnectionString, "latest");
        await database.ExecuteAsync("CREATE TABLE t (id INT PRIMARY KEY, v INT)", "INSERT INTO t VALUES (1, 1), (2, 1), (3, 1), (4, 1), (5, 1)");
        var lake = IcebergCatalog.FileSystem(folder.Path);
        await RunAsync(database, lake, MySqlStart.Latest, "UPDATE t SET v = 2 WHERE id = 1", "DELETE FROM t WHERE id = 2", "INSERT INTO t VALUES (6, 1)", "UPDATE t SET id = 7 WHERE id = 3");
        Assert.Equal(["1=2", "6=1", "7=1"], await RowsAsync(lake));

        await database.ExecuteAsync("UPDATE t SET v = 3 WHERE id = 6");
        await RunAsync(database, lake, MySqlStart.Snapshot, "UPDATE t SET v = 9 WHERE id = 4", "UPDATE t SET v = 1 WHERE id = 4", "DELETE FROM t WHERE id IN (1, 5)");
        Assert.Equal(["4=1", "6=3", "7=1"], await RowsAsync(lake));
    }

    private static async Task RunAsync(MySqlDatabase database, IcebergCatalog lake, MySqlStart start, params string[] statements)
    {
        await using var pipeline = Pipeline
            .FromMySqlBinlog(new MySqlSource(database.ConnectionString, o => o.StartAt = start).Table($"{database.Name}.t"))
            .ToIceberg(lake.Table("demo.t"))
            .Build("latest", o => o.CommitInterval = TimeSpan.FromMilliseconds(10));
        using var stop = new CancellationTokenSource();
        var running = pipeline.RunAsync(stop.Token);
        var here = (await database.Connection.QueryAsync("SELECT @@GLOBAL.gtid_executed", default))[0, 0]!;
        await Task.WhenAny(running, pipeline.WaitForGtidAsync(here)).WaitAsync(TimeSpan.FromSeconds(60));
        await database.ExecuteAsync(statements);
        here = (await database.Connection.QueryAsync("SELECT @@GLOBAL.gtid_executed", default))[0, 0]!;
        await Task.WhenAny(running, pipeline.WaitForGtidAsync(here)).WaitAsync(TimeSpan.FromSeconds(60));
        await stop.CancelAsync();
        await running;
    }

    private static async Task<IReadOnlyList<string>> RowsAsync(IcebergCatalog lake)
    {
        var rows = new List<string>();
        await foreach (var row in lake.Table("demo.t").ReadAsync())
        {
            rows.Add($"{row["id"]}={row["v"]}");
        }

        return [.. rows.Order(StringComparer.Ordinal)];
    }

    private static async Task<Mark> MarkAsync(ServerSession session)
    {
        var status = await session.QueryAsync("SHOW BINARY LOG STATUS", default);
        var row = (await session.QueryAsync("SELECT @@GLOBAL.gtid_executed, UTC_TIMESTAMP(6)", default)).Rows[0];
        var time = DateTimeOffset.Parse(row[1]!, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
        return new Mark(GtidSet.Parse(row[0]!).ToString(), status[0, "File"]!, long.Parse(status[0, "Position"]!, CultureInfo.InvariantCulture), time);
    }

    private static async Task<MySqlPosition> FindAsync(MySqlDatabase database, MySqlStart start) =>
        (MySqlPosition)(await new MySqlBinlogSource(database.Options, "start", new MySqlSourceOptions { StartAt = start }, TimeProvider.System).FindStartAsync(default))!;

    private static async Task RefusesAsync(MySqlDatabase database, MySqlStart start, params string[] parts)
    {
        var error = await Assert.ThrowsAsync<BinlogUnavailableException>(() => FindAsync(database, start));
        Assert.False(error.IsTransient);
        Assert.Contains(database.Options.Endpoint, error.Message, StringComparison.Ordinal);
        Assert.All(parts, part => Assert.Contains(part, error.Message, StringComparison.Ordinal));
    }
}
