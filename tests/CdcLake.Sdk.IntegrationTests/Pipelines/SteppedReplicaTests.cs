using System.Globalization;
using CdcLake.IntegrationTests.Fixtures;

namespace CdcLake.IntegrationTests.Pipelines;

/// <summary>The yardstick itself: the replica stops where it is told, and the writers keep their sum there.</summary>
[Collection(ServerPair.Collection)]
public sealed class SteppedReplicaTests(ServerPair servers)
{
    [ServerFact(TestServers.MySql)]
    public async Task Replica_stops_exactly_at_each_set_and_the_writers_keep_their_sum()
    {
        using var folder = new TemporaryFolder();
        var shop = new LiveShop(servers, folder.Path, seed: 1);
        await using var replica = await shop.CreateAsync();
        using var stop = new CancellationTokenSource();
        var writing = shop.Writers.RunAsync(6, stop.Token);
        await using var source = await servers.Source.OpenAsync();
        var positions = new List<string>();
        for (var i = 0; i < 20; i++)
        {
            var seen = shop.Writers.Committed;
            positions.Add(await source.GtidExecutedAsync());
            while (shop.Writers.Committed < seen + 25 && !writing.IsCompleted)
            {
                await source.RunAsync("DO SLEEP(0.001)");
            }
        }

        await stop.CancelAsync();
        await writing;
        foreach (var position in positions)
        {
            var answer = await replica.AnswerAtAsync(position, Answer.Query);
            Assert.Equal(ShopWriters.TotalQuantity, answer.Sum(l => long.Parse(l.Split('\t')[3], CultureInfo.InvariantCulture)));
        }
    }
}
