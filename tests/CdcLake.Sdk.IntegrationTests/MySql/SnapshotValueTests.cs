using CdcLake.IntegrationTests.Fixtures;
using CdcLake.MySql;

namespace CdcLake.IntegrationTests.MySql;

public sealed class SnapshotValueTests
{
    // Column definition, the expression that prints the value as TableContents does, and values.
    private static readonly (string Column, string Print, string[] Values)[] Types =
    [
        ("TINYINT", "CAST({0} AS CHAR)", ["-128", "127", "0"]),
        ("TINYINT UNSIGNED", "CAST({0} AS CHAR)", ["0", "255"]),
        ("SMALLINT", "CAST({0} AS CHAR)", ["-32768", "32767"]),
        ("SMALLINT UNSIGNED", "CAST({0} AS CHAR)", ["65535"]),
        ("MEDIUMINT", "CAST({0} AS CHAR)", ["-8388608", "8388607"]),
        ("MEDIUMINT UNSIGNED", "CAST({0} AS CHAR)", ["16777215", "8388608"]),
        ("INT", "CAST({0} AS CHAR)", ["-2147483648", "2147483647"]),
        ("INT UNSIGNED", "CAST({0} AS CHAR)", ["4294967295"]),
        ("INT(5) ZEROFILL", "CAST({0}+0 AS CHAR)", ["7", "4294967295"]),
        ("BIGINT", "CAST({0} AS CHAR)", ["-9223372036854775808", "9223372036854775807"]),
        ("BIGINT UNSIGNED", "CAST({0} AS CHAR)", ["18446744073709551615", "9223372036854775808"]),
        ("DECIMAL(10,2)", "CAST({0} AS CHAR)", ["-99999999.99", "0.01", "-0.01", "12345678.90"]),
        ("DECIMAL(18,0)", "CAST({0} AS CHAR)", ["-999999999999999999", "999999999999999999"]),
        ("DECIMAL(18,18)", "CAST({0} AS CHAR)", ["0.999999999999999999", "-0.000000000000000001"]),
        ("DECIMAL(38,10)", "CAST({0} AS CHAR)", ["9999999999999999999999999999.9999999999", "-1.5"]),
        ("DECIMAL(65,30)", "CAST({0} AS CHAR)", ["-99999999999999999999999999999999999.999999999999999999999999999999", "0.5"]),
        ("FLOAT", "HEX(CAST({0} AS DOUBLE))", []),
        ("DATE", "CAST({0} AS CHAR)", ["'1000-01-01'", "'9999-12-31'", "'1969-12-31'", "'2024-02-29'"]),
        ("DATETIME", "DATE_FORMAT({0}, '%Y-%m-%d %H:%i:%s.%f')", ["'1000-01-01 00:00:00'", "'9999-12-31 23:59:59'"]),
        ("DATETIME(3)", "DATE_FORMAT({0}, '%Y-%m-%d %H:%i:%s.%f')", ["'1969-12-31 23:59:59.999'", "'2026-07-01 00:00:00'"]),
        ("DATETIME(6)", "DATE_FORMAT({0}, '%Y-%m-%d %H:%i:%s.%f')", ["'2026-01-02 03:04:05.000001'"]),
        ("TIMESTAMP NULL", "DATE_FORMAT({0}, '%Y-%m-%d %H:%i:%s.%f')", ["'1970-01-01 00:00:01'", "'2038-01-19 03:14:07'"]),
        ("TIMESTAMP(6) NULL", "DATE_FORMAT({0}, '%Y-%m-%d %H:%i:%s.%f')", ["'2026-03-29 02:30:00.123456'"]),
        ("TIME", "TIME_FORMAT(CAST({0} AS TIME(6)), '%H:%i:%s.%f')", ["'838:59:59'", "'-838:59:59'", "'00:00:00'"]),
        ("TIME(2)", "TIME_FORMAT(CAST({0} AS TIME(6)), '%H:%i:%s.%f')", ["'-00:00:00.01'", "'-100:00:00.99'"]),
        ("TIME(6)", "TIME_FORMAT(CAST({0} AS TIME(6)), '%H:%i:%s.%f')", ["'-12:34:56.789012'", "'00:00:00.000001'", "'-00:00:00.000001'"]),
        ("YEAR", "CAST({0}+0 AS CHAR)", ["1901", "2155", "0"]),
        ("CHAR(10)", "{0}", ["'a  '", "''", "'ß€𝄞'"]),
        ("CHAR(255)", "{0}", ["REPEAT('é', 255)"]),
        ("VARCHAR(10)", "{0}", ["'trail  '", "'𝄞'"]),
        ("VARCHAR(1000)", "{0}", ["REPEAT('ä', 1000)"]),
        ("VARCHAR(20) CHARACTER SET latin1", "{0}", ["'äöü€ÿ'", "X'818D8F909D'"]),
        ("VARCHAR(20) CHARACTER SET utf8mb3", "{0}", ["'zażółć'"]),
        ("VARCHAR(20) CHARACTER SET ascii", "{0}", ["'ascii'"]),
        ("TINYTEXT", "{0}", ["'tiny'"]),
        ("TEXT", "{0}", ["REPEAT('x', 65535)"]),
        ("MEDIUMTEXT", "{0}", ["REPEAT('y', 70000)"]),
        ("LONGTEXT CHARACTER SET latin1", "{0}", ["REPEAT('é', 70000)"]),
        ("BINARY(4)", "HEX({0})", ["X'0102'", "X'00000000'", "X'FF'"]),
        ("BINARY(255)", "HEX({0})", ["X'01'"]),
        ("VARBINARY(300)", "HEX({0})", ["X'0100'", "''"]),
        ("BLOB", "HEX({0})", ["X'00FF00'"]),
        ("LONGBLOB", "HEX({0})", ["REPEAT(X'FE', 100000)"]),
        ("ENUM('a','b','ü|''q')", "{0}", ["'a'", "'ü|''q'", "0"]),
        ("ENUM('ä','b') CHARACTER SET latin1", "{0}", ["'ä'"]),
        ("SET('x','y','z')", "{0}", ["'z,x'", "''"]),
        ("BIT(1)", "CAST({0}+0 AS CHAR)", ["b'1'", "b'0'"]),
        ("BIT(9)", "CAST({0}+0 AS CHAR)", ["b'100000001'"]),
        ("BIT(63)", "CAST({0}+0 AS CHAR)", ["0x7FFFFFFFFFFFFFFF"]),
        ("BIT(64)", "CAST({0}+0 AS CHAR)", ["0xFFFFFFFFFFFFFFFF", "0x8000000000000000"]),
    ];

