using CdcLake.Testing;
using CdcLake.Tests.Runtime;

namespace CdcLake.Tests.StarRocks;

/// <summary>
/// Every request of the client, and every way in which it can go wrong: rows and positions are exact afterwards, and no transaction is left. Every twentieth request for each fault, another one each time;
/// all of them with CDCLAKE_TEST_LONG=1.
/// </summary>
public sealed class StarRocksFaultTests
{
    private static readonly ScriptedEpoch[] Epochs =
    [
        new([[([1, 10L], 1), ([2, 20L], 1)]]), new([[([1, 10L], -1), ([1, 11L], 1), ([2, 20L], -1), ([3, 30L], 1)]]), ScriptedEpoch.Update(3, 30, 31),
    ];

    private static int Step => Environment.GetEnvironmentVariable("CDCLAKE_TEST_LONG") == "1" ? 1 : 20;

    public static TheoryData<string, FakeStarRocksFault> Faults
    {
        get
        {
            var table = new TheoryData<string, FakeStarRocksFault>();
            foreach (var fault in Enum.GetValues<FakeStarRocksFault>().Where(f => f is not (FakeStarRocksFault.None or FakeStarRocksFault.ForgetLabels)))
            {
                foreach (var version in new[] { "2.4.0", "3.3.5", "4.0.2" })
                {
                    table.Add(version, fault);
                }
            }

            return table;
        }
    }

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task Rows_and_positions_are_exact_whatever_goes_wrong_with_one_request(string version, FakeStarRocksFault fault)
    {
        var requests = await CountAsync(version);
        Assert.InRange(requests, 15, 200);
        for (var faulty = 1 + ((int)fault % Step); faulty <= requests; faulty += Step)
        {
            await using var server = Start(version);
            var number = faulty;
            server.Script = r => r.Number == number ? fault : FakeStarRocksFault.None;
            await StarRocksPipeline.RunAsync(server, Epochs, "analytics.items", "analytics.copy");
            await CheckAsync(server, $"{fault} at request {faulty}: {server.Requests[Math.Min(faulty, server.Requests.Count) - 1].Step}");
        }
    }

    [Theory]
    [InlineData("2.4.0", 1)]
    [InlineData("3.3.5", 2)]
    [InlineData("4.0.2", 3)]
    public async Task Rows_and_positions_are_exact_when_much_goes_wrong(string version, int seed)
    {
        FakeStarRocksFault[] faults = [.. Enum.GetValues<FakeStarRocksFault>().Where(f => f is not (FakeStarRocksFault.ForgetLabels or FakeStarRocksFault.Late))];
        for (var round = 0; round < 60 / Step; round++)
        {
            var random = new Random((seed * 1000) + round);
            await using var server = Start(version);
            server.Script = _ => random.Next(8) == 0 ? random.GetItems(faults, 1)[0] : FakeStarRocksFault.None;
            await StarRocksPipeline.RunAsync(server, Epochs, "analytics.items", "analytics.copy");
            server.Script = _ => FakeStarRocksFault.None;
            server.Publish();
            await CheckAsync(server, $"seed {seed}, round {round}");
        }
    }

    /// <summary>The process ends at a request and never comes back; another one goes on.</summary>
    [Theory]
    [InlineData("2.4.0")]
    [InlineData("3.3.5")]
    [InlineData("4.0.2")]
    public async Task A_kill_at_any_request_loses_and_doubles_nothing(string version)
    {
        var requests = await CountAsync(version);
        for (var last = 1; last <= requests; last += Step)
        {
            foreach (var isDone in new[] { false, true })
            {
                await using var server = Start(version);
                var number = last;
                server.Script = r => r.Number < number ? FakeStarRocksFault.None : Kill(r.Number == number && isDone);
                var target = StarRocksPipeline.Cluster(server, o => o.RetryFor = TimeSpan.Zero);
                await using (var pipeline = ScriptedPipeline.Replica(
                    new ScriptedSource(Epochs), [StarRocksPipeline.Table(target, "analytics.items"), StarRocksPipeline.Table(target, "analytics.copy")], o => o.RetryFor = TimeSpan.Zero))
                {
                    await Assert.ThrowsAnyAsync<CdcLakeException>(() => pipeline.RunAsync());
                }

                server.Script = _ => FakeStarRocksFault.None;
                await StarRocksPipeline.RunAsync(server, Epochs, "analytics.items", "analytics.copy");
                await CheckAsync(server, $"killed at request {last}, {(isDone ? "done" : "not done")}");
            }
        }

        static FakeStarRocksFault Kill(bool isDone) => isDone ? FakeStarRocksFault.DropAfter : FakeStarRocksFault.DropBefore;
    }

    private static async Task<int> CountAsync(string version)
    {
        await using var server = Start(version);
        await StarRocksPipeline.RunAsync(server, Epochs, "analytics.items", "analytics.copy");
        await CheckAsync(server, "no fault");
        return server.Requests.Count;
    }

    private static FakeStarRocks Start(string version) => new(o => (o.Version, o.Lateness) = (version, TimeSpan.FromMilliseconds(5)));

    private static async Task CheckAsync(FakeStarRocks server, string when)
    {
        foreach (var table in new[] { "analytics.items", "analytics.copy" })
        {
            var actual = $"{StarRocksPipeline.Rows(server, table)} at {await StarRocksPipeline.PositionAsync(server, table)}";
            Assert.True(actual == "1=11 3=31 at 3", $"{when}: {table} is {actual}");
        }

        Assert.True(server.OpenTransactions.Count == 0, $"{when}: {string.Join(", ", server.OpenTransactions)}");
    }
}
