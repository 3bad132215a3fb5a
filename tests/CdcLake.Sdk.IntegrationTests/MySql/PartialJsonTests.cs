using CdcLake.IntegrationTests.Fixtures;
using CdcLake.IntegrationTests.Pipelines;

namespace CdcLake.IntegrationTests.MySql;

/// <summary>Updates of which the log holds only the changed parts of documents.</summary>
public sealed class PartialJsonTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private static readonly string[] Updates =
    [
        "UPDATE t SET a = JSON_SET(a, '$.x', 1)",
        "UPDATE t SET a = JSON_REPLACE(a, '$.arr[1]', JSON_OBJECT('k', 'vvv'), '$.arr[0]', 70000)",
        "UPDATE t SET a = JSON_REMOVE(a, '$.arr[0]'), v = 'w'",
        "UPDATE t SET v = 'only'",
        "UPDATE t SET b = JSON_SET(b, '$.\"quo ted\\\\\"x\"', 'ü', '$.arr[7]', 1.5, '$.arr[0]', CAST('2026-01-31' AS DATE))",
        "UPDATE t SET b = JSON_REMOVE(b, '$.\"quo ted\\\\\"x\"')",
        "UPDATE t SET a = NULL WHERE id = 2",
        "UPDATE t SET a = JSON_SET(a, '$.x', 2), b = JSON_SET(b, '$.new', JSON_ARRAY(1, JSON_OBJECT()))",
        "UPDATE t SET a = '{\"arr\": []}' WHERE id IN (2, 3)",
        "UPDATE t SET a = JSON_SET(a, '$.arr[0]', 'first'), id = id + 100",
        "UPDATE t SET a = JSON_SET(JSON_REMOVE(a, '$.x'), '$.y', CAST(1.50 AS DECIMAL(5,2)), '$.arr[0]', REPEAT('l', 70000))",
        "UPDATE t SET a = JSON_REMOVE(a, '$.arr[last]', '$.y'), b = JSON_SET(b, '$.arr', NULL)",
    ];

    [ServerFact(TestServers.MySql)]
    public async Task Partial_updates_give_the_rows_that_a_select_has()
    {
        await using var database = await MySqlDatabase.CreateAsync(TestServers.Get(TestServers.MySql), "partial");
        await database.ExecuteAsync(
            "CREATE TABLE t (id INT PRIMARY KEY, v VARCHAR(20), a JSON, n INT, b JSON, g INT AS (JSON_EXTRACT(a, '$.x')) VIRTUAL)",
            """INSERT INTO t (id, v, a, n, b) VALUES (1, 'v', '{"x": 0, "arr": [1, 2, 3], "long": "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"}', 1, '{"arr": [0], "fill": "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"}')""",
            """INSERT INTO t (id, v, a, n, b) VALUES (2, NULL, '[1, 2]', NULL, '{"arr": [0, {"k": [1]}]}'), (3, '', NULL, 3, NULL), (4, 'x', '{"arr": [[1], [2]], "x": {"y": {}}}', 4, '{"arr": 1}')""");
        await using var run = await SourceRun.StartAsync(database.Options, "partial", [$"{database.Name}.t"]);
        await run.WaitForFirstEpochAsync();
        foreach (var compression in new[] { "OFF", "ON" })
        {
            await database.ExecuteAsync("SET binlog_row_value_options = PARTIAL_JSON", $"SET binlog_transaction_compression = {compression}");
            foreach (var update in Updates)
            {
                await database.ExecuteAsync(update);
                await run.ReachAsync(await SourceRun.PositionAsync(database.Connection));
                var select = await database.Connection.QueryAsync(
                    "SELECT CONCAT(id, '|', COALESCE(v, 'NULL'), '|', COALESCE(CAST(a AS CHAR), 'NULL'), '|', COALESCE(n, 'NULL'), '|', COALESCE(CAST(b AS CHAR), 'NULL'), '|', COALESCE(g, 'NULL')) FROM t", default);
                Assert.Equal(select.Rows.Select(r => r[0]!).Order(StringComparer.Ordinal), run.Contents.Rows(0));
            }
        }
    }

    [ServerTheory(TestServers.MySql)]
    [InlineData("MINIMAL", "PRIMARY KEY")]
    [InlineData("NOBLOB", "PRIMARY KEY")]
    [InlineData("MINIMAL", "NOT NULL")]
    public async Task Partial_updates_without_the_former_document_are_exact(string image, string key)
    {
        await using var database = await MySqlDatabase.CreateAsync(TestServers.Get(TestServers.MySql), "partial_image");
        await database.ExecuteAsync(
            $"CREATE TABLE t (id INT {key}, v VARCHAR(20), a JSON, n INT, b JSON, g INT AS (JSON_EXTRACT(a, '$.x')) VIRTUAL)",
            """INSERT INTO t (id, v, a, n, b) VALUES (1, 'v', '{"x": 0, "arr": [1, 2, 3], "long": "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"}', 1, '{"arr": [0], "fill": "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"}')""",
            """INSERT INTO t (id, v, a, n, b) VALUES (2, NULL, '[1, 2]', NULL, '{"arr": [0, {"k": [1]}]}'), (3, '', NULL, 3, NULL), (4, 'x', '{"arr": [[1], [2]], "x": {"y": {}}}', 4, '{"arr": 1}')""",
            """INSERT INTO t (id, v, a, b) VALUES (5, 'n', '{"arr": [1.0, 1e300, -0.0, 18446744073709551615, "\\u0001\\"\\\\ü"], "x": null}', JSON_OBJECT('arr', JSON_ARRAY(CAST('12:30:00' AS TIME), CAST(1.10 AS DECIMAL(9,2)), CAST(b'101' AS BINARY)), 'é\n"', TRUE))""");
        var rows = Pipeline.FromMySqlBinlog(new MySqlSource(database.ConnectionString, o => o.CompletePartialRows = true).Table($"{database.Name}.t"));
        await using var followed = new FollowedViews([FollowedView.Of(rows, r => r.Get<int>("id"), "documents", _folder["checkpoints"])]);
        await followed.WaitForGtidAsync(await database.Connection.GtidExecutedAsync());
        foreach (var compression in new[] { "OFF", "ON" })
        {
            await database.ExecuteAsync($"SET binlog_row_image = {image}", "SET binlog_row_value_options = PARTIAL_JSON", $"SET binlog_transaction_compression = {compression}");
            foreach (var update in Updates)
            {
                await database.ExecuteAsync(update);
                await followed.WaitForGtidAsync(await database.Connection.GtidExecutedAsync());
                var select = await database.Connection.QueryAsync("SELECT * FROM t", default);
                Assert.Equal(SteppedReplica.NamedLines(select).Order(StringComparer.Ordinal), followed.Views[0].Lines());
            }
        }
    }
}
