using CdcLake.IntegrationTests.Fixtures;

namespace CdcLake.IntegrationTests.MySql;

public sealed class TableNameTests
{
    [ServerFact(TestServers.MySql)]
    public async Task Names_with_dots_and_backticks_are_captured_like_any_other()
    {
        await using var database = await MySqlDatabase.CreateAsync(TestServers.Get(TestServers.MySql), "dotted.name");
        await database.ExecuteAsync("CREATE TABLE `c.d` (id INT PRIMARY KEY)", "CREATE TABLE `e``f` (id INT PRIMARY KEY)", "INSERT INTO `c.d` VALUES (1)", "INSERT INTO `e``f` VALUES (1)");
        string[] names = [$"`{database.Name}`.`c.d`", $"`{database.Name}`.`e``f`"];
        await using var run = await SourceRun.StartAsync(database.Options, "dotted", names);
        await run.WaitForFirstEpochAsync();
        await database.ExecuteAsync("INSERT INTO `c.d` VALUES (2)", "INSERT INTO `e``f` VALUES (3)");
        await run.ReachAsync(await SourceRun.PositionAsync(database.Connection));
        Assert.Equal(["1", "2"], run.Contents.Rows(0));
        Assert.Equal(["1", "3"], run.Contents.Rows(1));
        Assert.Equal(names, run.Captures.Select(c => c.Table.Name));
    }

    [ServerFact(TestServers.MySql)]
    public async Task Statement_on_a_table_whose_name_has_dots_is_seen()
    {
        await using var database = await MySqlDatabase.CreateAsync(TestServers.Get(TestServers.MySql), "dotted.ddl");
        await database.ExecuteAsync("CREATE TABLE `c.d` (id INT PRIMARY KEY)", "INSERT INTO `c.d` VALUES (1)");
        var run = await SourceRun.StartAsync(database.Options, "dottedddl", [$"`{database.Name}`.`c.d`"], settings: new MySqlSourceOptions { SchemaChanges = SchemaChanges.IgnoreUnread });
        await run.WaitForFirstEpochAsync();
        await database.ExecuteAsync("TRUNCATE TABLE `c.d`");
        var error = await Assert.ThrowsAsync<SchemaMismatchException>(() => run.Completion.WaitAsync(TimeSpan.FromSeconds(30)));
        Assert.Contains($"`{database.Name}`.`c.d`", error.Message, StringComparison.Ordinal);
    }
}
