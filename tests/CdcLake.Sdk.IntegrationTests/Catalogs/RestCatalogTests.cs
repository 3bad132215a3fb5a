using CdcLake.Iceberg.Catalogs;
using CdcLake.Iceberg.Catalogs.Rest;
using CdcLake.Iceberg.Tables;
using CdcLake.Iceberg.Writing;
using CdcLake.IntegrationTests.Fixtures;
using CdcLake.IntegrationTests.Pipelines;
using CdcLake.Tests.Iceberg;

namespace CdcLake.IntegrationTests.Catalogs;

/// <summary>
/// The Iceberg project's own REST catalog server, with Iceberg Java beside us as the other client: one creates and the other writes, both write, and the server fails as
/// servers do.
/// </summary>
public sealed class RestCatalogTests : IAsyncLifetime
{
    private static readonly IcebergSinkSettings Settings = new() { SmallFileBytes = 0, TargetFileSizeBytes = 4_000, FoldAt = 3 };
    private readonly RestSpace _space = new();

    private string Space => _space.Name;

    private TableIdentifier Items => TableIdentifier.Parse($"{Space}.items");

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => _space.DisposeAsync().AsTask();

    [ServerFact(RestServer.Variable, IcebergJava.Variable)]
    public async Task Two_tables_of_a_pipeline_are_committed_in_one_act_and_equal_the_same_job_in_a_folder()
    {
        using var folder = new TemporaryFolder(inMemory: true);
        var lake = IcebergCatalog.Rest(RestServer.Uri);
        await RestServer.ArmAsync("POST .*/transactions/commit", status: 500, after: true);
        await RestServer.ArmAsync("POST .*/transactions/commit", status: 503);
        await RestServer.ArmAsync("POST .*/transactions/commit", drop: true, after: true);
        await RestServer.ArmAsync("POST .*/transactions/commit", status: 429, times: 2);
        try
        {
            await RunAsync(lake, Space, folder["rest"]);
        }
        finally
        {
            await RestServer.DisarmAsync();
        }

        await RunAsync(IcebergCatalog.FileSystem(folder["warehouse"]), "demo", folder["folder"]);
        var gtids = new List<IEnumerable<string?>>();
        foreach (var table in new[] { "sales", "totals" })
        {
            var name = $"{Space}.{table}";
            await IcebergJava.DoAsync(["verify", name, "--all", "--keys", "identifier", "--no-notes", .. RestServer.ForJava]);
            Assert.Equal(
                await IcebergJava.SortedRowsAsync(Path.Combine(folder["warehouse"], "demo", table)), await IcebergJava.SortedRowsAsync([name, .. RestServer.ForJava]));
            var metadata = (await OpenCatalog().LoadAsync(TableIdentifier.Parse(name), default))!.Metadata;
            gtids.Add(metadata.Snapshots.Select(s => s["cdclake.gtid"]));
        }

        Assert.Equal(gtids[0], gtids[1]); // one cut each time, never one without the other
        Assert.True(gtids[0].Count() >= 5, $"only {gtids[0].Count()} commits, so faults did not meet any");
    }

    [ServerTheory(RestServer.Variable)]
    [InlineData(500, true, false)]
    [InlineData(500, false, false)]
    [InlineData(502, true, false)]
    [InlineData(503, false, false)]
    [InlineData(504, true, false)]
    [InlineData(0, true, true)]
    [InlineData(0, false, true)]
    [InlineData(429, false, false)]
    [InlineData(401, false, false)]
    public async Task Commit_that_meets_a_fault_is_there_once_or_not_at_all(int status, bool after, bool drop)
    {
        await using var model = NewModel();
        await model.OpenAsync();
        for (var round = 1; round <= 3; round++)
        {
            await RestServer.ArmAsync($"POST .*/{Space}/tables/items", status, after, drop, times: round == 3 ? 3 : 1);
            var (before, old) = (model.Position, model.Rows.ToList());
            for (var id = 0; id < 50; id += round)
            {
                model.Put(id, $"round {round}", id);
            }

            var changed = model.Rows.ToList();
            try
            {
                await model.EndAndCommitAsync();
            }
            catch (CdcLakeException)
            {
                await model.ReopenAsync();
                Assert.True(model.Position == before || model.Position == before + 1, $"{before} → {model.Position}");
                model.Rows.Clear();
                (model.Position > before ? changed : old).ForEach(r => model.Rows.Add(r.Key, r.Value));
            }

            await RestServer.DisarmAsync();
            await model.CheckAsync();
        }

        model.Put(1000, "goes on", 1);
        Assert.NotNull(await model.EndAndCommitAsync());
        await model.CheckAsync();
    }

    [ServerFact(RestServer.Variable, IcebergJava.Variable)]
    public async Task Table_that_Java_creates_is_written_and_compacted_by_both()
    {
        var name = Items.ToString();
        await IcebergJava.DoAsync(["create", name, "--schema", "id:long*,name:string,qty:int", .. RestServer.ForJava]);
        await using var model = NewModel();
        await model.OpenAsync();
        for (var round = 0; round < 4; round++)
        {
            for (var id = 0; id < 100; id += 1 + round)
            {
                model.Put(id, $"round {round}", id);
            }

            await model.EndAndCommitAsync();
            await IcebergJava.DoAsync(["set-property", name, $"round={round}", .. RestServer.ForJava]);
            if (round == 2)
            {
                await IcebergJava.DoAsync(["rewrite", name, .. RestServer.ForJava]);
            }
        }

        await model.CheckAsync();
        await IcebergJava.DoAsync(["verify", name, "--all", "--keys", "identifier", "--no-notes", .. RestServer.ForJava]);
        Assert.Equal(model.Rows.Count, (await IcebergJava.SortedRowsAsync([name, .. RestServer.ForJava])).Length);
        var properties = (await OpenCatalog().LoadAsync(Items, default))!.Metadata.Properties;
        Assert.Equal("3", properties["round"]);
    }

