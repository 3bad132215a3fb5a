using CdcLake.IntegrationTests.Fixtures;

namespace CdcLake.IntegrationTests.MySql;

public sealed class CascadeTests(NativeForeignKeysServer silent) : IClassFixture<NativeForeignKeysServer>
{
    private static readonly string[] Tables =
    [
        "CREATE TABLE parent (id INT PRIMARY KEY)",
        "CREATE TABLE child (id INT PRIMARY KEY, p INT, CONSTRAINT `fk p` FOREIGN KEY (p) REFERENCES parent (id) ON DELETE CASCADE)",
        "CREATE TABLE safe (id INT PRIMARY KEY, p INT, FOREIGN KEY (p) REFERENCES parent (id) ON DELETE RESTRICT)",
    ];

    [ServerFact(TestServers.MySql)]
    public async Task Cascade_the_server_does_not_log_is_refused_by_name()
    {
        await using var database = await MySqlDatabase.CreateAsync(silent.ConnectionString, "cascade");
        await database.ExecuteAsync(Tables);
        var error = await Assert.ThrowsAsync<BinlogUnavailableException>(() => SourceRun.StartAsync(database.Options, "cascade", [$"{database.Name}.child"]));
        Assert.Contains("foreign key fk p has ON DELETE CASCADE", error.Message, StringComparison.Ordinal);
        Assert.Contains("DROP FOREIGN KEY `fk p`", error.Message, StringComparison.Ordinal);

        // However the server is set to print definitions.
        await database.ExecuteAsync("SET GLOBAL sql_quote_show_create=OFF", "SET GLOBAL sql_mode='ANSI_QUOTES'");
        await Assert.ThrowsAsync<BinlogUnavailableException>(() => SourceRun.StartAsync(database.Options, "cascade", [$"{database.Name}.child"]));
        await database.ExecuteAsync("SET GLOBAL sql_quote_show_create=ON", "SET GLOBAL sql_mode=DEFAULT");
        await using var run = await SourceRun.StartAsync(database.Options, "cascade", [$"{database.Name}.parent", $"{database.Name}.safe"]);
        await run.WaitForFirstEpochAsync();
    }

    [ServerFact(TestServers.MySql)]
    public async Task Cascade_the_server_logs_is_captured()
    {
        await using var database = await MySqlDatabase.CreateAsync(TestServers.Get(TestServers.MySql), "cascade");
        await database.ExecuteAsync(Tables);
        await database.ExecuteAsync("INSERT INTO parent VALUES (1), (2)", "INSERT INTO child VALUES (1, 1), (2, 2), (3, 1)");
        await using var run = await SourceRun.StartAsync(database.Options, "cascade", [$"{database.Name}.child"]);
        await run.WaitForFirstEpochAsync();
        await database.ExecuteAsync("DELETE FROM parent WHERE id = 1");
        await run.WaitForAsync(await SourceRun.PositionAsync(database.Connection));
        Assert.Equal(["2|2"], run.Contents.Rows(0));
    }
}
