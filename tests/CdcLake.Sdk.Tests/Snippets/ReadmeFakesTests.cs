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
}
