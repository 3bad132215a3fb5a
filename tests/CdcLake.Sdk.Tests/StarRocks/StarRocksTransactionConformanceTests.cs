namespace CdcLake.Tests.StarRocks;

/// <summary>Transactions of Stream Load: each state, and what each call answers in it, of the stand-in or of a real cluster (<see cref="StarRocksUnderTest"/>).</summary>
public sealed class StarRocksTransactionConformanceTests : IAsyncDisposable
{
    private readonly StarRocksUnderTest _cluster = new();
    private readonly HttpLoads _loads;

    public StarRocksTransactionConformanceTests()
    {
        _loads = new HttpLoads(_cluster);
        _cluster.CreateTable("users", "`id` BIGINT NOT NULL");
    }

    private (string, string)[] Users => [("label", "t1"), ("db", _cluster.Database), ("table", "users")];

    private (string, string)[] Json => [.. Users, ("format", "json"), ("strip_outer_array", "true"), ("strict_mode", "true")];

    public async ValueTask DisposeAsync()
    {
        _loads.Dispose();
        await _cluster.DisposeAsync();
    }

    [Fact]
    public async Task Rows_are_invisible_until_the_commit_and_a_commit_may_be_repeated()
    {
        Assert.Equal("OK", await AskAsync("begin", null, Users));
        Assert.Equal("OK", await AskAsync("load", "[{\"id\":1}]", Json));
        Assert.Equal("OK", await AskAsync("load", "[{\"id\":2}]", Json));
        Assert.Equal("PREPARE", await _loads.StateAsync(_cluster.Database, "t1"));
        Assert.Equal("OK", await AskAsync("prepare", null, Users));
        Assert.Equal("PREPARED", await _loads.StateAsync(_cluster.Database, "t1"));
        Assert.Empty(_cluster.Rows("id", "users"));
        Assert.Equal("OK", await AskAsync("commit", null, Users));
        Assert.Equal(["1", "2"], _cluster.Rows("id", "users"));
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
        var cancelled = await _loads.SendAsync(HttpMethod.Post, $"/api/{_cluster.Database}/users/_cancel?label=t1", null, []);
        Assert.Equal("OK", cancelled["status"]);
        Assert.Equal("ABORTED", await _loads.StateAsync(_cluster.Database, "t1"));
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
    public async Task From_4_0_on_one_transaction_has_several_tables_and_no_prepare()
    {
        await using var cluster = new StarRocksUnderTest("4.0.2");
        if (!cluster.HasSeveralTables)
        {
            return; // a real one, and older
        }

        using var loads = new HttpLoads(cluster);
        cluster.CreateTable("users", "`id` BIGINT NOT NULL");
        cluster.CreateTable("orders", "`id` BIGINT NOT NULL");
        (string, string)[] both = [("label", "t2"), ("db", cluster.Database)];
        Assert.Equal("OK", (await loads.TransactionAsync("begin", null, [.. both, ("transaction_type", "multi")]))["Status"]);
        foreach (var table in new[] { "users", "orders" })
        {
            var load = await loads.TransactionAsync("load", "[{\"id\":1}]", [.. both, ("table", table), .. Json.Skip(3)]);
            Assert.Equal("OK", load["Status"]);
        }

        Assert.Contains("Unsupported operation", (await loads.TransactionAsync("prepare", null, both))["Message"], StringComparison.Ordinal);
        Assert.Empty(cluster.Rows("id", "users"));
        Assert.Equal("OK", (await loads.TransactionAsync("commit", null, both))["Status"]);
        Assert.Equal(["1"], cluster.Rows("id", "users"));
        Assert.Equal(["1"], cluster.Rows("id", "orders"));
    }

    private async Task<string> AskAsync(string verb, string? body, (string, string)[] headers) => (await _loads.TransactionAsync(verb, body, headers))["Status"];

    private async Task<string> AfterAsync(string first, string second)
    {
        await AskAsync(first, null, Users);
        return (await _loads.TransactionAsync(second, null, Users))["Message"];
    }
}
