using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using CdcLake.Iceberg.Catalogs;
using CdcLake.Iceberg.Catalogs.Rest;
using CdcLake.Testing.Rest;

namespace CdcLake.Tests.Iceberg.Catalogs.Rest;

/// <summary>Credentials for files that the catalog hands out: by longest prefix, renewed before they expire, and never those of another way.</summary>
public sealed class VendedCredentialsTests : IDisposable
{
    private readonly RestFixture _fixture = new();
    private int _given;

    private RestCatalogHandler Server => _fixture.Server;

    public void Dispose() => _fixture.Dispose();

    [Fact]
    public async Task Longest_prefix_goes_before_the_table_and_that_before_the_catalog()
    {
        _fixture.Properties["s3.endpoint"] = "http://catalog";
        _fixture.Properties["s3.access-key-id"] = "catalog";
        Server.LoadExtra = () => new JsonObject
        {
            ["config"] = new JsonObject { ["s3.access-key-id"] = "table" },
            ["storage-credentials"] = new JsonArray(
                Credential("file:///", "root"), Credential($"file://{_fixture.Folder.Path}/demo/items/data", "data"), Credential("s3://elsewhere", "elsewhere")),
        };
        await WriteAsync();
        var keys = _fixture.Opened.ToDictionary(o => o.Uri.Contains("/data/", StringComparison.Ordinal) ? "data" : "metadata", o => o.Properties["s3.access-key-id"]);
        Assert.Equal(("data", "root"), (keys["data"], keys["metadata"]));
        Assert.All(_fixture.Opened, o => Assert.Equal("http://catalog", o.Properties["s3.endpoint"]));
        Assert.Equal("vended-credentials", Server.Headers["X-Iceberg-Access-Delegation"]);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Credentials_are_renewed_before_they_expire_while_a_table_is_written(bool hasEndpoint)
    {
        if (hasEndpoint)
        {
            ((JsonArray)Server.Config["endpoints"]!).Add("GET /v1/{prefix}/namespaces/{namespace}/tables/{table}/credentials");
        }

        Server.LoadExtra = () => new JsonObject { ["storage-credentials"] = new JsonArray(Credential("file:", $"key {++_given}", _fixture.Clock.Now.AddHours(1))) };
        await using var model = _fixture.NewModel();
        await model.OpenAsync();
        for (var hour = 1; hour < 4; hour++)
        {
            var before = _given;
            model.Put(hour, "row", hour);
            await model.EndAndCommitAsync();
            Assert.Equal(before, _given);
            _fixture.Clock.Now += TimeSpan.FromMinutes(56);
            model.Put(hour, "row again", hour);
            await model.EndAndCommitAsync();
            Assert.Equal(before + 1, _given);
            Assert.Equal($"key {_given}", _fixture.Opened[^1].Properties["s3.access-key-id"]);
            Assert.Equal(hasEndpoint, Server.Requests.Any(r => r.EndsWith("/credentials", StringComparison.Ordinal)));
        }

        await model.CheckAsync();
    }

    [Fact]
    public async Task Credentials_that_cannot_be_renewed_are_used_until_they_expire_and_are_an_error_then()
    {
        Server.LoadExtra = () => new JsonObject { ["storage-credentials"] = new JsonArray(Credential("file:", $"key {++_given}", _fixture.Clock.Now.AddHours(1))) };
        await using var model = _fixture.NewModel();
        await model.OpenAsync();
        Server.Intercept = (r, _) => r.Method == HttpMethod.Get ? RestCatalogHandler.Error(500, "Oops") : null;
        _fixture.Clock.Now += TimeSpan.FromMinutes(57);
        model.Put(1, "row", 1);
        Assert.NotNull(await model.EndAndCommitAsync());
        _fixture.Clock.Now += TimeSpan.FromMinutes(4);
        model.Put(2, "row", 2);
        await model.EndEpochAsync();
        var error = await Assert.ThrowsAsync<ObjectStoreException>(() => model.CommitAsync());
        Assert.True(error.IsTransient);
        Assert.Contains("expired", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Credentials_of_a_load_are_forgotten_with_their_time_once_new_ones_came_by_prefix()
    {
        // Polaris hands out the same key twice at a load, in the table's configuration and by prefix, and by prefix alone afterwards.
        ((JsonArray)Server.Config["endpoints"]!).Add("GET /v1/{prefix}/namespaces/{namespace}/tables/{table}/credentials");
        Server.LoadExtra = () =>
        {
            var credential = Credential("file:", $"key {++_given}", _fixture.Clock.Now.AddHours(1));
            return new JsonObject { ["config"] = credential["config"]!.DeepClone(), ["storage-credentials"] = new JsonArray(credential) };
        };
        Server.Corrupt = (request, answer) => request.RequestUri!.AbsolutePath.EndsWith("/credentials", StringComparison.Ordinal) ? WithoutConfig(answer) : answer;
        await using var model = _fixture.NewModel();
        await model.OpenAsync();
        for (var hour = 1; hour < 4; hour++)
        {
            var before = _given;
            _fixture.Clock.Now += TimeSpan.FromMinutes(70);
            model.Put(hour, "row", hour);
            await model.EndAndCommitAsync();
            Assert.Equal(before + 1, _given);
            Assert.Equal($"key {_given}", _fixture.Opened[^1].Properties["s3.access-key-id"]);
        }
    }

    [Fact]
    public async Task Key_of_the_catalog_leaves_nothing_of_itself_beside_one_that_was_handed_out()
    {
        foreach (var (name, value) in new[] { ("access-key-id", "mine"), ("secret-access-key", "my secret"), ("session-token", "my token") })
        {
            _fixture.Properties["s3." + name] = value;
        }

        Server.LoadExtra = () => new JsonObject { ["storage-credentials"] = new JsonArray(Credential("", "handed-out")) };
        await WriteAsync();
        Assert.All(_fixture.Opened, o => Assert.Equal(("handed-out", false), (o.Properties["s3.access-key-id"], o.Properties.ContainsKey("s3.session-token"))));
    }

    [Fact]
    public async Task Server_that_knows_one_way_of_loading_renews_credentials_by_that()
    {
        Server.LoadExtra = () => new JsonObject { ["storage-credentials"] = new JsonArray(Credential("file:", $"key {++_given}", _fixture.Clock.Now.AddHours(1))) };
        Server.Intercept = (r, _) => r.RequestUri!.Query.Contains("snapshots=refs", StringComparison.Ordinal) ? RestCatalogHandler.Error(400, "BadRequestException", "snapshots: all") : null;
        await using var model = _fixture.NewModel();
        await model.OpenAsync();
        _fixture.Clock.Now += TimeSpan.FromMinutes(70);
        model.Put(1, "row", 1);
        Assert.NotNull(await model.EndAndCommitAsync());
        Assert.Equal($"key {_given}", _fixture.Opened[^1].Properties["s3.access-key-id"]);
    }

    [Fact]
    public async Task What_other_clients_need_is_passed_over()
    {
        // As Lakekeeper, Nessie and Polaris say it: for clients that sign through the catalog, in Java, in Python.
        Server.LoadExtra = () => new JsonObject
        {
            ["config"] = new JsonObject
            {
                ["s3.remote-signing-enabled"] = "true", ["s3.signer.uri"] = "http://lake/", ["s3.signer.endpoint"] = "v1/sign", ["s3.signer"] = "S3V4RestSigner", ["s3.path-style-access"] = true,
                ["client.refresh-credentials-endpoint"] = "v1/x", ["client.credentials-provider"] = "org.example.Provider", ["s3.of-the-future"] = 7, ["client.region"] = null, ["py-io-impl"] = "x",
            },
            ["storage-credentials"] = new JsonArray(Credential("s3://lake/t", "handed-out")),
        };
        await WriteAsync();
        var credentials = StorageCredentials.Read(
            JsonSerializer.SerializeToElement(Server.LoadExtra()), new Dictionary<string, string> { ["s3.secret-access-key"] = "hush" }, SinkModel.Table);
        foreach (var spelling in new[] { "s3://lake/t/x", "s3a://lake/t/x" })
        {
            var properties = credentials.PropertiesOf(spelling);
            Assert.Equal("handed-out", properties["s3.access-key-id"]);
        }

        var usable = credentials.PropertiesOf("s3://lake/t/x").Append(new("s3.secret-access-key", "hush")).ToDictionary(StringComparer.Ordinal);
        Assert.Equal("s3://lake/t/x", TableStores.Open("s3://lake", usable, TimeProvider.System).UriOf("t/x"));
    }

    [Fact]
    public async Task Spellings_of_one_file_are_one_text()
    {
        await using var model = _fixture.NewModel();
        await model.OpenAsync();
        var files = (await _fixture.Open().Tables.LoadAsync(SinkModel.Table, default))!.Files;
        var path = $"{_fixture.Folder.Path}/demo/items/data/x";
        await files.PutAsync($"file://{path}", "1"u8.ToArray(), default);
        foreach (var spelling in new[] { path, $"file:{path}", $"file://{path}" })
        {
            Assert.Equal($"file://{path}", await files.CanonicalAsync(spelling, default));
            Assert.NotNull(await files.LastModifiedAsync(spelling, default));
        }

        var listed = new List<string>();
        await foreach (var uri in files.ListAsync($"file:{_fixture.Folder.Path}/demo/items", default))
        {
            listed.Add(uri);
        }

        Assert.Equal([$"file://{path}"], listed);
    }

    [Fact]
    public async Task Remote_signing_is_refused_by_name()
    {
        Server.LoadExtra = () => new JsonObject { ["config"] = new JsonObject { ["s3.remote-signing-enabled"] = "true" } };
        await using var model = _fixture.NewModel();
        var error = await Assert.ThrowsAsync<CatalogException>(model.OpenAsync);
        Assert.Equal(CatalogError.Unsupported, error.Error);
        Assert.Contains("s3.remote-signing-enabled", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Remote_signing_is_done_without_where_there_are_keys(bool areMine)
    {
        if (areMine)
        {
            (_fixture.Properties["s3.access-key-id"], _fixture.Properties["s3.secret-access-key"]) = ("mine", "secret");
        }

        Server.LoadExtra = () => new JsonObject
        {
            ["config"] = new JsonObject { ["s3.remote-signing-enabled"] = "true" },
            ["storage-credentials"] = areMine ? [] : new JsonArray(Credential("", "handed-out")),
        };
        await WriteAsync();
    }

    private async Task WriteAsync()
    {
        await using var model = _fixture.NewModel();
        await model.OpenAsync();
        model.Put(1, "row", 1);
        await model.EndAndCommitAsync();
    }

    private static HttpResponseMessage WithoutConfig(HttpResponseMessage answer)
    {
        using var stream = answer.Content.ReadAsStream();
        var body = JsonNode.Parse(stream)!.AsObject();
        body.Remove("config");
        return RestCatalogHandler.Json(200, body.ToJsonString());
    }

    private static JsonObject Credential(string prefix, string key, DateTimeOffset? expires = null)
    {
        var config = new JsonObject { ["s3.access-key-id"] = key };
        if (expires is { } end)
        {
            config["s3.session-token-expires-at-ms"] = end.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture);
        }

        return new JsonObject { ["prefix"] = prefix, ["config"] = config };
    }
}
