using CdcLake.Testing;
using CdcLake.Tests.Testing;
using static CdcLake.Tests.Testing.SalesPipeline;

namespace CdcLake.Tests.Snippets;

/// <summary>Blocks of the page on testing about servers that speak the real protocols.</summary>
public sealed class ReadmeFakesTests
{
    [Fact]
    public async Task Pipeline_runs_from_socket_to_socket()
    {
        using var folder = new TemporaryFolder(inMemory: true);
        var (checkpoints, noon) = (folder.Path, Noon);

        // snippet: fakes
        await using var mysql = new FakeMySqlServer(o =>
        {
            o.CreateTable("CREATE TABLE appdb.products (id INT PRIMARY KEY, sku VARCHAR(20) NOT NULL, name VARCHAR(100) NOT NULL)");
            o.CreateTable("CREATE TABLE appdb.sales (id BIGINT PRIMARY KEY, product_id INT NOT NULL, qty INT NOT NULL, price DECIMAL(10,2) NOT NULL, sale_ts DATETIME(6) NOT NULL)");
        });
        await using var files = new FakeS3Server();
        await using var catalog = new FakeRestCatalog(files, credential: "id:secret");      // tells its clients where the files are, and how to get there

        var source = new MySqlSource(mysql.ConnectionString);
        var lake = IcebergCatalog.Rest(catalog.Uri, o => o.Credential = "id:secret");
        await using var pipeline = Pipeline
            .FromMySqlBinlog(source.Table<Sale>("appdb.sales"))
            .Join(source.Table<Product>("appdb.products"), s => s.ProductId, p => p.Id, (s, p) => new { p.Id, p.Name, s.Qty })
            .Aggregate(l => new { l.Id, l.Name }, g => new { g.Key.Id, g.Key.Name, Sold = g.Sum(l => l.Qty) })
            .ToIceberg(lake.Table("demo.sold"), key: r => r.Id)
            .Build("sold", o => o.CheckpointFolder = checkpoints);
        _ = pipeline.RunAsync();

        var events = 0;
        mysql.Script = step => step.StartsWith("event ", StringComparison.Ordinal) && ++events % 5 == 0 ? FakeMySqlFault.CutInside : FakeMySqlFault.None;
        catalog.Script = (number, request) => number % 7 == 0 && request.StartsWith("POST", StringComparison.Ordinal) ? FakeRestCatalogFault.UnknownAfter : FakeRestCatalogFault.None;
        files.Script = (number, request) => number % 9 == 0 ? FakeS3Fault.SlowDown : FakeS3Fault.None;

        mysql.Transaction(t => t.Table<Product>("appdb.products").Insert(new(1, "KET-1", "Kettle")));
        mysql.Transaction(t => t.Table<Sale>("appdb.sales").InsertMany([new(1, 1, 2, 9.90m, noon), new(2, 1, 5, 9.90m, noon)]));
        mysql.Restart();
        await pipeline.WaitForGtidAsync(mysql.GtidExecuted);
        // end-snippet

        Assert.Contains(files.Keys, k => k.EndsWith(".parquet", StringComparison.Ordinal));
        Assert.Contains(catalog.Requests, r => r.StartsWith("POST v1/namespaces/demo/tables", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Proxy_stands_before_a_server()
    {
        using var folder = new TemporaryFolder(inMemory: true);
        await using var mysql = new FakeMySqlServer(o => o.CreateTable("CREATE TABLE appdb.products (id INT PRIMARY KEY, sku VARCHAR(20) NOT NULL, name TEXT NOT NULL)"));
        mysql.Transaction(t => t.Table<Product>("appdb.products").InsertMany(Enumerable.Range(0, 200).Select(i => new Product(i, $"KET-{i}", new string('x', 1000)))));
        var connectionString = mysql.ConnectionString;

        // snippet: proxy
        await using var proxy = RecordingProxy.MySql(connectionString);                     // or new RecordingProxy("minio", 9000): http://{proxy.EndPoint} instead of http://minio:9000
        var source = new MySqlSource(proxy.ConnectionString);
        proxy.Script = frame => frame switch
        {
            { IsFromServer: true, Connection: 2 } => frame.CutAfter(100_000),                 // in the midst of the snapshot's rows
            { IsFromServer: true, Connection: 3, Number: 4 } => ProxyAction.Silence(after: 3), // open, and nothing comes any more
            { IsFromServer: false, Number: 0 } => ProxyAction.Delay(TimeSpan.FromMilliseconds(20)),
            _ => ProxyAction.Pass,
        };
        // end-snippet
        source = new MySqlSource(proxy.ConnectionString, o => (o.ReadTimeout, o.FirstRetryDelay) = (TimeSpan.FromSeconds(1), TimeSpan.FromMilliseconds(1)));
        var products = new View<int, Product>("products");
        await using var pipeline = Pipeline.FromMySqlBinlog(source.Table<Product>("appdb.products")).ToView(products, key: p => p.Id).Build("products", o => o.CheckpointFolder = folder.Path);
        _ = pipeline.RunAsync();
        await pipeline.WaitForGtidAsync(mysql.GtidExecuted).WaitAsync(TimeSpan.FromSeconds(60));
        Assert.Equal((200, true), (products.Count, proxy.Cuts > 0));
    }
}
