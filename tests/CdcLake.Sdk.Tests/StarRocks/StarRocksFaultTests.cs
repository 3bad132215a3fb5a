using CdcLake.Testing;
using CdcLake.Tests.Runtime;

namespace CdcLake.Tests.StarRocks;

/// <summary>
/// Every request of the client, and every way in which it can go wrong: rows and positions are exact afterwards, and no transaction is left (<see cref="FaultTable"/>). What an earlier run
/// left open, and what goes over the MySQL protocol, has <see cref="StarRocksRecoveryFaultTests"/>.
/// </summary>
public sealed class StarRocksFaultTests
{
    public static TheoryData<string, FakeStarRocksFault> Faults => FaultTable.Each(FaultTable.Faults);

    public static TheoryData<string> Releases => FaultTable.Releases;

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task Rows_and_positions_are_exact_whatever_goes_wrong_with_one_request(string version, FakeStarRocksFault fault)
    {
        var requests = await CountAsync(version);
        Assert.InRange(requests, 15, 200);
        foreach (var faulty in FaultTable.Some(requests, fault, every: 20))
        {
            await using var server = FaultTable.Start(version);
            server.Script = r => r.Number == faulty ? fault : FakeStarRocksFault.None;
            await FaultTable.RunAsync(server);
            await FaultTable.CheckAsync(server, $"{fault} at request {faulty}: {server.Requests[Math.Min(faulty, server.Requests.Count) - 1].Step}");
        }
    }

    [Theory]
    [MemberData(nameof(Releases))]
    public async Task Rows_and_positions_are_exact_when_much_goes_wrong(string version)
    {
        FakeStarRocksFault[] faults = [.. FaultTable.Faults.Where(f => f != FakeStarRocksFault.Late)];
        for (var round = 0; round < Proof.Rounds(usual: 3, full: 60); round++)
        {
            var random = new Random((version[0] * 1000) + version[2] + round);
            await using var server = FaultTable.Start(version);
            server.Script = _ => random.Next(8) == 0 ? random.GetItems(faults, 1)[0] : FakeStarRocksFault.None;
            await FaultTable.RunAsync(server);
            server.Script = _ => FakeStarRocksFault.None;
            server.Publish();
            await FaultTable.CheckAsync(server, $"round {round} of {version}");
        }
    }

    /// <summary>The process ends at a request and never comes back; another one goes on.</summary>
    [Theory]
    [MemberData(nameof(Releases))]
    public async Task A_kill_at_any_request_loses_and_doubles_nothing(string version)
    {
        var requests = await CountAsync(version);
        foreach (var last in FaultTable.Some(requests, FakeStarRocksFault.None, every: 20))
        {
            foreach (var isDone in new[] { false, true })
            {
                await using var server = FaultTable.Start(version);
                await FaultTable.KillAsync(server, r => r.Number < last ? null : r.Number == last && isDone);
                await FaultTable.RunAsync(server);
                await FaultTable.CheckAsync(server, $"killed at request {last}, {(isDone ? "done" : "not done")}");
            }
        }
    }

    private static async Task<int> CountAsync(string version)
    {
        await using var server = FaultTable.Start(version);
        await FaultTable.RunAsync(server);
        await FaultTable.CheckAsync(server, "no fault");
        return server.Requests.Count;
    }
}
