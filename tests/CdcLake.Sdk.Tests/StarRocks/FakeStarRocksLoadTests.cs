using CdcLake.Testing;

namespace CdcLake.Tests.StarRocks;

/// <summary>What of Stream Load only the stand-in can be asked for.</summary>
public sealed class FakeStarRocksLoadTests : IAsyncDisposable
{
    private const string Path = "/api/analytics/users/_stream_load";
    private static readonly (string, string)[] Json = [("format", "json"), ("strip_outer_array", "true"), ("strict_mode", "true")];
    private readonly FakeStarRocks _server = new(o => o.Frontends = 2);
    private readonly HttpLoads _loads;

    public FakeStarRocksLoadTests()
    {
        _loads = new HttpLoads(_server);
        _server.Execute("CREATE DATABASE analytics");
        _server.Execute("""
            CREATE TABLE analytics.users (`id` BIGINT NOT NULL, `name` VARCHAR(8) NULL, `age` TINYINT NULL, `born` DATE NOT NULL) PRIMARY KEY (`id`)
            DISTRIBUTED BY HASH(`id`) PROPERTIES ("replication_num" = "1")
            """);
    }

    public async ValueTask DisposeAsync()
    {
        _loads.Dispose();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task Labels_are_forgotten_on_demand()
    {
        await _loads.LoadAsync(Path, """[{"id":1,"born":"2000-01-01"}]""", [.. Json, ("label", "one")]);
        Assert.Equal("VISIBLE", await _loads.StateAsync("analytics", "one"));
        _server.ForgetLabels();
        Assert.Equal("UNKNOWN", await _loads.StateAsync("analytics", "one"));
    }

    [Fact]
    public async Task Limits_have_the_words_of_the_server()
    {
        await using var small = new FakeStarRocks(o => (o.MaxVersions, o.MaxJsonBytes, o.MaxRunningTransactions) = (1, 40, 1));
        using var loads = new HttpLoads(small);
        small.Execute("CREATE DATABASE analytics");
        small.Execute("""CREATE TABLE analytics.users (`id` BIGINT NOT NULL) PRIMARY KEY (`id`) PROPERTIES ("replication_num" = "1")""");
        Assert.StartsWith("The size of this batch exceed the max size [40]", (await loads.LoadAsync(Path, "[{\"id\":1},                                    {\"id\":2}]", Json))["Message"], StringComparison.Ordinal);
        await loads.LoadAsync(Path, "[{\"id\":1}]", Json);
        Assert.Contains("because of too many versions, current/limit: 1/1", (await loads.LoadAsync(Path, "[{\"id\":1}]", Json))["Message"], StringComparison.Ordinal);
        small.Compact();
        Assert.Equal("OK", (await loads.TransactionAsync("begin", null, ("label", "open"), ("db", "analytics"), ("table", "users")))["Status"]);
        Assert.Contains("current running txns on db", (await loads.LoadAsync(Path, "[{\"id\":1}]", Json))["Message"], StringComparison.Ordinal);
    }
}
