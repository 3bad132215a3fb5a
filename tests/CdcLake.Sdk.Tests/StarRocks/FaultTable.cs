using CdcLake.Testing;
using CdcLake.Tests.Runtime;

namespace CdcLake.Tests.StarRocks;

/// <summary>
/// What all fault tests share: three commits into two tables, and what must hold afterwards. Some of the requests for each fault, other ones each time; all of them, for one release more,
/// with CDCLAKE_TEST_LONG=1.
/// </summary>
internal static class FaultTable
{
    private static readonly ScriptedEpoch[] Epochs =
    [
        new([[([1, 10L], 1), ([2, 20L], 1)]]), new([[([1, 10L], -1), ([1, 11L], 1), ([2, 20L], -1), ([3, 30L], 1)]]), ScriptedEpoch.Update(3, 30, 31),
    ];

    /// <summary>Which of some requests go wrong, one in each run: every so many, or all of them.</summary>
    public static IEnumerable<int> Some(int count, FakeStarRocksFault fault, int every)
    {
        var step = Proof.Rounds(every, 1);
        for (var number = 1 + ((int)fault * 7 % Math.Min(step, count)); number <= count; number += step)
        {
            yield return number;
        }
    }

    /// <summary>All but forgotten labels, which are an error by themselves.</summary>
    public static IReadOnlyList<FakeStarRocksFault> Faults { get; } = [.. Enum.GetValues<FakeStarRocksFault>().Where(f => f is not (FakeStarRocksFault.None or FakeStarRocksFault.ForgetLabels))];

    /// <summary>One release of each kind: plain loads, transactions, transactions over several tables.</summary>
    public static TheoryData<string> Releases => [.. Versions];

    private static string[] Versions => Proof.IsLong ? ["2.4.0", "2.5.22", "3.3.5", "4.0.2"] : ["2.4.0", "3.3.5", "4.0.2"];

    /// <summary>Each of the faults in each release.</summary>
    public static TheoryData<string, FakeStarRocksFault> Each(params IReadOnlyList<FakeStarRocksFault> faults)
    {
        var table = new TheoryData<string, FakeStarRocksFault>();
        foreach (var fault in faults)
        {
            foreach (var version in Versions)
            {
                table.Add(version, fault);
            }
        }

        return table;
    }

    public static FakeStarRocks Start(string version) => new(o => (o.Version, o.Lateness) = (version, TimeSpan.FromMilliseconds(5)));

    public static Task RunAsync(FakeStarRocks server) => StarRocksPipeline.RunAsync(server, Epochs, "analytics.items", "analytics.copy");

    /// <summary>A run whose process ends: from some request on nothing comes from it any more.</summary>
    /// <param name="server">Answers again afterwards.</param>
    /// <param name="isDone">Null for a request before the end; else whether it still arrived.</param>
    public static async Task KillAsync(FakeStarRocks server, Func<FakeStarRocksRequest, bool?> isDone)
    {
        server.Script = r => isDone(r) switch { null => FakeStarRocksFault.None, true => FakeStarRocksFault.DropAfter, false => FakeStarRocksFault.DropBefore };
        var cluster = StarRocksPipeline.Cluster(server, o => o.RetryFor = TimeSpan.Zero);
        await using (var pipeline = ScriptedPipeline.Replica(
            new ScriptedSource(Epochs), [StarRocksPipeline.Table(cluster, "analytics.items"), StarRocksPipeline.Table(cluster, "analytics.copy")], o => o.RetryFor = TimeSpan.Zero))
        {
            await Assert.ThrowsAnyAsync<CdcLakeException>(() => pipeline.RunAsync());
        }

        server.Script = _ => FakeStarRocksFault.None;
    }

    public static async Task CheckAsync(FakeStarRocks server, string when)
    {
        foreach (var table in new[] { "analytics.items", "analytics.copy" })
        {
            var actual = $"{StarRocksPipeline.Rows(server, table)} at {await StarRocksPipeline.PositionAsync(server, table)}";
            Assert.True(actual == "1=11 3=31 at 3", $"{when}: {table} is {actual}");
        }

        Assert.True(server.OpenTransactions.Count == 0, $"{when}: {string.Join(", ", server.OpenTransactions)}");
    }
}