    [ServerFact(TestServers.MySql)]
    public async Task Values_equal_those_of_the_log_and_of_a_select()
    {
        await using var database = await MySqlDatabase.CreateAsync(TestServers.Get(TestServers.MySql), "snapvalues");
        var names = new List<string>();
        var before = await SourceRun.PositionAsync(database.Connection);
        for (var i = 0; i < Types.Length; i++)
        {
            var (column, _, values) = Types[i];
            await database.ExecuteAsync($"CREATE TABLE t{i} (id INT PRIMARY KEY, v {column})");
            names.Add($"{database.Name}.t{i}");
        }

        var created = await SourceRun.PositionAsync(database.Connection);
        for (var i = 0; i < Types.Length; i++)
        {
            var values = Types[i].Values.Length > 0 ? Types[i].Values : ["16777217", "1.1", "-0.0", "3.4e38"];
            var rows = values.Select((v, n) => $"({n}, {v})").Append($"({values.Length}, NULL)");
            await database.ExecuteAsync($"INSERT INTO t{i} VALUES {string.Join(", ", rows)}");
        }

        var end = await SourceRun.PositionAsync(database.Connection);
        Assert.False(before.Covers(created));
        await using var snapshot = await SourceRun.StartAsync(database.Options, "values-snapshot", names);
        await snapshot.WaitForAsync(end);
        await using var stream = await SourceRun.StartAsync(database.Options, "values-stream", names, created);
        await stream.WaitForAsync(end);
        Assert.True(snapshot.Contents.Epochs[0].IsCompleteResult);
        for (var i = 0; i < Types.Length; i++)
        {
            Assert.Equal(stream.Contents.Rows(i), snapshot.Contents.Rows(i));
            if (Types[i].Values.Length > 0)
            {
                var select = await database.Connection.QueryAsync(
                    $"SELECT CONCAT(id, '|', COALESCE({string.Format(System.Globalization.CultureInfo.InvariantCulture, Types[i].Print, "v")}, 'NULL')) FROM t{i}", default);
                Assert.Equal(select.Rows.Select(r => r[0]!).Order(StringComparer.Ordinal), snapshot.Contents.Rows(i));
            }
        }
    }

