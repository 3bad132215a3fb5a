using CdcLake.IntegrationTests.Fixtures;
using CdcLake.MySql.Wire;

namespace CdcLake.IntegrationTests.MySql;

/// <summary>What a server's administrator set for all sessions (row limits, no autocommit, other quoting, short times) changes nothing of what is captured.</summary>
public sealed class UnusualDefaultsTests(PrivateMySqlServer mysql, PrivateMariaDbServer mariaDb) : IClassFixture<PrivateMySqlServer>, IClassFixture<PrivateMariaDbServer>
{
    private const int Rows = 3_000;

    private static readonly string[] OfBoth =
    [
        "sql_select_limit=3", "sql_big_selects=0", "max_join_size=2", "autocommit=0", "completion_type=2", "time_zone='+09:30'", "group_concat_max_len=8", "sql_auto_is_null=1",
        "lock_wait_timeout=1", "innodb_lock_wait_timeout=1", "wait_timeout=2", "net_write_timeout=2", "net_read_timeout=2", "sql_quote_show_create=OFF", "div_precision_increment=0", "big_tables=1",
        "sql_mode='ANSI,PAD_CHAR_TO_FULL_LENGTH,NO_BACKSLASH_ESCAPES,STRICT_ALL_TABLES,HIGH_NOT_PRECEDENCE'", "lc_time_names='de_DE'", "character_set_server=latin1",
        "collation_connection=latin1_german2_ci", "character_set_results=latin1",
    ];

    private static readonly string[] OfMySql =
    [
        "transaction_isolation='READ-UNCOMMITTED'", "max_execution_time=1", "show_create_table_verbosity=1", "show_gipk_in_create_table_and_information_schema=OFF", "information_schema_stats_expiry=86400",
        "session_track_gtids=ALL_GTIDS", "session_track_system_variables='*'", "session_track_state_change=ON", "explicit_defaults_for_timestamp=OFF", "sql_generate_invisible_primary_key=ON",
        "binlog_rows_query_log_events=ON",
    ];

    private static readonly string[] OfMariaDb =
    [
        "tx_isolation='READ-UNCOMMITTED'", "max_statement_time=0.001", "idle_transaction_timeout=1", "idle_readonly_transaction_timeout=1", "binlog_annotate_row_events=ON",
    ];

    [ServerTheory(TestServers.MySql, TestServers.MariaDb)]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Snapshot_log_and_comparison_are_exact(bool isMariaDb)
    {
        var server = isMariaDb ? mariaDb : mysql;
        await using var database = await MySqlDatabase.CreateAsync(server.ConnectionString, "unusual");
        await database.ExecuteAsync(
            "CREATE TABLE t (id INT NOT NULL, code CHAR(12) NOT NULL, at TIMESTAMP NULL, said VARCHAR(40) NOT NULL, price DECIMAL(10,3), PRIMARY KEY (id, code))",
            isMariaDb ? "SET SESSION max_recursive_iterations=100000" : "SET SESSION cte_max_recursion_depth=100000",
            $"INSERT INTO t WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i+1 FROM n WHERE i < {Rows}) "
            + "SELECT i, CONCAT('c', i), TIMESTAMP'2026-01-01 00:00:00' + INTERVAL i SECOND, CONCAT('he said \"no\\\\', CHAR(39), 'ä€'), i / 7 FROM n");
        await using (var administrator = await database.ConnectAsync())
        {
            foreach (var setting in (string[])[.. isMariaDb ? OfMariaDb : OfMySql, .. OfBoth])
            {
                await administrator.ExecuteAsync("SET GLOBAL " + setting, default);
            }
        }

        using var folder = new TemporaryFolder();
        var lake = IcebergCatalog.FileSystem(folder["lake"]);
        await using var pipeline = Pipeline
            .FromMySqlBinlog(new MySqlSource(database.ConnectionString).Database(database.Name))
            .ToIceberg(lake.Namespace("raw"))
            .Build("unusual", o =>
            {
                o.CheckpointFolder = folder["checkpoints"];
                o.CommitInterval = TimeSpan.FromMilliseconds(50);
            });
        using var stop = new CancellationTokenSource();
        var running = pipeline.RunAsync(stop.Token);
        await CheckAsync(Rows);

        await using (var writer = await database.ConnectAsync())
        {
            await writer.ExecuteAsync("ALTER TABLE t ADD COLUMN more VARCHAR(10)", default);
            await writer.ExecuteAsync("UPDATE t SET said = 'now \\\\ and \"then\"', more = 'm' WHERE id % 10 = 1", default);
            await writer.ExecuteAsync("DELETE FROM t WHERE id % 10 = 2", default);
            await writer.ExecuteAsync("CREATE TABLE u (a INT PRIMARY KEY, b CHAR(5))", default);
            await writer.ExecuteAsync("INSERT INTO u SELECT id, LEFT(code, 3) FROM t WHERE id <= 100", default);
        }

        await CheckAsync(Rows - (Rows / 10));
        await stop.CancelAsync();
        await running;

        async Task CheckAsync(int rows)
        {
            var reached = pipeline.WaitForLatestAsync();
            await await Task.WhenAny(reached, running);
            Assert.True(reached.IsCompletedSuccessfully, "the pipeline ended");
            var report = await pipeline.VerifyAsync();
            Assert.True(report.IsEqual, string.Join('\n', report.Sinks.SelectMany(s => s.Differences)));
            Assert.Contains($"iceberg(raw.t): {rows}", report.Sinks.Select(s => $"{s.Name}: {s.Rows}"));
        }
    }
}
