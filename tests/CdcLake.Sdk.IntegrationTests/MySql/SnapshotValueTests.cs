using CdcLake.IntegrationTests.Fixtures;
using CdcLake.MySql;

namespace CdcLake.IntegrationTests.MySql;

public sealed class SnapshotValueTests
{
    [ServerFact(TestServers.MySql)]
    public Task Values_of_snapshot_inserts_updates_and_deletes_equal_those_of_a_select() => CompareAsync(TestServers.MySql);

    [ServerTheory(TestServers.MariaDb, TestServers.MariaDbOld)]
    [InlineData(TestServers.MariaDb)]
    [InlineData(TestServers.MariaDbOld)]
    public Task Values_of_MariaDB_equal_those_of_a_select(string server) => CompareAsync(server);

    private static async Task CompareAsync(string server)
    {
        await using var database = await MySqlDatabase.CreateAsync(TestServers.Get(server), "snapvalues");
        var types = await ValueSamples.OfAsync(database.Connection);
        var tables = Enumerable.Range(0, types.Count).ToList();
        var names = tables.ConvertAll(i => $"{database.Name}.t{i}");
        await database.ExecuteAsync([.. tables.Select(i => $"CREATE TABLE t{i} (id INT PRIMARY KEY, v {types[i].Column})")]);
        var created = await SourceRun.PositionAsync(database.Connection);
        await database.ExecuteAsync([.. tables.Select(i => Insert(types, i))]);
        var inserted = await SourceRun.PositionAsync(database.Connection);
        await using var stream = await SourceRun.StartAsync(database.Options, "values-stream", names, created);
        await stream.ReachAsync(inserted);
        await CompareAsync(types, stream.Contents, database, "inserts");
        await using var snapshot = await SourceRun.StartAsync(database.Options, "values-snapshot", names);
        await snapshot.ReachAsync(inserted);
        Assert.True(snapshot.Contents.Epochs[0].IsCompleteResult);
        await CompareAsync(types, snapshot.Contents, database, "snapshot");

        // An image of a row that was there before has to equal that row, or the contents refuse to withdraw it.
        await database.ExecuteAsync([.. tables.Select(i => $"UPDATE t{i} SET id = id + 1000"), .. tables.Select(i => $"DELETE FROM t{i} WHERE id % 2 = 0")]);
        var changed = await SourceRun.PositionAsync(database.Connection);
        foreach (var run in new[] { stream, snapshot })
        {
            await run.ReachAsync(changed);
            await CompareAsync(types, run.Contents, database, "updates and deletes");
        }

        Assert.All(tables, i => Assert.Equal(stream.Contents.Rows(i), snapshot.Contents.Rows(i)));
    }

