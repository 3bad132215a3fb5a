using System.Globalization;
using CdcLake.IntegrationTests.Fixtures;
using Xunit.Abstractions;

namespace CdcLake.IntegrationTests.Pipelines;

/// <summary>
/// Many connections write while the sample follows, for 20 seconds, or five minutes in a long proof (CDCLAKE_TEST_SECONDS sets another time).
/// </summary>
[Collection(ServerPair.Collection)]
public sealed class ConcurrentWritersTests(ServerPair servers, ITestOutputHelper output)
{
    private const int Connections = 6;

    private static TimeSpan Duration => TimeSpan.FromSeconds(
        Environment.GetEnvironmentVariable("CDCLAKE_TEST_SECONDS") is { Length: > 0 } seconds ? int.Parse(seconds, CultureInfo.InvariantCulture)
        : Proof.Rounds(usual: 20, full: 300));

    [ServerFact(TestServers.MySql, IcebergJava.Variable, ClickHouse.Variable)]
    public async Task Every_snapshot_equals_the_query_at_its_GTID_set()
    {
        var random = Seed.Next(output);
        using var folder = new TemporaryFolder();
        var shop = new LiveShop(servers, folder.Path, random.Next());
        await using var replica = await shop.CreateAsync();
        using var stop = new CancellationTokenSource();
        var writing = shop.Writers.RunAsync(Connections, stop.Token);
        await using var pipeline = shop.Follow("500ms");
        await pipeline.CommitAsync();
        stop.CancelAfter(Duration);
        await writing;
        await shop.DrainAsync(pipeline);
        var snapshots = await shop.CheckEverySnapshotAsync(replica);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{shop.Writers.Committed} transactions of {Connections} connections in {Duration.TotalSeconds} s, {snapshots} snapshots exact"));
        Assert.True(snapshots >= Duration.TotalSeconds / 2, string.Create(CultureInfo.InvariantCulture, $"only {snapshots} commits"));
    }
}
