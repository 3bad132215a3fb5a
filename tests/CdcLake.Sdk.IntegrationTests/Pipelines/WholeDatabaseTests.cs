using CdcLake.IntegrationTests.Fixtures;
using CdcLake.MySql.Gtids;
using Xunit.Abstractions;

namespace CdcLake.IntegrationTests.Pipelines;

/// <summary>A whole database is followed while its tables come, go and change: every snapshot of every table is MySQL's answer at its GTID set, and in the end there is a replica of each.</summary>
[Collection(ServerPair.Collection)]
public sealed class WholeDatabaseTests(ServerPair servers, ITestOutputHelper output)
{
    private static int Steps => Proof.Rounds(usual: 60, full: 1500);

    private static int Kills => Proof.Rounds(usual: 4, full: 60);

    [ServerFact(TestServers.MySql, IcebergJava.Variable)]
    public async Task Tables_that_exist_come_go_and_change_are_followed_without_a_restart()
    {
        await using var followed = Follow();
        await followed.CreateAsync(
            "CREATE TABLE a (id INT PRIMARY KEY, v VARCHAR(9))", "INSERT INTO a VALUES (1, 'one'), (2, 'two')", "CREATE TABLE empty_one (id INT PRIMARY KEY)",
            "CREATE VIEW seen AS SELECT * FROM a", "CREATE TABLE tmp_x (id INT PRIMARY KEY)", "INSERT INTO tmp_x VALUES (1), (2)");
        followed.Start();
        await followed.SettleAsync();
        Assert.Equal(["a", "empty_one"], followed.Names);
        await followed.RunAsync("CREATE TABLE b LIKE a", "INSERT INTO b VALUES (3, 'three')", "UPDATE a SET v = 'uno' WHERE id = 1");
        Assert.Equal(["a", "b", "empty_one"], followed.Names);
        Assert.Equal(["iceberg(lakehouse.a)", "iceberg(lakehouse.empty_one)", "iceberg(lakehouse.b)"], followed.Pipeline.Status.Sinks.Select(s => s.Name));
        Assert.Contains("iceberg(lakehouse.b)", followed.Pipeline.Explain(), StringComparison.Ordinal);
        await followed.RunAsync("RENAME TABLE tmp_x TO x", "INSERT INTO x VALUES (3)", "TRUNCATE TABLE a");
        await followed.RunAsync("INSERT INTO a VALUES (9, 'new')", "ALTER TABLE b MODIFY v INT", "INSERT INTO b VALUES (5, 5)");
        await followed.RunAsync("DROP TABLE a", "INSERT INTO x VALUES (4)");
        Assert.DoesNotContain("iceberg(lakehouse.a)", followed.Pipeline.Status.Sinks.Select(s => s.Name));
        await followed.RunAsync("CREATE TABLE a (id BIGINT PRIMARY KEY, w INT)", "INSERT INTO a VALUES (77, 7)", "DROP TABLE b");
        var report = await followed.Pipeline.VerifyAsync();
        Assert.Equal(["iceberg(lakehouse.a)", "iceberg(lakehouse.empty_one)", "iceberg(lakehouse.x)"], report.Sinks.Select(s => s.Name).Order(StringComparer.Ordinal));
        Assert.All(report.Sinks, s => Assert.True(s is { DifferingRanges: 0, NotComparedBecause: null }, s.NotComparedBecause));
        await followed.StopAsync();
        output.WriteLine($"{await WholeLake.CheckAsync(followed)} snapshots exact");
    }

    [ServerFact(TestServers.MySql, IcebergJava.Variable)]
    public async Task Random_history_of_a_database_is_followed_exactly()
    {
        var random = Seed.Next(output);
        await using var followed = Follow();
        await followed.CreateAsync();
        var history = new RandomDatabase(followed.Session, random);
        await history.CreateAsync(4);
        followed.Start();
        for (var step = 0; step < Steps; step++)
        {
            await history.StepAsync();
            if (random.Next(40) == 0)
            {
                await followed.SettleAsync();
                await followed.StopAsync();
                await history.StepAsync();
                await history.StepAsync();
                followed.Start();
            }
        }

        await followed.SettleAsync();
        await followed.StopAsync();
        var snapshots = await WholeLake.CheckAsync(followed);
        output.WriteLine($"{Steps} steps ({string.Join(", ", history.Kinds.Select(k => $"{k.Value} {k.Key}"))}), {snapshots} snapshots exact");
    }

    private FollowedTable Follow() => new(servers, (mysql, lake, options) => Pipeline
        .FromMySqlBinlog(mysql.Database(FollowedTable.Database).Exclude("tmp_*")).ToIceberg(lake.Namespace("lakehouse")).Build("followed", options));
}
