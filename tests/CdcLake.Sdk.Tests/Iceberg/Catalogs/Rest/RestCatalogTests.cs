using System.Text.Json.Nodes;
using CdcLake.Iceberg.Catalogs;
using CdcLake.Iceberg.Spec;
using CdcLake.Iceberg.Tables;
using CdcLake.Testing.Rest;

namespace CdcLake.Tests.Iceberg.Catalogs.Rest;

/// <summary>Loading, committing and what servers offer or say in their own way.</summary>
public sealed class RestCatalogTests : IDisposable
{
    private readonly RestFixture _fixture = new();

    private RestCatalogHandler Server => _fixture.Server;

    public void Dispose() => _fixture.Dispose();

    [Fact]
    public async Task Commits_are_one_request_each_once_the_table_is_open()
    {
        await using var model = _fixture.NewModel();
        await model.OpenAsync();
        Assert.Equal("GET v1/config?warehouse=wh", Server.Requests[0]);
        Server.Requests.Clear();
        for (var commit = 0; commit < 3; commit++)
        {
            model.Put(commit, "row", commit);
            await model.EndAndCommitAsync();
        }

        Assert.Equal(Enumerable.Repeat("POST v1/namespaces/demo/tables/items", 3), Server.Requests);
        await model.CheckAsync();
    }

    [Fact]
    public async Task Prefix_separator_and_overrides_of_the_server_are_followed()
    {
        Server.Config["overrides"] = new JsonObject { ["prefix"] = "ws/räume", ["namespace-separator"] = "%2E", ["header.X-From"] = "server" };
        Server.Config["defaults"] = new JsonObject { ["header.X-Tenant"] = "default" };
        Server.Prefix = "ws/r%C3%A4ume";
        Server.Separator = '.';
        _fixture.Properties["header.X-Tenant"] = "mine";
        var catalog = _fixture.Open();
        Assert.Null(await catalog.Tables.LoadAsync(TableIdentifier.Parse("a.b.c d"), default));
        Assert.Equal("GET v1/ws/r%C3%A4ume/namespaces/a.b/tables/c%20d?snapshots=all", Server.Requests[^1]);
        Assert.Equal(("server", "mine"), (Server.Headers["X-From"], Server.Headers["X-Tenant"]));
    }

    [Theory]
    [InlineData("main%7Cwarehouse", "main%7Cwarehouse")]
    [InlineData("arn%3Aaws%3As3tables%3Aus-east-1%3A1%3Abucket%2Flake", "arn%3Aaws%3As3tables%3Aus-east-1%3A1%3Abucket%2Flake")]
    [InlineData("projects/10/catalogs/of mine", "projects/10/catalogs/of%20mine")]
    [InlineData("main|100%", "main%7C100%25")]
    public async Task Prefix_may_come_as_it_stands_in_urls(string prefix, string sent)
    {
        Server.Config["overrides"] = new JsonObject { ["prefix"] = prefix };
        Server.Prefix = sent;
        Assert.Null(await _fixture.Open().Tables.LoadAsync(TableIdentifier.Parse("a.b"), default));
        Assert.Equal($"GET v1/{sent}/namespaces/a/tables/b?snapshots=all", Server.Requests[^1]);
    }

    [Fact]
    public async Task Levels_of_namespaces_are_joined_with_a_unit_separator()
    {
        var catalog = _fixture.Open();
        var creation = new TableCreation(IcebergSchema.Of(SinkModel.Columns, [0]), System.Collections.Immutable.ImmutableSortedDictionary<string, string>.Empty);
        Assert.NotNull(await catalog.Tables.CreateAsync(TableIdentifier.Parse("a.b.t"), creation, default));
        Assert.Contains("POST v1/namespaces/a%1Fb/tables", Server.Requests);
        Assert.Null(await catalog.Tables.CreateAsync(TableIdentifier.Parse("a.b.t"), creation, default));
        Assert.Equal("a.b", string.Join('.', await FirstAsync(catalog.Names.ListNamespacesAsync(["a"], default))));
    }

    [Fact]
    public async Task Configuration_without_quotes_and_with_nulls_is_understood()
    {
        Server.Config["defaults"] = new JsonObject { ["warehouse"] = null, ["rest-page-size"] = 10, ["s3.path-style-access"] = true };
        Server.Config["overrides"] = new JsonObject { ["prefix"] = null, ["header.X-On"] = true };
        Assert.Null(await _fixture.Open().Tables.LoadAsync(TableIdentifier.Parse("a.b"), default));
        Assert.Equal("GET v1/namespaces/a/tables/b?snapshots=all", Server.Requests[^1]);
        Assert.Equal("true", Server.Headers["X-On"]);
    }

