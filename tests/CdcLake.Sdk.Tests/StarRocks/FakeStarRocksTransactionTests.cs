using CdcLake.Testing;

namespace CdcLake.Tests.StarRocks;

/// <summary>What of transactions only the stand-in can be asked for.</summary>
public sealed class FakeStarRocksTransactionTests : IAsyncDisposable
{
    private static readonly (string, string)[] Users = [("label", "t1"), ("db", "analytics"), ("table", "users")];
    private static readonly (string, string)[] Json = [.. Users, ("format", "json"), ("strip_outer_array", "true"), ("strict_mode", "true")];
    private readonly FakeStarRocks _server = Start("3.3.5");
    private readonly HttpLoads _loads;

    public FakeStarRocksTransactionTests() => _loads = new HttpLoads(_server);

    public async ValueTask DisposeAsync()
    {
        _loads.Dispose();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task A_backend_that_comes_back_knows_nothing_and_a_cancel_ends_what_it_held()
    {
        await AskAsync("begin", null, Users);
        _server.Script = r => r.Step == "backend load" ? FakeStarRocksFault.DieInBody : FakeStarRocksFault.None;
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => AskAsync("load", "[{\"id\":1}]", Json));
        _server.Script = _ => FakeStarRocksFault.None;
        Assert.Equal("TXN_NOT_EXISTS", await AskAsync("load", "[{\"id\":1}]", Json));
        Assert.Equal("PREPARE", await _loads.StateAsync("analytics", "t1"));
        Assert.Equal(["analytics.t1 PREPARE"], _server.OpenTransactions);
        Assert.Equal("OK", (await _loads.SendAsync(HttpMethod.Post, "/api/analytics/t1/_cancel", null, []))["status"]);
        Assert.Empty(_server.OpenTransactions);
    }

    [Fact]
    public async Task Late_publication_is_committed_at_once_and_visible_later()
    {
        await AskAsync("begin", null, Users);
        await AskAsync("load", "[{\"id\":1}]", Json);
        await AskAsync("prepare", null, Users);
        _server.Script = r => r.Step == "frontend commit" ? FakeStarRocksFault.PublishLate : FakeStarRocksFault.None;
        Assert.Equal("Publish Timeout", await AskAsync("commit", null, Users));
        Assert.Equal("COMMITTED", await _loads.StateAsync("analytics", "t1"));
        Assert.Empty(_server.Rows("analytics.users"));
        _server.Publish();
        Assert.Single(_server.Rows("analytics.users"));
    }

    private async Task<string> AskAsync(string verb, string? body, (string, string)[] headers) => (await _loads.TransactionAsync(verb, body, headers))["Status"];

    private static FakeStarRocks Start(string version)
    {
        var server = new FakeStarRocks(o => o.Version = version);
        server.Execute("CREATE DATABASE analytics");
        foreach (var table in new[] { "users", "orders" })
        {
            server.Execute($"""CREATE TABLE analytics.{table} (`id` BIGINT NOT NULL) PRIMARY KEY (`id`) DISTRIBUTED BY HASH(`id`) BUCKETS 2 PROPERTIES ("replication_num" = "1")""");
        }

        return server;
    }
}