    [ServerFact(RestServer.Variable, IcebergJava.Variable)]
    public async Task Row_that_Java_appends_is_a_conflict_and_then_refused_by_name()
    {
        using var folder = new TemporaryFolder(inMemory: true);
        await using var model = NewModel();
        await model.OpenAsync();
        model.Put(1, "ours", 1);
        await model.EndAndCommitAsync();
        await File.WriteAllTextAsync(folder["rows.jsonl"], "{\"id\": 7, \"name\": \"theirs\", \"qty\": 1}\n");
        await IcebergJava.DoAsync(["append", Items.ToString(), folder["rows.jsonl"], .. RestServer.ForJava]);
        model.Put(2, "ours", 2);
        await model.EndEpochAsync();
        await Assert.ThrowsAsync<CommitConflictException>(() => model.CommitAsync());
        var error = await Assert.ThrowsAsync<CatalogException>(() => model.ReopenAsync());
        Assert.Contains("operation append", error.Message, StringComparison.Ordinal);
    }

    [ServerFact(RestServer.Variable)]
    public async Task Namespaces_and_tables_are_administered()
    {
        var lake = IcebergCatalog.Rest(RestServer.Uri);
        var deep = $"{Space}.deep";
        await lake.CreateNamespaceAsync(Space, new Dictionary<string, string> { ["owner"] = "anna" });
        Assert.Equal(CatalogError.AlreadyExists, (await Assert.ThrowsAsync<CatalogException>(() => lake.CreateNamespaceAsync(Space))).Error);
        await lake.SetNamespacePropertiesAsync(Space, new Dictionary<string, string> { ["owner"] = "bert", ["x"] = "1" });
        await lake.RemoveNamespacePropertiesAsync(Space, ["x"]);
        Assert.Equal("bert", (await lake.LoadNamespacePropertiesAsync(Space))["owner"]);
        await lake.CreateNamespaceAsync(deep);
        Assert.True(await lake.NamespaceExistsAsync(deep));
        await using (var model = NewModel())
        {
            await model.OpenAsync();
            model.Put(1, "row", 1);
            await model.EndAndCommitAsync();
        }

        Assert.Equal([Items.ToString()], await ListAsync(lake.ListTablesAsync(Space)));
        Assert.Equal([deep], await ListAsync(lake.ListNamespacesAsync(Space)));
        await lake.RenameTableAsync(Items.ToString(), $"{deep}.things");
        await lake.SetTablePropertiesAsync($"{deep}.things", new Dictionary<string, string> { ["comment"] = "renamed" });
        Assert.Equal("renamed", (await lake.LoadTablePropertiesAsync($"{deep}.things"))["comment"]);
        Assert.Equal(CatalogError.NamespaceNotEmpty, (await Assert.ThrowsAsync<CatalogException>(() => lake.DropNamespaceAsync(deep))).Error);
        var location = (await OpenCatalog().LoadAsync(TableIdentifier.Parse($"{deep}.things"), default))!.MetadataLocation["file:".Length..];
        Assert.True(File.Exists(location));
        await lake.DropTableAsync($"{deep}.things", purge: true);
        Assert.False(File.Exists(location));
        Assert.False(await lake.TableExistsAsync($"{deep}.things"));
        await lake.DropNamespaceAsync(deep);
        await lake.DropNamespaceAsync(Space);
        Assert.Equal(CatalogError.NoSuchNamespace, (await Assert.ThrowsAsync<CatalogException>(() => lake.LoadNamespacePropertiesAsync(Space))).Error);
    }

    private SinkModel NewModel() => new(OpenCatalog, Settings, table: Items);

    private static ICatalog OpenCatalog() => RestCatalog.Open(new IcebergRestOptions().Freeze(RestServer.Uri) with { FirstPause = TimeSpan.FromMilliseconds(10) }).Tables;

    private static async Task<List<string>> ListAsync(IAsyncEnumerable<string> names)
    {
        var list = new List<string>();
        await foreach (var name in names)
        {
            list.Add(name);
        }

        return list;
    }

    /// <summary>The recorded log into a replica and an aggregate of it, committed often.</summary>
    private static async Task RunAsync(IcebergCatalog lake, string space, string checkpoints)
    {
        var mysql = MySqlSource.FromFiles(Directory.GetFiles(Repository.RecordedLog, "binlog.0*"));
        await using var pipeline = Pipeline.FromMySqlBinlog(mysql.Table<Sale>("appdb.sales"))
            .ToIceberg(lake.Table($"{space}.sales"), key: s => s.Id)
            .Aggregate(s => new { s.ProductId }, g => new Total(g.Key.ProductId, g.Sum(s => s.Qty), g.Count()))
            .ToIceberg(lake.Table($"{space}.totals"), key: t => t.ProductId)
            .Build("rest-two-tables", o =>
            {
                o.CheckpointFolder = checkpoints;
                o.CommitInterval = TimeSpan.Zero; // each epoch, however fast they come
                o.EpochRows = 1_000;
            });
        await pipeline.RunAsync(new CancellationTokenSource(TimeSpan.FromMinutes(2)).Token);
    }

    private sealed record Sale(long Id, int ProductId, int Qty);

    private sealed record Total(int ProductId, long Qty, long Sales);
}
