using System.Runtime.CompilerServices;
using CdcLake.Connectors;
using CdcLake.Testing;
using CdcLake.Tests.Runtime;
using Xunit.Abstractions;

namespace CdcLake.Tests.StarRocks;

/// <summary>
/// Commits of some size, one of whose requests goes wrong, round after round in one cluster object, as in a process that goes on for weeks: every large buffer is given back, nothing of a
/// former round is reachable any more, and the heap stays as it is. Runs alone, since it looks at the whole process.
/// </summary>
[Collection(Alone.Collection)]
public sealed class StarRocksMemoryTests(ITestOutputHelper output)
{
    private const int Rows = 8_000; // 200 KB of JSON, which takes an array of 256 KB
    private const int WarmRounds = 3;
    private const long Kept = 32 << 20; // by the pools, for each thread and length: so much and no more
    private const long Journal = 128 << 10; // what the stand-in remembers of a round; less than one array

    private static int Rounds => Proof.Rounds(usual: 11, full: 120);

    public static TheoryData<string> Releases => FaultTable.Releases;

    [Theory]
    [MemberData(nameof(Releases))]
    public async Task Memory_stays_flat_whatever_goes_wrong(string version)
    {
        await using var server = FaultTable.Start(version);
        var cluster = StarRocksPipeline.Cluster(server);
        using var buffers = new PooledBuffers();
        var sinks = new List<WeakReference>();
        var live = 0L;
        for (var round = 1; round <= Rounds; round++)
        {
            var number = server.Requests.Count + 1 + (round * 7 % 40); // another request each time
            var fault = FaultTable.Faults[round % FaultTable.Faults.Count];
            server.Script = r => r.Number == number ? fault : FakeStarRocksFault.None;
            await RunAsync(cluster, round, sinks);
            Assert.True(buffers.Out.Count == 0, $"{fault} in round {round}: buffers of {string.Join(", ", buffers.Out)} were not given back");
            if (round == WarmRounds)
            {
                live = GC.GetTotalMemory(forceFullCollection: true);
            }
        }

        var growth = GC.GetTotalMemory(forceFullCollection: true) - live;
        output.WriteLine($"{version}: {Rounds} rounds, {buffers.Seen} large buffers taken and all given back; the heap grew by {growth:N0} bytes, with what the stand-in and the pools keep");
        Assert.True(growth < Kept + (Rounds * Journal), $"the heap grew by {growth:N0} bytes in {Rounds} rounds");
        Assert.True(sinks.Count(s => s.IsAlive) <= 4, $"{sinks.Count(s => s.IsAlive)} of {sinks.Count} sinks are still reachable"); // those of the last round may be
        Assert.True(buffers.Seen > Rounds, "no large buffer was seen: the test shows nothing");
        Assert.Equal(Rows, server.Rows("analytics.items").Count);
        Assert.Equal($"{Rounds}", await StarRocksPipeline.PositionAsync(server, "analytics.copy"));
        Assert.Empty(server.OpenTransactions);
    }

    // Not inlined, so that no local of it keeps anything alive.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static async Task RunAsync(StarRocksCluster cluster, int round, List<WeakReference> sinks)
    {
        var source = new ScriptedSource(new Updates(round));
        await StarRocksPipeline.RunAsync(source, [new Watched(StarRocksPipeline.Table(cluster, "analytics.items"), sinks), new Watched(StarRocksPipeline.Table(cluster, "analytics.copy"), sinks)]);
    }

    /// <summary>Epoch n sets all rows to n.</summary>
    private sealed class Updates(int count) : IReadOnlyList<ScriptedEpoch>
    {
        public int Count => count;

        public ScriptedEpoch this[int index] => new(
            [.. Enumerable.Range(0, Rows).SelectMany(id => index == 0 ? [((object?[])[id, 1L], 1)] : new (object?[], int)[] { ([id, (long)index], -1), ([id, index + 1L], 1) })]);

        public IEnumerator<ScriptedEpoch> GetEnumerator() => Enumerable.Range(0, count).Select(i => this[i]).GetEnumerator();

        System.Collections.IEnumerator System.Collections.IEnumerable.GetEnumerator() => GetEnumerator();
    }

    private sealed class Watched(ISinkTarget target, List<WeakReference> sinks) : ISinkTarget
    {
        public ISink CreateSink()
        {
            var sink = target.CreateSink();
            sinks.Add(new WeakReference(sink));
            return sink;
        }
    }
}

/// <summary>Tests that look at the whole process: nothing runs beside them.</summary>
[CollectionDefinition(Collection, DisableParallelization = true)]
public sealed class Alone
{
    public const string Collection = "alone";
}
