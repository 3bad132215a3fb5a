using System.Globalization;
using System.Text.Json.Nodes;
using CdcLake.Iceberg.Catalogs.FileSystem;
using CdcLake.Iceberg.Catalogs.Jdbc;
using CdcLake.Iceberg.Catalogs.Rest;
using CdcLake.Iceberg.Operations;
using CdcLake.Tests.Iceberg.Catalogs.Rest;
using CdcLake.Tests.Storage.S3;
using Microsoft.Data.Sqlite;
using CdcLake.Testing.Rest;
using CdcLake.Testing;

namespace CdcLake.Tests.Iceberg.Catalogs;

/// <summary>Files of REST and JDBC tables in S3: with the keys that the catalog hands out, renewed while a table is written, or with those of its properties.</summary>
public sealed class TablesInS3Tests : IAsyncLifetime
{
    private readonly FakeS3Server _s3 = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _s3.DisposeAsync();

    [Fact]
    public async Task Keys_that_the_catalog_hands_out_are_used_and_renewed()
    {
        var clock = new SetClock();
        using var server = new RestCatalogHandler($"s3://{FakeS3Server.Bucket}/wh", clock);
        server.LoadExtra = () => new JsonObject
        {
            ["config"] = new JsonObject { ["s3.endpoint"] = _s3.Endpoint, ["s3.path-style-access"] = "true" },
            ["storage-credentials"] = new JsonArray(new JsonObject
            {
                ["prefix"] = $"s3://{FakeS3Server.Bucket}/wh",
                ["config"] = new JsonObject
                {
                    ["s3.access-key-id"] = FakeS3Server.Key,
                    ["s3.secret-access-key"] = FakeS3Server.Secret,
                    ["s3.session-token"] = _s3.SessionToken,
                    ["s3.session-token-expires-at-ms"] = clock.Now.AddHours(1).ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture),
                },
            }),
        };
        var settings = new RestSettings(new Uri("http://lake/"), new Dictionary<string, string>()) { Handler = server, Clock = clock };
        _s3.SessionToken = "session 0";
        await using var model = new SinkModel(() => RestCatalog.Open(settings).Tables, RestFixture.Settings);
        await model.OpenAsync();
        for (var hour = 1; hour < 4; hour++)
        {
            model.Put(hour, "row", hour);
            await model.EndAndCommitAsync();
            clock.Now += TimeSpan.FromMinutes(56);
            _s3.SessionToken = $"session {hour}"; // from now on the former one is refused
        }

        await model.CheckAsync();
        Assert.Contains(_s3.Objects.Keys, k => k.StartsWith("wh/demo/items/data/", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Keys_of_the_properties_serve_a_jdbc_catalog()
    {
        using var folder = new TemporaryFolder(inMemory: true);
        using var database = SqliteFactory.Instance.CreateDataSource($"Data Source={folder["catalog.db"]};Pooling=False");
        var properties = new Dictionary<string, string>
        {
            ["s3.endpoint"] = _s3.Endpoint, ["s3.path-style-access"] = "true", ["s3.access-key-id"] = FakeS3Server.Key, ["s3.secret-access-key"] = FakeS3Server.Secret,
        };
        var settings = new JdbcSettings("lake", $"s3://{FakeS3Server.Bucket}/wh", properties);
        await using var model = new SinkModel(() => JdbcCatalog.Open(database, settings, TimeProvider.System).Tables, RestFixture.Settings);
        await model.OpenAsync();
        for (var commit = 0; commit < 3; commit++)
        {
            model.Put(commit, "row", commit);
            await model.EndAndCommitAsync();
        }

        await model.CheckAsync();
        var lake = IcebergCatalog.Jdbc(database, "lake", $"s3://{FakeS3Server.Bucket}/wh", o => properties.ToList().ForEach(p => o.Properties.Add(p)));
        await lake.DropTableAsync("demo.items", purge: true);
        Assert.Empty(_s3.Objects.Keys);
    }

    [Fact]
    public async Task Orphans_in_s3_are_found_and_removed()
    {
        await using var model = new SinkModel(_s3.Store());
        await model.OpenAsync();
        model.Put(1, "row", 1);
        await model.EndAndCommitAsync();
        var kept = _s3.Objects.Keys.Order(StringComparer.Ordinal).ToList();
        var folder = model.Sink.Version!.Table.Metadata.Location;
        var files = model.Sink.Version!.Table.Files;
        string[] orphans = [$"{folder}/data/left-behind.parquet", $"{folder}/metadata/left-behind.avro"];
        foreach (var orphan in orphans)
        {
            await files.PutAsync(orphan, "x"u8.ToArray(), default);
        }

        var removal = new OrphanRemoval(new NamedTable(new FileSystemCatalog(_s3.Store()), SinkModel.Table, TimeProvider.System));
        Assert.Empty(await removal.RunAsync(TimeSpan.FromDays(1), dryRun: false, default));
        Assert.Equal(orphans, (await removal.RunAsync(TimeSpan.FromHours(-1), dryRun: true, default)).Order(StringComparer.Ordinal));
        Assert.Equal(2, (await removal.RunAsync(TimeSpan.FromHours(-1), dryRun: false, default)).Count);
        Assert.Equal(kept, _s3.Objects.Keys.Order(StringComparer.Ordinal));
        await model.CheckAsync();
    }

    [Fact]
    public async Task Folder_catalog_in_s3_lists_and_drops()
    {
        var lake = IcebergCatalog.FromProperties("lake", new Dictionary<string, string>
        {
            ["type"] = "hadoop", ["warehouse"] = $"s3://{FakeS3Server.Bucket}/warehouse", ["s3.endpoint"] = _s3.Endpoint, ["s3.path-style-access"] = "true",
            ["s3.access-key-id"] = FakeS3Server.Key, ["s3.secret-access-key"] = FakeS3Server.Secret,
        });
        await lake.CreateNamespaceAsync("other");
        await using (var model = new SinkModel(_s3.Store()))
        {
            await model.OpenAsync();
        }

        var spaces = new List<string>();
        await foreach (var space in lake.ListNamespacesAsync())
        {
            spaces.Add(space);
        }

        Assert.Equal(["demo", "other"], spaces.Order());
        await lake.DropTableAsync("demo.items");
        await lake.DropNamespaceAsync("other");
        Assert.Empty(_s3.Objects.Keys);
    }
}