    [Theory]
    [InlineData("EntityNotFoundException")] // Glue
    [InlineData("NotFoundException")] // S3 Tables
    [InlineData("NoSuchNamespaceException")]
    public async Task Namespace_is_made_for_a_new_table_whatever_its_absence_is_called_and_whoever_owns_those_above(string type)
    {
        var made = new List<string>();
        Server.Intercept = (request, body) =>
        {
            var path = request.RequestUri!.AbsolutePath;
            if (request.Method == HttpMethod.Post && path == "/v1/namespaces")
            {
                made.Add(body);
                return made.Count == 1 ? RestCatalogHandler.Error(403, "ForbiddenException", "a belongs to others") : null;
            }

            return request.Method == HttpMethod.Post && made.Count == 0 ? RestCatalogHandler.Error(404, type) : null;
        };
        var creation = new TableCreation(IcebergSchema.Of(SinkModel.Columns, [0]), System.Collections.Immutable.ImmutableSortedDictionary<string, string>.Empty);
        Assert.NotNull(await _fixture.Open().Tables.CreateAsync(TableIdentifier.Parse("a.b.t"), creation, default));
        Assert.Equal(2, made.Count);
    }

    [Fact]
    public async Task Namespace_that_may_not_be_made_is_the_error_of_a_new_table()
    {
        Server.Intercept = (request, _) => request.Method != HttpMethod.Post ? null
            : request.RequestUri!.AbsolutePath == "/v1/namespaces" ? RestCatalogHandler.Error(403, "ForbiddenException", "not yours") : RestCatalogHandler.Error(404, "NoSuchNamespaceException");
        var creation = new TableCreation(IcebergSchema.Of(SinkModel.Columns, [0]), System.Collections.Immutable.ImmutableSortedDictionary<string, string>.Empty);
        var error = await Assert.ThrowsAsync<CatalogException>(() => _fixture.Open().Tables.CreateAsync(TableIdentifier.Parse("a.b.t"), creation, default));
        Assert.Equal(CatalogError.Forbidden, error.Error);
        Assert.Contains("a.b", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Unchanged_table_is_not_sent_again()
    {
        Server.SendsETags = true;
        await using var model = _fixture.NewModel();
        await model.OpenAsync();
        var catalog = _fixture.Open().Tables;
        var first = await catalog.LoadAsync(SinkModel.Table, default);
        Assert.Same(first, await catalog.LoadAsync(SinkModel.Table, default));
        Assert.True(Server.Headers.ContainsKey("If-None-Match"));
        model.Put(1, "row", 1);
        await model.EndAndCommitAsync();
        Assert.NotSame(first, await catalog.LoadAsync(SinkModel.Table, default));
    }

    [Fact]
    public async Task Server_without_transactions_commits_one_by_one()
    {
        Server.Config.Remove("endpoints");
        var catalog = _fixture.Open().Tables;
        Assert.Null(await catalog.LoadAsync(SinkModel.Table, default));
        Assert.False(catalog.CommitsTogether);
    }

    [Fact]
    public async Task Foreign_commit_in_between_is_a_conflict_with_the_servers_reason_and_removes_our_files()
    {
        await using var model = _fixture.NewModel();
        await model.OpenAsync();
        await using var other = _fixture.NewModel();
        await other.ReopenAsync();
        other.Put(7, "other", 7);
        await other.EndAndCommitAsync();
        model.Put(1, "row", 1);
        await model.EndEpochAsync();
        var files = _fixture.Folder.Files;
        var conflict = await Assert.ThrowsAsync<CommitConflictException>(() => model.CommitAsync());
        Assert.True(conflict.IsTransient);
        Assert.Equal(files, _fixture.Folder.Files);
    }

    [Fact]
    public async Task Property_set_by_somebody_else_is_kept_and_no_conflict()
    {
        await using var model = _fixture.NewModel();
        await model.OpenAsync();
        Server.Edit(new TableCommit(SinkModel.Table, [], [new TableWideUpdates.SetProperties(System.Collections.Immutable.ImmutableSortedDictionary<string, string>.Empty.Add("comment", "hello"))]));
        model.Put(1, "row", 1);
        Assert.NotNull(await model.EndAndCommitAsync());
        Assert.Equal("hello", Server["demo.items"].Properties["comment"]);
    }

    [Fact]
    public async Task Dropped_table_is_a_conflict_that_does_not_pass()
    {
        await using var model = _fixture.NewModel();
        await model.OpenAsync();
        Server.Drop("demo.items");
        model.Put(1, "row", 1);
        await model.EndEpochAsync();
        var conflict = await Assert.ThrowsAsync<CommitConflictException>(() => model.CommitAsync());
        Assert.False(conflict.IsTransient);
        Assert.Contains("dropped", conflict.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(400, "BadRequestException", CatalogError.BadRequest, false)]
    [InlineData(403, "ForbiddenException", CatalogError.Forbidden, false)]
    [InlineData(406, "UnsupportedOperationException", CatalogError.Unsupported, false)]
    [InlineData(422, "UnprocessableEntityException", CatalogError.BadRequest, false)]
    [InlineData(429, "TooManyRequestsException", CatalogError.Unavailable, true)]
    [InlineData(503, "ServiceUnavailableException", CatalogError.Unavailable, true)]
    public async Task Answers_become_typed_errors(int status, string type, CatalogError kind, bool isTransient)
    {
        Server.Intercept = (r, _) => r.RequestUri!.AbsolutePath.Contains("tables", StringComparison.Ordinal) ? RestCatalogHandler.Error(status, type, "because") : null;
        var error = await Assert.ThrowsAsync<CatalogException>(() => _fixture.Open().Tables.LoadAsync(SinkModel.Table, default));
        Assert.Equal((kind, isTransient), (error.Error, error.IsTransient));
        Assert.Contains($"{type}: because", error.Message, StringComparison.Ordinal);
        Assert.Equal(isTransient ? 6 : 2, Server.Requests.Count); // what passes is tried again, within a budget
    }

    [Theory]
    [InlineData("v1/config")]
    [InlineData("tables/items")]
    public async Task Page_of_a_proxy_is_named_as_such(string where)
    {
        Server.Intercept = (r, _) => r.RequestUri!.AbsolutePath.EndsWith(where, StringComparison.Ordinal) ? RestCatalogHandler.Html(404) : null;
        var error = await Assert.ThrowsAsync<CatalogException>(() => _fixture.Open().Tables.LoadAsync(SinkModel.Table, default));
        Assert.Contains("Something went wrong", error.Message, StringComparison.Ordinal);
        Assert.False(error.IsTransient);
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("{\"defaults\":{\"a\":[]}}")]
    [InlineData("<html>")]
    public async Task Configuration_that_is_none_is_an_error(string body)
    {
        Server.Intercept = (_, _) => RestCatalogHandler.Json(200, body);
        var error = await Assert.ThrowsAsync<CatalogException>(() => _fixture.Open().Tables.LoadAsync(SinkModel.Table, default));
        Assert.Contains("not what an Iceberg REST catalog says", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Configuration_is_asked_for_again_after_a_failure()
    {
        var catalog = _fixture.Open().Tables;
        Server.Intercept = (_, _) => RestCatalogHandler.Error(500, "Oops");
        await Assert.ThrowsAsync<CatalogException>(() => catalog.LoadAsync(SinkModel.Table, default));
        Server.Intercept = null;
        Assert.Null(await catalog.LoadAsync(SinkModel.Table, default));
    }

    [Fact]
    public async Task Busy_server_is_left_alone_for_as_long_as_it_asks()
    {
        var refusals = 0;
        Server.Intercept = (_, _) =>
        {
            if (++refusals > 2)
            {
                return null;
            }

            var busy = RestCatalogHandler.Error(429, "TooManyRequestsException");
            busy.Headers.TryAddWithoutValidation("Retry-After", "0");
            return busy;
        };
        Assert.Null(await _fixture.Open().Tables.LoadAsync(SinkModel.Table, default));
        Assert.Equal(4, refusals);
    }

    [Fact]
    public async Task Properties_for_new_tables_come_from_the_catalog_too()
    {
        _fixture.Properties["table-default.comment"] = "made here";
        _fixture.Properties["table-override.write.parquet.compression-codec"] = "snappy";
        await using var model = _fixture.NewModel();
        await model.OpenAsync();
        var properties = Server["demo.items"].Properties;
        Assert.Equal(("made here", "snappy"), (properties["comment"], properties["write.parquet.compression-codec"]));
    }

    private static async Task<T> FirstAsync<T>(IAsyncEnumerable<T> items)
    {
        await foreach (var item in items)
        {
            return item;
        }

        throw new InvalidOperationException("nothing");
    }
}