    [ServerFact(TestServers.MySql)]
    public async Task Generated_and_invisible_columns_and_keys_are_captured()
    {
        await using var database = await MySqlDatabase.CreateAsync(TestServers.Get(TestServers.MySql), "snaphidden");
        await database.ExecuteAsync(
            "SET SESSION sql_generate_invisible_primary_key = ON",
            "CREATE TABLE g (v INT, j JSON, hidden VARCHAR(9) INVISIBLE DEFAULT 'h', virt INT AS (v + 1) VIRTUAL, kept JSON AS (JSON_ARRAY(v, hidden)) STORED, KEY ((v * 2)), KEY ((CAST(j->'$.a' AS UNSIGNED ARRAY))))");
        var created = await SourceRun.PositionAsync(database.Connection);
        await database.ExecuteAsync(
            """INSERT INTO g (v, j) VALUES (1, '{"a": [1, 2]}'), (2, '{"a": [3]}'), (3, NULL)""",
            "UPDATE g SET v = v + 10 WHERE v < 3",
            "DELETE FROM g WHERE v = 12");
        var end = await SourceRun.PositionAsync(database.Connection);
        foreach (var from in new[] { null, created })
        {
            await using var run = await SourceRun.StartAsync(database.Options, "hidden", [$"{database.Name}.g"], from);
            await run.ReachAsync(end);
            Assert.Equal(["my_row_id", "v", "j", "hidden", "virt", "kept"], run.Captures[0].Schema.Fields.Select(f => f.Name));
            Assert.Equal(["1|11|{\"a\": [1, 2]}|h|12|[11, \"h\"]", "3|3|NULL|h|4|[3, \"h\"]"], run.Contents.Rows(0));
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
            "INSERT INTO n VALUES (1, '0000-00-00', '0000-00-00', '0000-00-00'), (2, '2026-00-00', '2026-01-00', NULL), (3, '2026-02-30', '2026-02-30 01:02:03.045', '2026-07-01 00:00:01')",
            "INSERT INTO m VALUES (1, '2026-02-30')");
        var end = await SourceRun.PositionAsync(database.Connection);
        var table = $"{database.Name}.n";
        foreach (var (policy, expected) in new[] { (InvalidDates.Null, "NULL|NULL|NULL"), (InvalidDates.Epoch, "1970-01-01|1970-01-01 00:00:00|1970-01-01 00:00:00"), (InvalidDates.Text, "0000-00-00|0000-00-00 00:00:00.000|0000-00-00 00:00:00") })
        {
            var settings = new MySqlSourceOptions { InvalidDates = policy };
            await using var snapshot = await SourceRun.StartAsync(database.Options, "zero-snapshot", [table], settings: settings);
            await snapshot.ReachAsync(end);
            await using var stream = await SourceRun.StartAsync(database.Options, "zero-stream", [table], created, settings: settings);
            await stream.ReachAsync(end);
            Assert.Equal($"1|{expected}", snapshot.Contents.Rows(0)[0].Replace(".000000", "", StringComparison.Ordinal));
            if (policy == InvalidDates.Text)
            {
                var select = await database.Connection.QueryAsync("SELECT CONCAT_WS('|', id, d, t, COALESCE(s, 'NULL')) FROM n ORDER BY id", default);
                Assert.Equal(select.Rows.Select(r => r[0]!), snapshot.Contents.Rows(0));
            }

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
    public async Task Snapshot_reads_large_values()
    {
        await using var database = await MySqlDatabase.CreateAsync(TestServers.Get(TestServers.MySql), "snaplarge");
        await database.ExecuteAsync(
            "CREATE TABLE t (id INT PRIMARY KEY, b LONGBLOB)",
            "INSERT INTO t VALUES (1, REPEAT('x', 20000000)), (2, 'y')");
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

    private static string Insert(IReadOnlyList<(string Column, string Print, string[] Values)> types, int table)
    {
        var values = types[table].Values.Length > 0 ? types[table].Values : ValueSamples.Floats;
        var rows = values.Select((v, n) => $"({n}, {v})");
        rows = types[table].Column.Contains("NOT NULL", StringComparison.Ordinal) ? rows : rows.Append($"({values.Length}, NULL)");
        return $"INSERT INTO t{table} VALUES {string.Join(", ", rows)}";
    }

    private static async Task CompareAsync(IReadOnlyList<(string Column, string Print, string[] Values)> types, TableContents contents, MySqlDatabase database, string what)
    {
        for (var i = 0; i < types.Count; i++)
        {
            if (types[i].Values.Length == 0)
            {
                continue;
            }

            var print = types[i].Print.Replace("{0}", "v", StringComparison.Ordinal);
            var select = await database.Connection.QueryAsync($"SELECT CONCAT(id, '|', COALESCE({print}, 'NULL')) FROM t{i}", default);
            var expected = select.Rows.Select(r => r[0]!).Order(StringComparer.Ordinal).ToList();
            var actual = contents.Rows(i);
            var difference = expected.Count == actual.Count ? expected.Zip(actual).FirstOrDefault(p => p.First != p.Second) : ("", $"{actual.Count} rows instead of {expected.Count}");
            Assert.True(difference == default, $"{types[i].Column}, {what}: the server has\n{difference.Item1}\ncaptured was\n{difference.Item2}");
        }
    }
}
