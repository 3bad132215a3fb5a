using CdcLake.Iceberg.Catalogs;
using CdcLake.Iceberg.Catalogs.FileSystem;
using CdcLake.Storage;
using CdcLake.Tests.Iceberg.Catalogs.Rest;

namespace CdcLake.Tests.Iceberg.Catalogs;

/// <summary>Namespaces and names: the same calls, results and errors in a folder and behind a service.</summary>
public sealed class CatalogAdministrationTests : IDisposable
{
    private readonly RestFixture _rest = new();

    public void Dispose() => _rest.Dispose();

    [Theory]
    [InlineData("filesystem")]
    [InlineData("rest")]
    public async Task Namespaces_are_created_listed_changed_and_dropped(string kind)
    {
        var names = Open(kind).Names;
        await names.CreateNamespaceAsync(["a"], new Dictionary<string, string> { ["owner"] = "anna", ["x"] = "1" }, default);
        await names.CreateNamespaceAsync(["a", "b"], new Dictionary<string, string>(), default);
        await AdministrationChecks.NamespacesAsync(names);
    }

    [Theory]
    [InlineData("filesystem")]
    [InlineData("rest")]
    public async Task Tables_are_listed_page_by_page_and_dropped(string kind)
    {
        _rest.Server.PageSize = 2;
        var catalog = Open(kind);
        await AdministrationChecks.TablesAsync(catalog, canRename: kind != "filesystem");
    }

    [Fact]
    public async Task Page_size_of_the_user_is_asked_for()
    {
        _rest.Properties["rest-page-size"] = "2";
        var catalog = Open("rest");
        await AdministrationChecks.TablesAsync(catalog, canRename: true);
        Assert.Contains("GET v1/namespaces/n/tables?pageToken=&pageSize=2", _rest.Server.Requests);
        Assert.Contains("GET v1/namespaces/n/tables?pageToken=%262&pageSize=2", _rest.Server.Requests);
    }

    [Fact]
    public async Task Dropped_folder_leaves_nothing_and_the_table_can_be_made_anew()
    {
        var store = new LocalObjectStore(_rest.Folder.Path, TimeProvider.System);
        var catalog = FileSystemCatalog.Open(store, TimeProvider.System);
        for (var round = 0; round < 2; round++)
        {
            await using var model = new SinkModel(store);
            await model.OpenAsync();
            Assert.Equal(0, model.Position);
            model.Put(1, "row", 1);
            await model.EndAndCommitAsync();
            await model.CheckAsync();
            await catalog.Names.DropTableAsync(SinkModel.Table, purge: true, default);
            Assert.Empty(_rest.Folder.Files);
            Assert.Null(await catalog.Tables.LoadAsync(SinkModel.Table, default));
        }
    }

    [Fact]
    public async Task Properties_of_a_table_are_set_and_removed_by_anybody_at_any_time()
    {
        await using var model = new SinkModel(new LocalObjectStore(_rest.Folder.Path, TimeProvider.System));
        await model.OpenAsync();
        var lake = IcebergCatalog.FileSystem(_rest.Folder.Path);
        await Task.WhenAll(Enumerable.Range(0, 4).Select(n => lake.SetTablePropertiesAsync("demo.items", new Dictionary<string, string> { [$"key{n}"] = "x" })));
        await lake.RemoveTablePropertiesAsync("demo.items", ["key1", "unknown"]);
        var properties = await lake.LoadTablePropertiesAsync("demo.items");
        Assert.Equal(["key0", "key2", "key3"], properties.Keys.Where(k => k.StartsWith("key", StringComparison.Ordinal)).Order());
        model.Put(1, "row", 1);
        Assert.NotNull(await model.EndAndCommitAsync());

        Assert.Equal(CatalogError.NoSuchTable, (await Assert.ThrowsAsync<CatalogException>(() => lake.LoadTablePropertiesAsync("demo.none"))).Error);
        await lake.SetTablePropertiesAsync("demo.items", new Dictionary<string, string> { ["gc.enabled"] = "false" });
        Assert.Equal(CatalogError.BadRequest, (await Assert.ThrowsAsync<CatalogException>(() => lake.DropTableAsync("demo.items", purge: true))).Error);
        Assert.True(await lake.TableExistsAsync("demo.items"));
        await lake.DropTableAsync("demo.items");
        Assert.False(await lake.TableExistsAsync("demo.items"));
    }

    [Theory]
    [InlineData("warehous", "warehouse")]
    [InlineData("rest.sigv4-enable", "rest.sigv4-enabled")]
    [InlineData("s3.endpont", "s3.endpoint")]
    [InlineData("header.", "header.")]
    public void Property_that_is_not_known_is_an_error_with_the_nearest(string name, string nearest)
    {
        var error = Assert.Throws<ArgumentException>(() => IcebergCatalog.Rest("http://lake", o => o.Properties[name] = "x"));
        Assert.Contains(nearest, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("lake:8181")]
    [InlineData("ftp://lake")]
    public void Uri_of_no_catalog_is_an_error(string uri) => Assert.Throws<ArgumentException>(() => IcebergCatalog.Rest(uri));

    private OpenedCatalog Open(string kind) => kind == "rest" ? _rest.Open() : FileSystemCatalog.Open(new LocalObjectStore(_rest.Folder.Path, TimeProvider.System), TimeProvider.System);
}
