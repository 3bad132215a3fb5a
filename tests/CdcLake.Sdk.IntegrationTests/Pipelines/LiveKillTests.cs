using System.Globalization;
using CdcLake.IntegrationTests.Fixtures;
using Xunit.Abstractions;

namespace CdcLake.IntegrationTests.Pipelines;

/// <summary>The sample follows a server that is being written to, and is killed with SIGKILL at random moments.</summary>
[Collection(ServerPair.Collection)]
public sealed class LiveKillTests(ServerPair servers, ITestOutputHelper output)
{
    private static readonly int Kills = Proof.Rounds(usual: 7, full: 60);
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
        var start = TimeSpan.FromSeconds(1.5); // to its first commit, which depends on what else the machine does
        for (var kill = 0; kill < Kills; kill++)
        {
            await using var run = shop.Follow("20ms", random.GetItems(CheckpointIntervals, 1)[0]);
            var life = random.NextDouble() * start;
            if (kill % 2 == 0) // while it commits
            {
                var started = TimeProvider.System.GetTimestamp();
                await run.CommitAsync();
                start = TimeProvider.System.GetElapsedTime(started);
                life /= 4;
            }

            Assert.False(await run.ExitsWithinAsync(life), run.HasExited ? run.Failure("ended by itself").Message : null);
            await run.KillAsync();
        }

        await using var last = shop.Follow("20ms");
        await last.CommitAsync();
        await stop.CancelAsync();
        await writing;
        await shop.DrainAsync(last);
        var snapshots = await shop.CheckEverySnapshotAsync(replica);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{Kills} kills, {shop.Writers.Committed} transactions, {snapshots} snapshots exact; {start.TotalMilliseconds:N0} ms to a first commit"));
        Assert.True(snapshots > Kills / 2, string.Create(CultureInfo.InvariantCulture, $"only {snapshots} commits between the kills"));
    }
}
