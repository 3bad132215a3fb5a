namespace CdcLake.Tests.StarRocks;

/// <summary>Stream Load as StarRocks' documents and sources describe it, of the stand-in or of a real cluster (<see cref="StarRocksUnderTest"/>).</summary>
public sealed class StarRocksLoadConformanceTests : IAsyncDisposable
{
    private static readonly (string, string)[] Json = [("format", "json"), ("strip_outer_array", "true"), ("strict_mode", "true")];
    private readonly StarRocksUnderTest _cluster = new();
    private readonly HttpLoads _loads;

    public StarRocksLoadConformanceTests()
    {
        _loads = new HttpLoads(_cluster);
        _cluster.CreateTable("users", "`id` BIGINT NOT NULL, `name` VARCHAR(8) NULL, `age` TINYINT NULL, `born` DATE NOT NULL");
    }

    private string Path => $"/api/{_cluster.Database}/users/_stream_load";

    public async ValueTask DisposeAsync()
    {
        _loads.Dispose();
        await _cluster.DisposeAsync();
    }

    [Fact]
    public async Task A_load_goes_through_a_redirect_and_replaces_rows_by_key()
    {
        var answer = await _loads.LoadAsync(Path, """[{"id":2,"name":"Bo","born":"1999-01-02"},{"id":1,"name":"Ann","born":"2000-01-02"},{"id":2,"__op":1,"born":"1970-01-01"}]""", [.. Json, ("label", "one")]);
        Assert.Equal(("Success", "OK", "one", "3"), (answer["Status"], answer["Message"], answer["Label"], answer["NumberLoadedRows"]));
        Assert.Equal(2, _loads.Hops);
        Assert.Equal(["1 Ann"], _cluster.Rows("id, name", "users"));
        Assert.Equal("VISIBLE", await _loads.StateAsync(_cluster.Database, "one"));
        Assert.Equal(2, _loads.Hops); // a follower was asked, the leader answered
        Assert.Equal("UNKNOWN", await _loads.StateAsync(_cluster.Database, "other"));
    }

    [Fact]
    public async Task A_label_is_used_once_unless_its_load_was_aborted()
    {
        await _loads.LoadAsync(Path, """[{"id":1,"born":null}]""", [.. Json, ("label", "one")]);
        Assert.Equal("ABORTED", await _loads.StateAsync(_cluster.Database, "one"));
        Assert.Equal("Success", (await _loads.LoadAsync(Path, """[{"id":1,"born":"2000-01-01"}]""", [.. Json, ("label", "one")]))["Status"]);
        var again = await _loads.LoadAsync(Path, """[{"id":2,"born":"2000-01-01"}]""", [.. Json, ("label", "one")]);
        Assert.Equal(("Label Already Exists", "FINISHED", "Label [one] has already been used."), (again["Status"], again["ExistingJobStatus"], again["Message"]));
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
        Assert.Empty(_cluster.Rows("id", "users"));
    }

    [Fact]
    public async Task Without_strict_mode_a_bad_value_is_null_in_silence()
    {
        await _loads.LoadAsync(Path, """[{"id":1,"born":"2000-01-01","age":2000}]""", Json[..2]);
        Assert.Equal(["1 -"], _cluster.Rows("id, age", "users"));
    }

    [Fact]
    public async Task Traps_of_clients_are_answered_as_StarRocks_does()
    {
        var noExpect = await _loads.SendAsync(HttpMethod.Put, Path, "[]", Json, expects: false);
        Assert.Equal(("FAILED", "class com.starrocks.common.DdlException: There is no 100-continue header"), (noExpect["Status"], noExpect["Message"]));
        var noCredentials = await _loads.SendAsync(HttpMethod.Put, Path, "[]", Json, keepsCredentials: false);
        Assert.Equal(("Fail", "no valid Basic authorization", 200), (noCredentials["Status"], noCredentials["Message"], _loads.StatusCode));
        using var stranger = new HttpLoads(_cluster, "wrong");
        Assert.StartsWith($"Access denied for {_cluster.User}@", (await stranger.LoadAsync(Path, "[]", Json))["msg"], StringComparison.Ordinal);
        Assert.Equal(401, stranger.StatusCode);
        Assert.Equal("unknown data format, format=parquet", (await _loads.LoadAsync(Path, "x", ("format", "parquet")))["Message"]);
    }

    [Fact]
    public async Task Csv_tells_null_from_empty_and_takes_bytes_as_hex()
    {
        _cluster.CreateTable("files", "`id` INT NOT NULL, `t` VARCHAR(20), `b` VARBINARY");
        var headers = new[] { ("column_separator", "\\x01"), ("row_delimiter", "\\x02"), ("columns", "`id`,`t`,`b`,`__op`"), ("strict_mode", "true"), ("enclose", "\"") };
        var answer = await _loads.LoadAsync($"/api/{_cluster.Database}/files/_stream_load", "1\u0001\\N\u000100ff\u00010\u00022\u0001\"\"\u0001\\N\u00010\u00023\u0001\"a\"\"\u0001\\N\"\u0001\u00010\u0002", headers);
        Assert.Equal(("Success", "3"), (answer["Status"], answer["NumberLoadedRows"]));
        Assert.Equal(["1 -", "2 ", "3 a\"\u0001\\N"], _cluster.Rows("id, t", "files"));
        Assert.Equal("too many filtered rows", (await _loads.LoadAsync($"/api/{_cluster.Database}/files/_stream_load", """[{"id":9,"b":"00"}]""", Json))["Message"]);
    }
}
