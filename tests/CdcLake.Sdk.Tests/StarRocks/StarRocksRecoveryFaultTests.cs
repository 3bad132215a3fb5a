using CdcLake.Testing;

namespace CdcLake.Tests.StarRocks;

/// <summary>Faults while a run finds out what an earlier one left open and ends it, where the client asks for states, rolls back and cancels; and faults of statements.</summary>
public sealed class StarRocksRecoveryFaultTests
{
    public static TheoryData<string, FakeStarRocksFault> Faults => FaultTable.Each(FaultTable.Faults);

    public static TheoryData<string, FakeStarRocksFault> Cuts => FaultTable.Each(FakeStarRocksFault.DropBefore, FakeStarRocksFault.DropAfter, FakeStarRocksFault.Late, FakeStarRocksFault.RestartFrontend);

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task Rows_and_positions_are_exact_whatever_goes_wrong_while_an_open_commit_is_settled(string version, FakeStarRocksFault fault)
    {
        int requests;
        await using (var server = await LeftOpenAsync(version))
        {
            var before = server.Requests.Count;
            await FaultTable.RunAsync(server);
            requests = server.Requests.Count - before;
        }

        foreach (var faulty in FaultTable.Some(requests, fault, every: 60))
        {
            await using var server = await LeftOpenAsync(version);
            var number = server.Requests.Count + faulty;
            server.Script = r => r.Number == number ? fault : FakeStarRocksFault.None;
            await FaultTable.RunAsync(server);
            await FaultTable.CheckAsync(server, $"{fault} at request {faulty} after a kill: {server.Requests[Math.Min(number, server.Requests.Count) - 1].Step}");
        }
    }

    [Theory]
    [MemberData(nameof(Cuts))]
    public async Task Rows_and_positions_are_exact_whatever_becomes_of_one_statement(string version, FakeStarRocksFault fault)
    {
        int statements;
        await using (var server = FaultTable.Start(version))
        {
            await FaultTable.RunAsync(server);
            statements = server.Statements.Count;
        }

        Assert.InRange(statements, 15, 100);
        foreach (var faulty in FaultTable.Some(statements, fault, every: 10))
        {
            await using var server = FaultTable.Start(version);
            var (number, last) = (0, "");
            server.StatementScript = s => ++number == faulty && (last = s).Length > 0 ? fault : FakeStarRocksFault.None;
            await FaultTable.RunAsync(server);
            await FaultTable.CheckAsync(server, $"{fault} at statement {faulty}: {last}");
        }
    }

    // Killed when the second commit was about to become visible: prepared, or sent, and announced.
    private static async Task<FakeStarRocks> LeftOpenAsync(string version)
    {
        var server = FaultTable.Start(version);
        var commits = 0;
        var isOver = false;
        await FaultTable.KillAsync(server, r =>
        {
            var isCommit = version == "2.4.0" ? r is { Step: "backend stream-load", Table: "items" } : r.Step == "frontend commit";
            isOver |= isCommit && ++commits == 2;
            return isOver ? false : null;
        });
        return server;
    }
}
