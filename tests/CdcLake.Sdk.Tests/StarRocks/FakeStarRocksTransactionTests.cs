using CdcLake.Testing;

namespace CdcLake.Tests.StarRocks;

/// <summary>The transaction interface of the stand-in: each state, and what each call answers in it.</summary>
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
    public async Task Rows_are_invisible_until_the_commit_and_a_commit_may_be_repeated()
    {
        Assert.Equal("OK", await AskAsync("begin", null, Users));
        Assert.Equal("OK", await AskAsync("load", "[{\"id\":1}]", Json));
        Assert.Equal("OK", await AskAsync("load", "[{\"id\":2}]", Json));
        Assert.Equal("PREPARE", await _loads.StateAsync("analytics", "t1"));
        Assert.Equal("OK", await AskAsync("prepare", null, Users));
        Assert.Equal("PREPARED", await _loads.StateAsync("analytics", "t1"));
        Assert.Empty(_server.Rows("analytics.users"));
        Assert.Equal(["analytics.t1 PREPARED"], _server.OpenTransactions);
        Assert.Equal("OK", await AskAsync("commit", null, Users));
        Assert.Equal(2, _server.Rows("analytics.users").Count);
        Assert.Contains("has already committed", (await _loads.TransactionAsync("commit", null, Users))["Message"], StringComparison.Ordinal);
        Assert.Contains("Can not abort VISIBLE", (await _loads.TransactionAsync("rollback", null, Users))["Message"], StringComparison.Ordinal);
        Assert.Equal("LABEL_ALREADY_EXISTS", await AskAsync("begin", null, Users));
    }

    [Fact]
    public async Task What_is_rolled_back_or_cancelled_is_gone_and_its_label_free()
    {
        await AskAsync("begin", null, Users);
        await AskAsync("load", "[{\"id\":1}]", Json);
        Assert.Equal("OK", await AskAsync("rollback", null, Users));
        Assert.Contains("Can not commit ABORTED", (await _loads.TransactionAsync("commit", null, Users))["Message"], StringComparison.Ordinal);
        Assert.Equal("OK", await AskAsync("begin", null, Users));
        var cancelled = await _loads.SendAsync(HttpMethod.Post, "/api/analytics/users/_cancel?label=t1", null, []);
        Assert.Equal("OK", cancelled["status"]);
        Assert.Equal("ABORTED", await _loads.StateAsync("analytics", "t1"));
        Assert.Empty(_server.OpenTransactions);
    }

    [Fact]
    public async Task Mistakes_have_the_words_of_the_backend()
    {
        Assert.Contains("hasn't send any data yet", await AfterAsync("begin", "prepare"), StringComparison.Ordinal);
        Assert.Equal("current transaction is aborted", (await _loads.TransactionAsync("load", "[]", Json))["Message"]);
        await AskAsync("begin", null, Users);
        await AskAsync("load", "[{\"id\":1}]", Json);
        Assert.Equal("load request not equal last.", (await _loads.TransactionAsync("load", "1", [.. Users, ("format", "csv")]))["Message"]);
        await AskAsync("begin", null, Users);
        Assert.Equal("OK", await AskAsync("load", "[{\"id\":null}]", Json)); // noticed when it is prepared
        Assert.Equal("too many filtered rows", (await _loads.TransactionAsync("prepare", null, Users))["Message"]);
        Assert.Contains("No database selected", (await _loads.TransactionAsync("begin", null, ("label", "x")))["Message"], StringComparison.Ordinal);
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
        Assert.Equal("OK", (await _loads.SendAsync(HttpMethod.Post, "/api/analytics/t1/_cancel", null, []))["status"]);
    }

    [Fact]
    public async Task From_4_0_on_one_transaction_has_several_tables_and_no_prepare()
    {
        await using var server = Start("4.0.2");
        using var loads = new HttpLoads(server);
        (string, string)[] both = [("label", "t2"), ("db", "analytics")];
        Assert.Equal("OK", (await loads.TransactionAsync("begin", null, [.. both, ("transaction_type", "multi")]))["Status"]);
        foreach (var table in new[] { "users", "orders" })
        {
            var load = await loads.TransactionAsync("load", "[{\"id\":1}]", [.. both, ("table", table), .. Json[3..]]);
            Assert.Equal("OK", load["Status"]);
        }

        Assert.Contains("Unsupported operation", (await loads.TransactionAsync("prepare", null, both))["Message"], StringComparison.Ordinal);
        Assert.Empty(server.Rows("analytics.users"));
        Assert.Equal("OK", (await loads.TransactionAsync("commit", null, both))["Status"]);
        Assert.Single(server.Rows("analytics.users"));
        Assert.Single(server.Rows("analytics.orders"));
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

    private async Task<string> AfterAsync(string first, string second)
    {
        await AskAsync(first, null, Users);
        return (await _loads.TransactionAsync(second, null, Users))["Message"];
    }

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
