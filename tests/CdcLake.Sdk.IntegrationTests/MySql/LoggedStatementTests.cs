using CdcLake.IntegrationTests.Fixtures;
using CdcLake.MySql.Wire;

namespace CdcLake.IntegrationTests.MySql;

/// <summary>Statements that a server logs as text: each acts on a captured table, or is not known not to.</summary>
public sealed class LoggedStatementTests(PrivateMySqlServer server) : IClassFixture<PrivateMySqlServer>
{
    [ServerTheory(TestServers.MySql)]
    [InlineData("latin1", "größe", "TRUNCATE TABLE größe")]
    [InlineData("latin1", "größe", "RENAME TABLE größe TO x")]
    [InlineData("latin1", "größe", "DROP TABLE größe")]
    [InlineData("gbk", "表运", "RENAME TABLE `表运` TO `x`")]
    [InlineData("gbk", "誤a", "ALTER TABLE `誤a` MODIFY COLUMN id BIGINT")]
    [InlineData("cp932", "表ソ", "TRUNCATE TABLE `表ソ`")]
    [InlineData("sjis", "表ソ", "TRUNCATE TABLE `表ソ`")]
    [InlineData("big5", "功", "TRUNCATE TABLE `功`")]
    [InlineData("gb18030", "誤a", "TRUNCATE TABLE `誤a`")]
    [InlineData("cp1251", "таблица", "TRUNCATE TABLE таблица")]
    [InlineData("euckr", "가격", "TRUNCATE TABLE 가격")]
    [InlineData("hp8", "größe", "TRUNCATE TABLE `größe`")]
    [InlineData("utf8mb4", "größe", "TRUNCATE TABLE größe")]
    public async Task Statement_of_a_client_in_its_character_set_is_seen(string charset, string table, string statement)
    {
        await using var database = await MySqlDatabase.CreateAsync(server.ConnectionString, "charsets");
        await database.ExecuteAsync($"CREATE TABLE `{table}` (id INT PRIMARY KEY)", $"INSERT INTO `{table}` VALUES (1)");
        var run = await SourceRun.StartAsync(database.Options, "charsets", [$"{database.Name}.{table}"], settings: new MySqlSourceOptions { SchemaChanges = SchemaChanges.IgnoreUnread });
        await run.WaitForFirstEpochAsync();
        await ExecuteInAsync(database.Connection, charset, statement);
        var error = await Assert.ThrowsAsync<SchemaMismatchException>(() => run.Completion.WaitAsync(TimeSpan.FromSeconds(30)));
        Assert.Contains($"{database.Name}.{table}", error.Message, StringComparison.Ordinal);
    }

    [ServerFact(TestServers.MySql)]
    public async Task Statements_of_other_clients_on_other_tables_pass()
    {
        await using var database = await MySqlDatabase.CreateAsync(server.ConnectionString, "others");
        await database.ExecuteAsync("CREATE TABLE größe (id INT PRIMARY KEY)", "INSERT INTO größe VALUES (1)");
        await using var run = await SourceRun.StartAsync(database.Options, "others", [$"{database.Name}.größe"]);
        await run.WaitForFirstEpochAsync();
        foreach (var charset in new[] { "latin1", "cp1250", "utf8mb4" })
        {
            await ExecuteInAsync(database.Connection, charset, $"CREATE TABLE länge (id INT PRIMARY KEY)");
            await ExecuteInAsync(database.Connection, charset, "TRUNCATE TABLE länge");
            await ExecuteInAsync(database.Connection, charset, "DROP TABLE länge");
        }

        await database.ExecuteAsync("CREATE VIEW v AS SELECT * FROM größe", "ANALYZE TABLE größe", "OPTIMIZE TABLE größe", "CREATE INDEX i ON größe (id)", "FLUSH TABLES", "INSERT INTO größe VALUES (2)");
        await run.ReachAsync(await SourceRun.PositionAsync(database.Connection));
        Assert.Equal(["1", "2"], run.Contents.Rows(0));
    }

