using CdcLake.Columnar;
using CdcLake.Connectors;
using CdcLake.StarRocks.Commits;
using CdcLake.StarRocks.Ddl;
using CdcLake.StarRocks.StreamLoad;
using CdcLake.Testing;
using CdcLake.Tests.Runtime;

namespace CdcLake.Tests.StarRocks;

/// <summary>What the client has to say to a cluster, one kind of conversation each.</summary>
internal static class Conversations
{
    private static readonly Schema Items = ScriptedSource.Columns;

    /// <summary>Two commits of a table by the whole runtime.</summary>
    public static Task TwoCommitsAsync(FakeStarRocks server) => StarRocksPipeline.RunAsync(
        new ScriptedSource([ScriptedEpoch.Insert(1, 10), ScriptedEpoch.Update(1, 10, 11)]), [StarRocksPipeline.Table(StarRocksPipeline.Cluster(server), "analytics.items")]);

    /// <summary>One commit of two tables.</summary>
    public static async Task TwoTablesAsync(FakeStarRocks server)
    {
        await using var sinks = await OpenAsync(server, Items, "analytics.items", "analytics.copy");
        await sinks.CommitAsync(1, EpochKind.Changes, ([1, 10L], 1));
    }

    /// <summary>Bytes, for which JSON has no form.</summary>
    public static async Task BytesAsync(FakeStarRocks server)
    {
        await using var sinks = await OpenAsync(server, new Schema([.. Items.Fields, new Field("picture", DataType.Binary, true)]), "analytics.items");
        await sinks.CommitAsync(1, EpochKind.Changes, ([1, 10L, "\u0001\u00FF"], 1), ([2, 20L, null], 1));
    }

    /// <summary>Bodies packed with gzip.</summary>
    public static async Task CompressedAsync(FakeStarRocks server)
    {
        var cluster = StarRocksPipeline.Cluster(server, o => o.Compress = true);
        await using var sinks = await FedSinks.OpenAsync(Opening(Items), StarRocksPipeline.Table(cluster, "analytics.items"));
        await sinks.CommitAsync(1, EpochKind.Changes, ([1, 10L], 1));
    }

    /// <summary>Another definition of the captured table.</summary>
    public static async Task AlterationAsync(FakeStarRocks server)
    {
        await using (var sinks = await FedSinks.OpenAsync(Opening(Items, 1), StarRocksPipeline.Table(StarRocksPipeline.Cluster(server), "analytics.items")))
        {
            await sinks.CommitAsync(1, EpochKind.Changes, ([1, 10L], 1));
        }

        var wider = new Schema([.. Items.Fields, new Field("note", DataType.String, true)]);
        await using var next = await FedSinks.OpenAsync(Opening(wider, 2), StarRocksPipeline.Table(StarRocksPipeline.Cluster(server), "analytics.items"));
        await next.CommitAsync(2, EpochKind.CompleteResult, ([1, 10L, "a"], 1));
    }

    /// <summary>A run that was killed before its commit, and the next one, which ends what was left open; a rollback that fails makes it cancel.</summary>
    public static async Task SettledAsync(FakeStarRocks server)
    {
        await using (var killed = await FedSinks.OpenAsync(Opening(Items), StarRocksPipeline.Table(StarRocksPipeline.Cluster(server, o => o.RetryFor = TimeSpan.Zero), "analytics.items")))
        {
            var isDead = false;
            server.Script = r => (isDead |= r.Step == "frontend commit") ? FakeStarRocksFault.DropBefore : FakeStarRocksFault.None;
            await Assert.ThrowsAsync<StarRocksLoadException>(() => killed.CommitAsync(1, EpochKind.Changes, ([1, 10L], 1)));
        }

        server.Script = r => r.Step == "frontend rollback" ? FakeStarRocksFault.Refuse : FakeStarRocksFault.None;
        await using var next = await OpenAsync(server, Items, "analytics.items");
    }

    /// <summary>Rows that the cluster does not take, and its list of them.</summary>
    public static async Task RejectedAsync(FakeStarRocks server)
    {
        await (await OpenAsync(server, Items, "analytics.items")).DisposeAsync();
        var connection = StarRocksPipeline.Cluster(server).Commits.Connection;
        var labels = new Labels(connection, TimeProvider.System);
        var body = new LoadBody();
        body.Write("[{\"id\":null,\"qty\":8}]"u8);
        using var transaction = new LoadTransaction(connection, labels, TimeProvider.System, "analytics", "items", "rejected");
        await transaction.AddAsync(new LoadPiece(TableName.Parse("analytics.items"), [new("format", "json"), new("strip_outer_array", "true")], body), default);
        await Assert.ThrowsAsync<StarRocksLoadException>(() => transaction.PrepareAsync(default));
    }

    private static SinkOpening Opening(Schema schema, int definition = 1) => new("scripted", schema, [0], TimeProvider.System, $"plan {definition}", $"shop-{definition}");

    private static Task<FedSinks> OpenAsync(FakeStarRocks server, Schema schema, params string[] tables)
    {
        var cluster = StarRocksPipeline.Cluster(server);
        return FedSinks.OpenAsync(Opening(schema), [.. tables.Select(t => StarRocksPipeline.Table(cluster, t))]);
    }
}
