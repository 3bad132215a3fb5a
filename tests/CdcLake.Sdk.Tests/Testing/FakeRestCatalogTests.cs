using CdcLake.Iceberg.Catalogs;
using CdcLake.Iceberg.Catalogs.Rest;
using CdcLake.Testing;
using CdcLake.Tests.Iceberg;

namespace CdcLake.Tests.Testing;

public sealed class FakeRestCatalogTests
{
    [Theory]
    [MemberData(nameof(CatalogContract.Names), MemberType = typeof(CatalogContract))]
    public async Task Catalog_keeps_the_contract(string check)
    {
        using var folder = new TemporaryFolder(inMemory: true);
        await using var server = new FakeRestCatalog("file://" + folder.Path);
        await CatalogContract.RunAsync(check, Open(server), "contract");
    }

    [Fact]
    public async Task Nobody_gets_in_without_a_token_and_expired_ones_are_renewed()
    {
        using var folder = new TemporaryFolder(inMemory: true);
        await using var server = new FakeRestCatalog("file://" + folder.Path, credential: "me:hush & hush");
        server.Script = (n, _) => n is 4 or 12 ? FakeRestCatalogFault.ExpiredToken : FakeRestCatalogFault.None;
        await CatalogContract.RunAsync("several tables are committed together or not at all", Open(server, "me:hush & hush"), "login");
        Assert.True(server.Requests.Count(r => r == "POST v1/oauth/tokens") >= 2);
        var error = await Assert.ThrowsAsync<CatalogException>(() => Open(server, "me:wrong").Names.LoadNamespaceAsync(["a"], default));
        Assert.Equal(CatalogError.NotAuthenticated, error.Error);
        error = await Assert.ThrowsAsync<CatalogException>(() => Open(server).Names.LoadNamespaceAsync(["a"], default));
        Assert.Equal(CatalogError.NotAuthenticated, error.Error);
    }

    [Theory]
    [InlineData(FakeRestCatalogFault.Unavailable)]
    [InlineData(FakeRestCatalogFault.UnknownBefore)]
    [InlineData(FakeRestCatalogFault.UnknownAfter)]
    [InlineData(FakeRestCatalogFault.CutBefore)]
    [InlineData(FakeRestCatalogFault.CutAfter)]
    [InlineData(FakeRestCatalogFault.Conflict)]
    [InlineData(FakeRestCatalogFault.ExpiredToken)]
    public async Task Commit_that_meets_a_fault_is_there_once_or_not_at_all(FakeRestCatalogFault fault)
    {
        using var folder = new TemporaryFolder(inMemory: true);
        await using var server = new FakeRestCatalog("file://" + folder.Path, credential: "me:secret") { SendsETags = true };
        await using var model = new SinkModel(() => Open(server, "me:secret").Tables, new() { SmallFileBytes = 0 });
        await model.OpenAsync();
        var armed = true;
        server.Script = (_, request) => armed && request.StartsWith("POST", StringComparison.Ordinal) && request.EndsWith("/tables/items", StringComparison.Ordinal) && !(armed = false) ? fault : FakeRestCatalogFault.None;
        model.Put(1, "row", 1);
        try
        {
            await model.EndAndCommitAsync();
        }
        catch (CatalogException error) when (error.IsTransient) // it did not get there: the next run begins anew
        {
            Assert.True(fault is FakeRestCatalogFault.Unavailable or FakeRestCatalogFault.UnknownBefore or FakeRestCatalogFault.CutBefore, error.Message);
            await model.ReopenAsync();
            Assert.Equal(0, model.Position);
            model.Put(1, "row", 1);
        }

        Assert.False(armed);
        model.Put(2, "row", 2);
        await model.EndAndCommitAsync();
        await model.CheckAsync();
    }

    [Fact]
    public async Task Pipeline_writes_through_catalog_and_store_with_what_the_catalog_says()
    {
        await using var files = new FakeS3Server();
        await using var server = new FakeRestCatalog(files, "me:secret");
        var lake = IcebergCatalog.Rest(server.Uri, o => o.Credential = "me:secret");
        await lake.CreateNamespaceAsync("demo");
        Assert.Equal(["demo"], await lake.ListNamespacesAsync().ToListAsync());
        await using var model = new SinkModel(() => Open(server, "me:secret").Tables, new() { SmallFileBytes = 0 });
        await model.OpenAsync();
        model.Put(1, "row", 1);
        await model.EndAndCommitAsync();
        await model.CheckAsync();
        Assert.Contains(files.Keys, k => k.StartsWith("warehouse/demo/items/data/", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_it_does_not_know_is_told()
    {
        await using var server = new FakeRestCatalog("file:///nowhere");
        using var client = new HttpClient();
        using var content = new StringContent("""{"identifier":{"namespace":["demo"],"name":"items"},"requirements":[],"updates":[{"action":"turn-upside-down"}]}""");
        using var answer = await client.PostAsync(new Uri($"{server.Uri}/v1/namespaces/demo/tables/items"), content);
        Assert.Equal(500, (int)answer.StatusCode);
        Assert.Contains("turn-upside-down", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    private static OpenedCatalog Open(FakeRestCatalog server, string? credential = null)
    {
        var options = new IcebergRestOptions { Credential = credential };
        return RestCatalog.Open(options.Freeze(server.Uri) with { FirstPause = TimeSpan.FromMilliseconds(1), LongestPause = TimeSpan.FromMilliseconds(2) });
    }
}
