using CdcLake.Connectors;
using CdcLake.IntegrationTests.Fixtures;
using CdcLake.IntegrationTests.Pipelines;
using CdcLake.MySql;
using CdcLake.MySql.Gtids;

namespace CdcLake.IntegrationTests.MySql;

/// <summary>Log files, purged logs, lists of hosts and foreign positions of MariaDB.</summary>
public sealed class MariaDbServerTests(PrivateMariaDbServer server, MariaDbServerTests.SecondServer second) : IClassFixture<PrivateMariaDbServer>, IClassFixture<MariaDbServerTests.SecondServer>
{
    private static readonly string[] History =
    [
        "CREATE TABLE files.t (id INT PRIMARY KEY, v VARCHAR(2000) CHARACTER SET latin2, d DATETIME(3), z BLOB COMPRESSED)",
        "INSERT INTO files.t SELECT seq, REPEAT('ő', seq % 900), '2026-01-02 03:04:05.678', REPEAT('z', seq) FROM seq_1_to_2000",
        "SET GLOBAL log_bin_compress=ON", "SET GLOBAL log_bin_compress_min_len=10",
        "UPDATE files.t SET v = CONCAT('ä', id), z = NULL WHERE id % 3 = 0", "FLUSH BINARY LOGS", "SET GLOBAL log_bin_compress=OFF",
        "DELETE FROM files.t WHERE id % 7 = 0", "XA START 'f'", "INSERT INTO files.t VALUES (-1, 'xa', NULL, '')", "XA END 'f'", "XA PREPARE 'f'", "XA COMMIT 'f'",
        "CREATE SEQUENCE files.s", "DO NEXTVAL(files.s)", "FLUSH BINARY LOGS", "REPLACE INTO files.t VALUES (1, 'last', NULL, NULL)",
    ];

    [ServerFact(TestServers.MariaDb)]
    public async Task Files_are_replayed_like_the_log_of_the_server()
    {
        await using var session = await MySqlDatabase.ConnectAsync(server.ConnectionString);
        await session.RunAsync(["RESET MASTER", "DROP DATABASE IF EXISTS files", "CREATE DATABASE files", "USE files", .. History]);
        var files = (await session.LogFilesAsync()).Select(f => Path.Combine(server.DataFolder, f)).ToList();
        var source = new BinlogFileSource(files);
        var table = (await source.DescribeAsync(["files.t"], default))[0];
        var contents = new TableContents(1);
        await source.RunAsync(new SourceStart([TableCapture.Of(table, [0, 1, 2, 3])], null, [], EpochLimits.Default), contents, default);
        var rows = await session.QueryAsync("SELECT CONCAT_WS('|', id, COALESCE(v, 'NULL'), COALESCE(DATE_FORMAT(d, '%Y-%m-%d %H:%i:%s.%f'), 'NULL'), COALESCE(HEX(z), 'NULL')) FROM files.t", default);
        Assert.Equal(rows.Rows.Select(r => r[0]!).Order(StringComparer.Ordinal), contents.Rows(0));
        Assert.Equal(await session.GtidExecutedAsync(), ((MySqlPosition)contents.Position!).Executed.ToString());
    }

    [ServerFact(TestServers.MariaDb)]
    public async Task Encrypted_files_are_refused_by_name_and_their_server_is_read()
    {
        var keys = Path.Combine(server.DataFolder, "..", "run", "keys.txt");
        await File.WriteAllTextAsync(keys, "1;770A8A65DA156D24EE2A093277530142\n");
        await server.RestartAsync($"--plugin-load-add=file_key_management --file-key-management-filename={keys} --encrypt-binlog=ON");
        await using (var database = await MySqlDatabase.CreateAsync(server.ConnectionString, "macrypt"))
        {
            await database.ExecuteAsync("RESET MASTER", "CREATE TABLE t (id INT PRIMARY KEY)", "INSERT INTO t VALUES (1)");
            await using var run = await SourceRun.StartAsync(database.Options, "macrypt", [$"{database.Name}.t"]);
            await run.WaitForFirstEpochAsync();
            await database.ExecuteAsync("INSERT INTO t VALUES (2)");
            await run.ReachAsync(await SourceRun.PositionAsync(database.Connection));
            Assert.Equal(["1", "2"], run.Contents.Rows(0));
            var file = (await database.Connection.LogFilesAsync())[0];
            var error = await Assert.ThrowsAnyAsync<CdcLakeException>(() => new BinlogFileSource([Path.Combine(server.DataFolder, file)]).DescribeAsync([$"{database.Name}.t"], default));
            Assert.Contains($"{file} at ", error.Message, StringComparison.Ordinal);
            Assert.Contains("the file is encrypted (encrypt_binlog), and only the server has its keys", error.Message, StringComparison.Ordinal);
            Assert.Contains("mariadb-binlog --raw --read-from-remote-server", error.Message, StringComparison.Ordinal);
            await database.ExecuteAsync("FLUSH BINARY LOGS");
        }

        await server.RestartAsync();
    }

