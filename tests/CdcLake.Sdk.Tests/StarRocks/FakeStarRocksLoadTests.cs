using CdcLake.Testing;

namespace CdcLake.Tests.StarRocks;

/// <summary>Stream Load into the stand-in, as StarRocks' documents and sources describe it.</summary>
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
    public async Task A_load_goes_through_a_redirect_and_replaces_rows_by_key()
    {
        var answer = await _loads.LoadAsync(Path, """[{"id":2,"name":"Bo","born":"1999-01-02"},{"id":1,"name":"Ann","born":"2000-01-02"},{"id":2,"__op":1,"born":"1970-01-01"}]""", [.. Json, ("label", "one")]);
        Assert.Equal(("Success", "OK", "one", "3"), (answer["Status"], answer["Message"], answer["Label"], answer["NumberLoadedRows"]));
        Assert.Equal(2, _loads.Hops);
        Assert.Equal(["1 Ann"], _server.Rows("analytics.users").Select(r => $"{r["id"]} {r["name"]}"));
        Assert.Equal("VISIBLE", await _loads.StateAsync("analytics", "one"));
        Assert.Equal(2, _loads.Hops); // a follower was asked, the leader answered
        Assert.Equal("UNKNOWN", await _loads.StateAsync("analytics", "other"));
    }

    [Fact]
    public async Task A_label_is_used_once_unless_its_load_was_aborted()
    {
        await _loads.LoadAsync(Path, """[{"id":1,"born":null}]""", [.. Json, ("label", "one")]);
        Assert.Equal("ABORTED", await _loads.StateAsync("analytics", "one"));
        Assert.Equal("Success", (await _loads.LoadAsync(Path, """[{"id":1,"born":"2000-01-01"}]""", [.. Json, ("label", "one")]))["Status"]);
        var again = await _loads.LoadAsync(Path, """[{"id":2,"born":"2000-01-01"}]""", [.. Json, ("label", "one")]);
        Assert.Equal(("Label Already Exists", "FINISHED", "Label [one] has already been used."), (again["Status"], again["ExistingJobStatus"], again["Message"]));
        _server.ForgetLabels();
        Assert.Equal("UNKNOWN", await _loads.StateAsync("analytics", "one"));
    }

    [Theory]
    [InlineData("""[{"id":1,"born":null}]""", "NULL value in non-nullable column 'born'")]
    [InlineData("""[{"id":1,"born":"2000-01-01","name":"żółwżółw"}]""", "String 'żółwżółw'(length=14) is too long. The max length of 'name' is 8")]
    [InlineData("""[{"id":1,"born":"2000-01-01","age":2000}]""", "Value '2000' is out of range")]
    [InlineData("""[{"id":1,"born":"2000-13-01"}]""", "Value '2000-13-01' is out of range")]
    public async Task A_row_that_does_not_fit_fails_the_load_and_stands_in_the_error_log(string body, string line)
    {
        var answer = await _loads.LoadAsync(Path, body, Json);
        Assert.Equal(("Fail", "too many filtered rows", "1"), (answer["Status"], answer["Message"], answer["NumberFilteredRows"]));
        using var http = new HttpClient();
        Assert.StartsWith($"Error: {line}", await http.GetStringAsync(new Uri(answer["ErrorURL"])), StringComparison.Ordinal);
        Assert.Empty(_server.Rows("analytics.users"));
    }

    [Fact]
    public async Task Without_strict_mode_a_bad_value_is_null_in_silence()
    {
        await _loads.LoadAsync(Path, """[{"id":1,"born":"2000-01-01","age":2000}]""", Json[..2]);
        Assert.Null(_server.Rows("analytics.users").Single()["age"]);
    }

    [Fact]
    public async Task Traps_of_clients_are_answered_as_StarRocks_does()
    {
        var noExpect = await _loads.SendAsync(HttpMethod.Put, Path, "[]", Json, expects: false);
        Assert.Equal(("FAILED", "class com.starrocks.common.DdlException: There is no 100-continue header"), (noExpect["Status"], noExpect["Message"]));
        var noCredentials = await _loads.SendAsync(HttpMethod.Put, Path, "[]", Json, keepsCredentials: false);
        Assert.Equal(("Fail", "no valid Basic authorization", 200), (noCredentials["Status"], noCredentials["Message"], _loads.StatusCode));
        using var stranger = new HttpLoads(_server, "wrong");
        Assert.Equal("Access denied for root@127.0.0.1", (await stranger.LoadAsync(Path, "[]", Json))["msg"]);
        Assert.Equal(401, stranger.StatusCode);
        Assert.Equal("unknown data format, format=parquet", (await _loads.LoadAsync(Path, "x", ("format", "parquet")))["Message"]);
    }

    [Fact]
    public async Task Csv_tells_null_from_empty_and_takes_bytes_as_hex()
    {
        _server.Execute("""CREATE TABLE analytics.files (`id` INT NOT NULL, `t` VARCHAR(20), `b` VARBINARY) PRIMARY KEY (`id`) PROPERTIES ("replication_num" = "1")""");
        var headers = new[] { ("column_separator", "\\x01"), ("row_delimiter", "\\x02"), ("columns", "`id`,`t`,`b`,`__op`"), ("strict_mode", "true"), ("enclose", "\"") };
        var answer = await _loads.LoadAsync("/api/analytics/files/_stream_load", "1\u0001\\N\u000100ff\u00010\u00022\u0001\"\"\u0001\\N\u00010\u00023\u0001\"a\"\"\u0001\\N\"\u0001\u00010\u0002", headers);
        Assert.Equal(("Success", "3"), (answer["Status"], answer["NumberLoadedRows"]));
        Assert.Equal(["- 00ff", "[] -", "[a\"\u0001\\N] "], _server.Rows("analytics.files").Select(r => $"{(r["t"] is { } t ? $"[{t}]" : "-")} {r["b"] ?? "-"}"));
        Assert.Equal("too many filtered rows", (await _loads.LoadAsync("/api/analytics/files/_stream_load", """[{"id":9,"b":"00"}]""", Json))["Message"]);
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
