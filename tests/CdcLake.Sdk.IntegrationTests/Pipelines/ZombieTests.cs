using System.Globalization;
using CdcLake.IntegrationTests.Fixtures;
using Xunit.Abstractions;

namespace CdcLake.IntegrationTests.Pipelines;

/// <summary>
/// Two instances of one pipeline on one table: the first is stopped with SIGSTOP at a random moment, sleeps through many commits of the second, and wakes up.
/// </summary>
[Collection(ServerPair.Collection)]
public sealed class ZombieTests(ServerPair servers, ITestOutputHelper output)
{
    private const int Connections = 2;
    private const int CommitsAsleep = 200;
    private const int CommitsAfter = 5;
    private const int LookEvery = 40;

    [ServerFact(TestServers.MySql, IcebergJava.Variable)]
    public async Task Woken_instance_commits_nothing_that_readers_do_not_see_and_damages_nothing()
    {
        var random = Seed.Next(output);
        var (rounds, reported, lost) = (Proof.Rounds(usual: 1, full: 50), 0, 0);
        using var folder = new TemporaryFolder();
        var shop = new LiveShop(servers, folder.Path, random.Next());
        await using var replica = await shop.CreateAsync();
        var visible = new HashSet<string>(StringComparer.Ordinal);
        for (var round = 0; round < rounds; round++)
        {
            using var stop = new CancellationTokenSource();
            var writing = shop.Writers.RunAsync(Connections, stop.Token);
            await using var zombie = shop.Follow("1ms");
            await zombie.LineAsync(CommitLines.IsCommit, "a commit of the first instance");
            Assert.False(await zombie.ExitsWithinAsync(TimeSpan.FromMilliseconds(random.Next(300))), zombie.Failure("ended by itself").Message);
            zombie.Suspend();

            await using var second = shop.Follow("1ms");
            await CommitsAsync(second, CommitsAsleep, Look);
            zombie.Resume();

            // Whether the woken one gives up, or goes on from where the table stands, is its business; both must tell the truth.
            await Task.WhenAny(zombie.ExitAsync(), CommitsAsync(zombie, CommitsOf(zombie).Count + CommitsAfter, Look));
            await zombie.KillAsync();
            await second.KillAsync();
            await stop.CancelAsync();
            await writing;

            Look();
            foreach (var commit in CommitsOf(zombie).Concat(CommitsOf(second)))
            {
                reported++;
                lost += visible.Contains(Quickstart.SnapshotOf(commit)) ? 0 : 1;
            }

            Assert.True(lost == 0, $"{lost} of {reported} reported commits are in no version that readers see. {zombie.Failure("first").Message} {second.Failure("second").Message}");
            await IcebergJava.VerifyNewestAsync(shop.Table.Folder);
        }

        await using var last = shop.Follow("20ms");
        await shop.DrainAsync(last);
        await shop.CheckNewestSnapshotAsync(replica);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{rounds} times asleep for {CommitsAsleep} commits, {reported} commits reported, all of them visible"));

        // Snapshots expire as the runs go on: what readers see is looked at often enough to meet each of them.
        void Look() => visible.UnionWith(shop.Table.Snapshots().Select(s => s.Id.ToString(CultureInfo.InvariantCulture)));
    }

    private static List<string> CommitsOf(ChildProcess run) => [.. run.Output.Where(CommitLines.IsCommit)];

    private static async Task CommitsAsync(ChildProcess run, int count, Action look)
    {
        var seen = 0;
        await run.LineAsync(l => CommitLines.IsCommit(l) && Counts(), string.Create(CultureInfo.InvariantCulture, $"commit number {count}"));

        bool Counts()
        {
            if (++seen % LookEvery == 0)
            {
                look();
            }

            return seen >= count;
        }
    }
}