    [ServerFact(TestServers.MySql)]
    public async Task Dates_no_calendar_has_become_what_the_policy_says_both_ways()
    {
        await using var database = await MySqlDatabase.CreateAsync(TestServers.Get(TestServers.MySql), "zerodates");
        await database.ExecuteAsync(
            "CREATE TABLE n (id INT PRIMARY KEY, d DATE, t DATETIME(3), s TIMESTAMP NULL)",
            "CREATE TABLE m (id INT PRIMARY KEY, d DATE NOT NULL)");
        var created = await SourceRun.PositionAsync(database.Connection);
        await database.ExecuteAsync(
            "SET SESSION sql_mode='ALLOW_INVALID_DATES'",
            "INSERT INTO n VALUES (1, '0000-00-00', '0000-00-00', '0000-00-00'), (2, '2026-00-00', '2026-01-00', NULL), (3, '2026-02-30', '2026-02-30 01:02:03', NULL)",
            "INSERT INTO m VALUES (1, '2026-02-30')");
        var end = await SourceRun.PositionAsync(database.Connection);
        var table = $"{database.Name}.n";
        foreach (var (policy, expected) in new[] { (InvalidDates.Null, "NULL|NULL|NULL"), (InvalidDates.Epoch, "1970-01-01|1970-01-01 00:00:00|1970-01-01 00:00:00") })
        {
            var settings = new MySqlSourceOptions { InvalidDates = policy };
            await using var snapshot = await SourceRun.StartAsync(database.Options, "zero-snapshot", [table], settings: settings);
            await snapshot.WaitForAsync(end);
            await using var stream = await SourceRun.StartAsync(database.Options, "zero-stream", [table], created, settings: settings);
            await stream.WaitForAsync(end);
            Assert.Equal($"1|{expected}", snapshot.Contents.Rows(0)[0].Replace(".000000", "", StringComparison.Ordinal));
            Assert.Equal(3, snapshot.Contents.Rows(0).Count);
            Assert.Equal(snapshot.Contents.Rows(0), stream.Contents.Rows(0));
        }

        foreach (var from in new[] { null, created })
        {
            var failing = await SourceRun.StartAsync(database.Options, "zero-error", [table], from);
            var error = await Assert.ThrowsAsync<UnsupportedTypeException>(() => failing.Completion);
            Assert.Contains($"Table {table}: column \"d\" (date) holds '0000-00-00'", error.Message, StringComparison.Ordinal);
            Assert.Contains("InvalidDates", error.Message, StringComparison.Ordinal);
            failing = await SourceRun.StartAsync(database.Options, "zero-notnull", [$"{database.Name}.m"], from, settings: new MySqlSourceOptions { InvalidDates = InvalidDates.Null });
            error = await Assert.ThrowsAsync<UnsupportedTypeException>(() => failing.Completion);
            Assert.Contains("(date NOT NULL) holds '2026-02-30'", error.Message, StringComparison.Ordinal);
        }
    }

    [ServerFact(TestServers.MySql)]
    public async Task Snapshot_reads_only_supported_columns_and_large_values()
    {
        await using var database = await MySqlDatabase.CreateAsync(TestServers.Get(TestServers.MySql), "snaplarge");
        await database.ExecuteAsync(
            "CREATE TABLE t (id INT PRIMARY KEY, j JSON, b LONGBLOB)",
            "INSERT INTO t VALUES (1, '{}', REPEAT('x', 20000000)), (2, '[1]', 'y')");
        await using var run = await SourceRun.StartAsync(database.Options, "large", [$"{database.Name}.t"]);
        await run.WaitForFirstEpochAsync();
        Assert.Equal(["1|" + string.Concat(Enumerable.Repeat("78", 20_000_000)), "2|79"], run.Contents.Rows(0));
    }

    [ServerFact(TestServers.MySql)]
    public async Task Empty_tables_give_an_empty_complete_epoch()
    {
        await using var database = await MySqlDatabase.CreateAsync(TestServers.Get(TestServers.MySql), "snapempty");
        await database.ExecuteAsync("CREATE TABLE t (id INT PRIMARY KEY)");
        await using var run = await SourceRun.StartAsync(database.Options, "empty", [$"{database.Name}.t"]);
        await run.WaitForFirstEpochAsync();
        Assert.True(run.Contents.Epochs[0].IsCompleteResult);
        Assert.Empty(run.Contents.Rows(0));
    }
}
