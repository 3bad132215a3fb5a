using System.Globalization;
using CdcLake.Testing;
using MySqlConnector;

namespace CdcLake.Tests.StarRocks;

/// <summary>The MySQL side of the stand-in, over MySqlConnector.</summary>
public sealed class FakeStarRocksSqlTests : IAsyncDisposable
{
    private readonly FakeStarRocks _server = new();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task Tables_are_made_described_and_read()
    {
        Assert.Empty(await RowsAsync("CREATE DATABASE IF NOT EXISTS `analytics`"));
        await RowsAsync("""CREATE TABLE `analytics`.`t` (`id` LARGEINT NOT NULL, `b` BOOLEAN NULL, `d` DECIMAL(10,2) NULL COMMENT "x") ENGINE=OLAP PRIMARY KEY (`id`) COMMENT "hi" DISTRIBUTED BY HASH(`id`) PROPERTIES("replication_num"="1")""");
        Assert.Equal(["id|bigint unsigned|39||NO|PRI", "b|tinyint|||YES|", "d|decimal|10|2|YES|"], await RowsAsync(
            "SELECT COLUMN_NAME, DATA_TYPE, COLUMN_SIZE, DECIMAL_DIGITS, IS_NULLABLE, COLUMN_KEY FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = 'analytics' AND TABLE_NAME = 't'"));
        Assert.Equal(["0"], await RowsAsync("SELECT COUNT(*) FROM analytics.t"));
        Assert.Equal(["3.3.5 fa4ea2c"], await RowsAsync("SELECT current_version()"));
    }

    [Theory]
    [InlineData("INSERT INTO t VALUES (1) ON DUPLICATE KEY UPDATE a = 1", 1064)]
    [InlineData("SELECT @@socket", 1193)]
    [InlineData("SET sql_mode = CONCAT(@@sql_mode, ',STRICT')", 1064)]
    [InlineData("SELECT * FROM nowhere.t", 1049)]
    [InlineData("CREATE TABLE d.t (`v` INT, `id` INT NOT NULL) PRIMARY KEY (`id`) DISTRIBUTED BY HASH(`id`)", 1064)]
    [InlineData("CREATE TABLE d.t (`id` DECIMAL(5,2) NOT NULL) PRIMARY KEY (`id`) DISTRIBUTED BY HASH(`id`)", 1064)]
    [InlineData("CREATE TABLE d.t (`id` INT NOT NULL) PRIMARY KEY (`id`) DISTRIBUTED BY HASH(`id`)", 1064)] // three copies on one backend
    public async Task Statements_that_StarRocks_does_not_take_are_refused(string statement, int code)
    {
        await RowsAsync("CREATE DATABASE d");
        Assert.Equal(code, (await Assert.ThrowsAsync<MySqlException>(() => RowsAsync(statement))).Number);
    }

    [Fact]
    public async Task Wrong_password_and_prepared_statements_are_refused()
    {
        var settings = new MySqlConnectionStringBuilder(_server.ConnectionString) { Pooling = false };
        await using var connection = new MySqlConnection(settings.ConnectionString);
        await connection.OpenAsync();
        await using var command = new MySqlCommand("SELECT 1", connection);
        Assert.Equal(1047, (await Assert.ThrowsAsync<MySqlException>(() => command.PrepareAsync())).Number);
        settings.Password = "wrong";
        await using var stranger = new MySqlConnection(settings.ConnectionString);
        Assert.Equal(1045, (await Assert.ThrowsAsync<MySqlException>(() => stranger.OpenAsync())).Number);
    }

    private async Task<List<string>> RowsAsync(string statement)
    {
        await using var connection = new MySqlConnection(_server.ConnectionString + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new MySqlCommand(statement, connection);
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<string>();
        while (await reader.ReadAsync())
        {
            rows.Add(string.Join('|', Enumerable.Range(0, reader.FieldCount).Select(i => Convert.ToString(reader.GetValue(i), CultureInfo.InvariantCulture))));
        }

        return rows;
    }
}