    [ServerFact(TestServers.MariaDb)]
    public async Task Purged_log_is_an_error_in_the_words_of_MariaDB_and_the_server_says_how_long_it_keeps_files()
    {
        await using var database = await MySqlDatabase.CreateAsync(server.ConnectionString, "mapurged");
        await database.ExecuteAsync("CREATE TABLE t (id INT PRIMARY KEY)", "SET GLOBAL expire_logs_days=3", "SET GLOBAL slave_connections_needed_for_purge=0");
        var from = await SourceRun.PositionAsync(database.Connection);
        await database.ExecuteAsync("INSERT INTO t VALUES (1)", "FLUSH BINARY LOGS", "INSERT INTO t VALUES (2)");
        await using var source = new MySqlBinlogSource(database.Options, "mapurged", new MySqlSourceOptions(), TimeProvider.System);
        Assert.True(await source.ReachesBackAsync(from, default));
        var files = await database.Connection.LogFilesAsync();
        for (var newest = files[^1]; files[0] != newest; files = await database.Connection.LogFilesAsync())
        {
            await database.ExecuteAsync($"PURGE BINARY LOGS TO '{newest}'"); // keeps what its engines have not written down yet
        }

        await database.ExecuteAsync("SET GLOBAL expire_logs_days=0", "SET GLOBAL slave_connections_needed_for_purge=1");
        Assert.False(await source.ReachesBackAsync(from, default));
        var run = await SourceRun.StartAsync(database.Options, "mapurged", [$"{database.Name}.t"], from);
        var error = await Assert.ThrowsAsync<BinlogUnavailableException>(() => run.Completion.WaitAsync(TimeSpan.FromSeconds(30)));
        Assert.True(error.IsPurged);
        Assert.Contains("has purged log files that are needed to go on; these transactions are gone: ", error.Message, StringComparison.Ordinal);
        Assert.Contains("To keep logs longer: Run: SET GLOBAL expire_logs_days=7; and put", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("SET PERSIST", error.Message, StringComparison.Ordinal);
    }

    [ServerFact(TestServers.MariaDb)]
    public async Task Host_that_cannot_be_captured_is_passed_over_for_one_that_can()
    {
        await using var hosts = await Hosts.CreateAsync(server.ConnectionString, second.ConnectionString);
        await hosts.First.ExecuteAsync("SET GLOBAL binlog_row_image=MINIMAL", default);
        try
        {
            await hosts.Second.ExecuteAsync("INSERT INTO hosts.t VALUES (7)", default);
            await using (var run = await SourceRun.StartAsync(hosts.Options, "mahosts", ["hosts.t"]))
            {
                await hosts.Second.ExecuteAsync("INSERT INTO hosts.t VALUES (8)", default);
                await run.ReachAsync(await SourceRun.PositionAsync(hosts.Second));
                Assert.Equal(["7", "8"], run.Contents.Rows(0));
            }

            await hosts.Second.ExecuteAsync("SET GLOBAL binlog_format=STATEMENT", default);
            var error = await Assert.ThrowsAsync<BinlogUnavailableException>(() => SourceRun.StartAsync(hosts.Options, "mahosts", ["hosts.t"]));
            Assert.Contains("127.0.0.2", error.Message, StringComparison.Ordinal);
            Assert.Contains("SET GLOBAL binlog_row_image=FULL; and put", error.Message, StringComparison.Ordinal);
            Assert.Contains("127.0.0.3", error.Message, StringComparison.Ordinal);
            Assert.Contains("SET GLOBAL binlog_format=ROW; and put", error.Message, StringComparison.Ordinal);
        }
        finally
        {
            await hosts.First.ExecuteAsync("SET GLOBAL binlog_row_image=FULL", default);
        }
    }

    [ServerTheory(TestServers.MySql, TestServers.MariaDb)]
    [InlineData(TestServers.MariaDb, "3e11fa47-71ca-11e1-9e33-c80aa9429562:1-5", "names transactions of MySQL", "is MariaDB, whose log has other names for them")]
    [InlineData(TestServers.MySql, "0-1-5", "names transactions of MariaDB", "is MySQL, whose log has other names for them")]
    public async Task Stored_position_of_the_other_kind_of_server_is_refused_by_name(string at, string position, string names, string other)
    {
        await using var database = await MySqlDatabase.CreateAsync(TestServers.Get(at), "otherkind");
        await database.ExecuteAsync("CREATE TABLE t (id INT PRIMARY KEY)");
        var stored = MySqlPosition.Parse(new Dictionary<string, string> { [MySqlPosition.GtidProperty] = position });
        var run = await SourceRun.StartAsync(database.Options, "otherkind", [$"{database.Name}.t"], stored);
        var error = await Assert.ThrowsAsync<BinlogUnavailableException>(() => run.Completion.WaitAsync(TimeSpan.FromSeconds(30)));
        Assert.Contains(names, error.Message, StringComparison.Ordinal);
        Assert.Contains(other, error.Message, StringComparison.Ordinal);
        Assert.Contains("Connect to the server that was captured, or start with an empty target and without checkpoint", error.Message, StringComparison.Ordinal);
    }

    [ServerTheory(TestServers.MariaDb, TestServers.MariaDbOld)]
    [InlineData(TestServers.MariaDb)]
    [InlineData(TestServers.MariaDbOld)]
    public async Task Invisible_columns_and_dates_of_no_calendar_are_captured_both_ways_beside_computed_ones(string at)
    {
        await using var database = await MySqlDatabase.CreateAsync(TestServers.Get(at), "mahidden");
        await database.ExecuteAsync("CREATE TABLE t (twice INT AS (id * 2) VIRTUAL, id INT PRIMARY KEY, hidden VARCHAR(9) INVISIBLE DEFAULT 'h', kept VARCHAR(20) AS (CONCAT(hidden, '!')) PERSISTENT, d DATE, t DATETIME(3))");
        var created = await SourceRun.PositionAsync(database.Connection);
        await database.ExecuteAsync(
            "SET SESSION sql_mode='ALLOW_INVALID_DATES'",
            "INSERT INTO t (id, d, t) VALUES (1, '0000-00-00', '0000-00-00'), (2, '2026-02-30', '2026-00-00'), (3, NULL, '2026-01-02 03:04:05.678'), (4, '2026-01-01', NULL)",
            "UPDATE t SET hidden = 'seen' WHERE id = 3", "DELETE FROM t WHERE id = 4", "UPDATE t SET id = 5, hidden = NULL WHERE id = 2");
        var end = await SourceRun.PositionAsync(database.Connection);
        var isLogged = at == TestServers.MariaDbOld; // computed columns
        var settings = new MySqlSourceOptions { InvalidDates = InvalidDates.Text };
        foreach (var from in new[] { null, created })
        {
            await using var run = await SourceRun.StartAsync(database.Options, "mahidden", [$"{database.Name}.t"], from, settings: settings);
            await run.ReachAsync(end);
            Assert.Equal(isLogged ? ["twice", "id", "hidden", "kept", "d", "t"] : ["id", "hidden", "d", "t"], run.Captures[0].Schema.Fields.Select(f => f.Name));
            Assert.Equal(
                isLogged ? ["10|5|NULL|NULL|2026-02-30|2026-00-00 00:00:00.000", "2|1|h|h!|0000-00-00|0000-00-00 00:00:00.000", "6|3|seen|seen!|NULL|2026-01-02 03:04:05.678"]
                    : ["1|h|0000-00-00|0000-00-00 00:00:00.000", "3|seen|NULL|2026-01-02 03:04:05.678", "5|NULL|2026-02-30|2026-00-00 00:00:00.000"],
                run.Contents.Rows(0));
            var strict = await SourceRun.StartAsync(database.Options, "mahidden-strict", [$"{database.Name}.t"], from);
            var error = await Assert.ThrowsAsync<UnsupportedTypeException>(() => strict.Completion.WaitAsync(TimeSpan.FromSeconds(30)));
            Assert.Contains("holds '0000-00-00'", error.Message, StringComparison.Ordinal);
        }
    }

    /// <summary>Another server of its own.</summary>
    public sealed class SecondServer() : PrivateMySqlServer("", "mariadb");
}
