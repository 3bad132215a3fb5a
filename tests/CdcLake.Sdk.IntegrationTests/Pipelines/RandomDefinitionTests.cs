using CdcLake.IntegrationTests.Fixtures;
using CdcLake.MySql.Gtids;
using Xunit.Abstractions;

namespace CdcLake.IntegrationTests.Pipelines;

/// <summary>
/// A whole table is followed through a random history of its columns, by a process that is killed with SIGKILL at random moments: before, at, and after statements that change the table.
/// 10 kills; 60 with CDCLAKE_TEST_LONG=1.
/// </summary>
[Collection(ServerPair.Collection)]
public sealed class RandomDefinitionTests(ServerPair servers, ITestOutputHelper output)
{
    private static int Kills => Proof.Rounds(usual: 6, full: 60);

    [ServerFact(TestServers.MySql, IcebergJava.Variable)]
    public async Task Every_snapshot_of_a_changing_table_is_exact_however_often_the_pipeline_is_killed()
    {
        var random = Seed.Next(output);
        using var folder = new TemporaryFolder();
        await servers.Source.ResetAsync();
        await using var replica = await SteppedReplica.FollowAsync(servers.Source, servers.Replica, FollowedTable.Database);
        await using var session = await servers.Source.OpenAsync();
        await session.RunAsync($"CREATE DATABASE {FollowedTable.Database}", $"USE {FollowedTable.Database}");
        var history = new RandomDefinitions(session, random);
        await history.CreateAsync();
        for (var kill = 0; kill < Kills; kill++)
        {
            await using var run = Start(folder);
            await run.CommitAsync();
            await run.LiveAsync(random.NextDouble() * TimeSpan.FromSeconds(1.5), history.StepAsync);
            await history.StepAsync();
            await history.TouchAsync();
        }

        await using var last = Start(folder);
        await session.RunAsync("INSERT INTO t (id) VALUES (-1)");
        var end = GtidSet.Parse(await session.GtidExecutedAsync());
        await last.CommitAsync(end);
        await last.DrainAsync();
        var snapshots = await LakeRows.CheckAsync(new LakeTable(Path.Combine(folder.Path, "lakehouse", "t")), replica, "SELECT * FROM t");
        output.WriteLine($"{Kills} kills, {history.Changes} changes of the table, {snapshots} snapshots exact");
        Assert.True(snapshots > Kills / 2 && history.Changes > Kills);
    }

    private ChildProcess Start(TemporaryFolder folder) => ChildProcess.Start(
        "dotnet", ["exec", typeof(RandomDefinitionTests).Assembly.Location, ReplicaProgram.Argument, servers.Source.CaptureString, $"{FollowedTable.Database}.t", folder.Path]);
}
