using CdcLake.Connectors;
using CdcLake.Testing;
using CdcLake.Tests.Runtime;

namespace CdcLake.Tests.StarRocks;

/// <summary>Pipelines of numbered epochs into tables of a stand-in, made of the real runtime and the real client.</summary>
internal static class StarRocksPipeline
{
    // Pauses are a hundredth of what they are (HastyClock), but time goes by as ever: many attempts fit in.
    private static readonly TimeSpan Impatience = TimeSpan.FromSeconds(1);

    public static StarRocksCluster Cluster(FakeStarRocks server, Action<StarRocksOptions>? configure = null) => new(server.ConnectionString, o =>
    {
        (o.LoadUrl, o.RetryFor) = (server.LoadUrl, Impatience);
        configure?.Invoke(o);
    });

    public static ISinkTarget Table(StarRocksCluster cluster, string name) => cluster.Table(name, t => (t.Buckets, t.ReplicationNum) = (2, 1)).Target(checksKeys: true);

    /// <summary>Sends all epochs, with a commit after each.</summary>
    public static Task RunAsync(FakeStarRocks server, IReadOnlyList<ScriptedEpoch> epochs, params ReadOnlySpan<string> tables)
    {
        var cluster = Cluster(server);
        var targets = new List<ISinkTarget>();
        foreach (var table in tables)
        {
            targets.Add(Table(cluster, table));
        }

        return RunAsync(new ScriptedSource(epochs), targets);
    }

    public static async Task RunAsync(ISource source, IReadOnlyList<ISinkTarget> targets)
    {
        await using var pipeline = ScriptedPipeline.Replica(source, targets, o => (o.TimeProvider, o.RetryFor) = (new HastyClock(), TimeSpan.FromSeconds(20)));
        await pipeline.RunAsync();
    }

    /// <summary>Rows as <c>id=qty</c>.</summary>
    public static string Rows(FakeStarRocks server, string table) => string.Join(' ', server.Rows(table).Select(r => $"{r["id"]}={r["qty"]}"));

    /// <summary>Number of the position that a table stands for, as the server says; <c>-</c> without one.</summary>
    public static async Task<string> PositionAsync(FakeStarRocks server, string table) =>
        TestPosition.Short(await Cluster(server).Table(table).ReadPositionAsync());
}
