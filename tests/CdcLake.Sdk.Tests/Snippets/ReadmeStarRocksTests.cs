using CdcLake.Testing;
using CdcLake.Tests.Pipelines;

namespace CdcLake.Tests.Snippets;

/// <summary>The README's pipelines into StarRocks.</summary>
public sealed class ReadmeStarRocksTests
{
    [Fact]
    public async Task Pipeline_into_both_kinds_of_tables_builds()
    {
        await using var pipeline = Both(new MySqlSource("Server=localhost;User ID=cdc;Password=secret"), IcebergCatalog.FileSystem("warehouse"));
        Assert.Contains("starrocks(analytics.users)", pipeline.Explain(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pipeline_fills_the_stand_in()
    {
        using var shop = new ShopLog();
        shop.Log.Transaction(t => t.Insert(ShopLog.Items, ShopLog.NewItem(1, "cup"), ShopLog.NewItem(2, "jar")));
        Assert.Equal(["cup", "jar"], await FillAsync(shop.Source(), default));
    }

    private static Pipeline Both(MySqlSource mysql, IcebergCatalog lake)
    {
        // snippet: starrocks
        var starRocks = new StarRocksCluster(
            "Server=fe1,fe2;User ID=cdc;Password=secret", o => o.LoadUrl = "http://fe1:8030;http://fe2:8030");
        var both = Pipeline
            .FromMySqlBinlog(mysql.Table("testdb.users"))
            .ToIceberg(lake.Table("lakehouse.users"))
            .ToStarRocks(starRocks.Table("analytics.users", t => t.Buckets = 10))
            .Build("users-in-both");
        // end-snippet
        return both;
    }

    private static async Task<IReadOnlyList<string?>> FillAsync(MySqlSource source, CancellationToken cancellationToken)
    {
        // snippet: starrocks-test
        await using var cluster = new FakeStarRocks();
        var target = new StarRocksCluster(cluster.ConnectionString, o => o.LoadUrl = cluster.LoadUrl);
        await using var pipeline = Pipeline
            .FromMySqlBinlog(source.Table("shop.items"))
            .ToStarRocks(target.Table("analytics.items", t => t.ReplicationNum = 1))
            .Build("items");
        await pipeline.RunAsync(cancellationToken);
        var names = cluster.Rows("analytics.items").Select(r => r["name"]);
        // end-snippet
        return [.. names];
    }
}
