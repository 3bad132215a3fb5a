using CdcLake.Connectors;
using CdcLake.Testing;
using CdcLake.Tests.Runtime;

namespace CdcLake.Tests.StarRocks;

/// <summary>What one process relies on must be visible to all, and what another still has on its way must change nothing.</summary>
public sealed class StarRocksTakeoverTests
{
    private static readonly SinkOpening Opening = new("scripted", ScriptedSource.Columns, [0], TimeProvider.System);

    [Theory]
    [InlineData("2.4.0")]
    [InlineData("3.3.5")]
    [InlineData("4.0.2")]
    public async Task A_table_is_not_emptied_before_all_see_that_it_stands_for_nothing(string version)
    {
        await using var server = new FakeStarRocks(o => o.Version = version);
        await using (var first = await OpenAsync(server))
        {
            await first.CommitAsync(1, EpochKind.CompleteResult, ([1, 10L], 1));
        }

        await using var next = await OpenAsync(server);
        server.Script = r => r.Step == "backend stream-load" && r.Label.EndsWith("_f", StringComparison.Ordinal) ? FakeStarRocksFault.PublishLate : FakeStarRocksFault.None;
        var error = await Assert.ThrowsAsync<StarRocksLoadException>(() => next.BeginAsync(EpochKind.CompleteResult));
        Assert.Contains("is not visible yet", error.Message, StringComparison.Ordinal);
        Assert.True(error.IsTransient);
        Assert.Equal("1=10", StarRocksPipeline.Rows(server, "analytics.items"));
    }

    [Fact]
    public async Task A_table_alone_is_not_said_to_show_rows_before_it_does()
    {
        await using var server = new FakeStarRocks();
        await using var sink = await OpenAsync(server);
        server.Script = r => r.Step == "frontend commit" ? FakeStarRocksFault.PublishLate : FakeStarRocksFault.None;
        await Assert.ThrowsAsync<StarRocksLoadException>(() => sink.CommitAsync(1, EpochKind.CompleteResult, ([1, 10L], 1)));
        Assert.Equal("-", await StarRocksPipeline.PositionAsync(server, "analytics.items"));
    }

    [Fact]
    public async Task An_announcement_that_is_late_does_not_undo_what_a_later_run_has_committed()
    {
        await using var server = new FakeStarRocks();
        await using var first = await OpenAsync(server);
        await first.CommitAsync(1, EpochKind.CompleteResult, ([1, 10L], 1));
        var former = Record(server);
        await using var next = await OpenAsync(server);
        await next.CommitAsync(2, EpochKind.Changes, ([2, 20L], 1));

        using var loads = new HttpLoads(server);
        var answer = await loads.LoadAsync("/api/analytics/cdclake_positions/_stream_load", $"[{former}]", ("label", "late"), ("format", "json"), ("strip_outer_array", "true"), ("merge_condition", "number"));
        Assert.Equal("Success", answer["Status"]);
        Assert.Equal("2", await StarRocksPipeline.PositionAsync(server, "analytics.items"));
    }

    // As the former run would announce its next commit.
    private static string Record(FakeStarRocks server)
    {
        var row = server.Rows("analytics.cdclake_positions").Single();
        var next = long.Parse(row["number"]!, System.Globalization.CultureInfo.InvariantCulture) + 1;
        return System.Text.Json.JsonSerializer.Serialize(row.ToDictionary(c => c.Key, c => c.Key == "number" ? (object)next : c.Value));
    }

    private static Task<FedSinks> OpenAsync(FakeStarRocks server) =>
        FedSinks.OpenAsync(Opening, StarRocksPipeline.Table(StarRocksPipeline.Cluster(server, o => o.RetryFor = TimeSpan.Zero), "analytics.items"));
}
