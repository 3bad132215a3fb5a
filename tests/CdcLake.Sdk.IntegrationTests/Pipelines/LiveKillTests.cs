using System.Globalization;
using CdcLake.IntegrationTests.Fixtures;
using Xunit.Abstractions;

namespace CdcLake.IntegrationTests.Pipelines;

/// <summary>The sample follows a server that is being written to, and is killed with SIGKILL at random moments.</summary>
[Collection(ServerPair.Collection)]
public sealed class LiveKillTests(ServerPair servers, ITestOutputHelper output)
{
    private const int Kills = 55;
    private const int Connections = 3;
    private static readonly string[] CheckpointIntervals = ["1ms", "300ms", "10s"];

    [ServerFact(TestServers.MySql, IcebergJava.Variable, ClickHouse.Variable)]
    public async Task Killed_pipeline_loses_and_doubles_nothing_in_any_snapshot()
    {
        var random = Seed.Next(output);
        using var folder = new TemporaryFolder();
        var shop = new LiveShop(servers, folder.Path, random.Next());
        await using var replica = await shop.CreateAsync();
        using var stop = new CancellationTokenSource();
        var writing = shop.Writers.RunAsync(Connections, stop.Token);
        var (kills, longestLife) = (0, TimeSpan.FromSeconds(1.5)); // about a start and its first commits, on an idle machine
        for (; kills < Kills; kills++)
        {
            await using var run = shop.Follow("20ms", random.GetItems(CheckpointIntervals, 1)[0]);
            var started = TimeProvider.System.GetTimestamp();
            if (kills % 8 == 4)
            {
                await run.LineAsync(Quickstart.IsCommit, "a commit");
                longestLife = TimeSpan.FromSeconds(Math.Min(TimeProvider.System.GetElapsedTime(started).TotalSeconds * 1.4, 4));
            }
            else
            {
                var life = random.NextDouble() * longestLife;
                Assert.False(await run.ExitsWithinAsync(life), run.HasExited ? run.Failure("ended by itself").Message : null);
            }

            await run.KillAsync();
        }

        await using var last = shop.Follow("20ms");
        await last.LineAsync(Quickstart.IsCommit, "a commit");
        await stop.CancelAsync();
        await writing;
        await shop.DrainAsync(last);
        var snapshots = await shop.CheckEverySnapshotAsync(replica);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{kills} kills, {shop.Writers.Committed} transactions, {snapshots} snapshots exact; lives up to {longestLife.TotalMilliseconds:N0} ms"));
        Assert.True(snapshots >= 10, string.Create(CultureInfo.InvariantCulture, $"only {snapshots} commits between the kills"));
    }
}