    [ServerTheory(TestServers.MySql)]
    [InlineData("SELECT f()")]
    [InlineData("DO f()")]
    [InlineData("SET @x = f()")]
    [InlineData("CREATE TABLE filled AS TABLE other")]
    [InlineData("UPDATE mysql.aside a, t SET t.id = t.id + 10")]
    [InlineData("INSERT INTO other SELECT f()")]
    public async Task Statement_that_changes_rows_without_telling_which_is_refused_by_name(string statement)
    {
        await using var database = await MySqlDatabase.CreateAsync(server.ConnectionString, "unknown");
        await database.ExecuteAsync(
            "SET GLOBAL log_bin_trust_function_creators = ON",
            "CREATE TABLE IF NOT EXISTS mysql.aside (id INT PRIMARY KEY)",
            "CREATE TABLE t (id INT PRIMARY KEY)",
            "CREATE TABLE other (id INT PRIMARY KEY)",
            "INSERT INTO t VALUES (1)",
            "REPLACE INTO mysql.aside VALUES (1)",
            "CREATE FUNCTION f() RETURNS INT MODIFIES SQL DATA BEGIN INSERT INTO t VALUES (2); RETURN 1; END");
        var run = await SourceRun.StartAsync(database.Options, "unknown", [$"{database.Name}.t"]);
        await run.WaitForFirstEpochAsync();
        await database.ExecuteAsync("SET binlog_format = STATEMENT", statement);
        var error = await Assert.ThrowsAsync<BinlogUnavailableException>(() => run.Completion.WaitAsync(TimeSpan.FromSeconds(30)));
        Assert.Contains("statement \"", error.Message, StringComparison.Ordinal);
    }

    [ServerFact(TestServers.MySql)]
    public async Task Statements_on_tables_that_may_have_them_pass_and_others_name_the_option()
    {
        await using var database = await MySqlDatabase.CreateAsync(server.ConnectionString, "beats");
        await database.ExecuteAsync("CREATE TABLE t (id INT PRIMARY KEY)", "CREATE TABLE heartbeat (ts VARCHAR(26) NOT NULL, server_id INT UNSIGNED NOT NULL PRIMARY KEY, file VARCHAR(255))", "INSERT INTO t VALUES (1)");
        var settings = new MySqlSourceOptions { StatementTables = { $"{database.Name}.HEARTBEAT" } };
        await using (var run = await SourceRun.StartAsync(database.Options, "beats", [$"{database.Name}.t"], settings: settings))
        {
            await run.WaitForFirstEpochAsync();
            await database.ExecuteAsync(
                "SET binlog_format = STATEMENT",
                $"REPLACE INTO `{database.Name}`.`heartbeat` (ts, server_id, file) VALUES ('2026-11-29T12:00:00.001560', '1001', NULL)",
                $"UPDATE `{database.Name}`.`heartbeat` SET ts='2026-11-29T12:00:01.000890', file='binlog.000001' WHERE server_id='1001'",
                "SET binlog_format = ROW",
                "INSERT INTO t VALUES (2)");
            await run.ReachAsync(await SourceRun.PositionAsync(database.Connection));
            Assert.Equal(["1", "2"], run.Contents.Rows(0));
        }

        foreach (var (statement, hint) in new[] { ("INSERT INTO heartbeat SELECT 'x', id, '' FROM t", false), ("DELETE FROM t WHERE id = 9", false), ("DELETE FROM heartbeat", true) })
        {
            var allowed = hint ? new MySqlSourceOptions() : new MySqlSourceOptions { StatementTables = { $"{database.Name}.heartbeat", $"{database.Name}.t" } };
            var run = await SourceRun.StartAsync(database.Options, "beats2", [$"{database.Name}.t"], settings: allowed);
            await run.WaitForFirstEpochAsync();
            await database.ExecuteAsync("SET binlog_format = STATEMENT", statement, "SET binlog_format = ROW");
            var error = await Assert.ThrowsAsync<BinlogUnavailableException>(() => run.Completion.WaitAsync(TimeSpan.FromSeconds(30)));
            Assert.Equal(hint, error.Message.Contains($"o.StatementTables.Add(\"{database.Name}.heartbeat\")", StringComparison.Ordinal));
        }
    }

    // PREPARE converts the text to the client's character set, and so it is logged.
    private static async Task ExecuteInAsync(ServerSession connection, string charset, string statement)
    {
        await connection.ExecuteAsync("SET NAMES utf8mb4", default);
        await connection.ExecuteAsync($"SET @text = '{statement}'", default);
        await connection.ExecuteAsync($"SET NAMES {charset}", default);
        await connection.ExecuteAsync("PREPARE p FROM @text", default);
        await connection.ExecuteAsync("EXECUTE p", default);
        await connection.ExecuteAsync("DEALLOCATE PREPARE p", default);
        await connection.ExecuteAsync("SET NAMES utf8mb4", default);
    }
}
