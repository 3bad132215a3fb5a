using CdcLake.Planning.Logical;
using CdcLake.Testing;
using static CdcLake.Tests.Testing.SalesPipeline;

namespace CdcLake.Tests.Testing;

/// <summary>Results are compared with the user's own lambdas, run by LINQ, which finds an operator that is wrong; and where LINQ means something else than MySQL it is said so.</summary>
public sealed class HarnessLinqTests
{
    private static readonly MySqlSource MySql = new("Server=nowhere.invalid;User ID=cdc;Password=secret");

    [Fact]
    public async Task A_join_with_aggregates_is_compared_by_LINQ()
    {
        await using var harness = await StartAsync(Build());
        var compared = await harness.AssertMatchesBatchAsync();
        Assert.Equal(["iceberg(demo.sales_by_product)"], compared.ByLinq);
        Assert.Empty(compared.NotByLinq);
    }

    [Fact]
    public async Task Every_other_operation_that_LINQ_has_is_compared()
    {
        var sales = Pipeline.FromMySqlBinlog(MySql.Table<Sale>("appdb.sales"));
        var products = MySql.Table<Product>("appdb.products");
        var lake = IcebergCatalog.FileSystem("/nowhere");
        sales.Where(s => s.Qty > 1 && s.Price < 5m).ToIceberg(lake.Table("demo.filtered"), s => s.Id);
        sales.LeftJoin(products, s => s.ProductId, p => p.Id, (s, p) => new { s.Id, p!.Name, Product = (int?)p!.Id }).ToIceberg(lake.Table("demo.left"), s => s.Id);
        sales.Exists(products, s => s.ProductId, p => p.Id).Select(s => new { s.Id, Twice = s.Qty * 2 }).ToIceberg(lake.Table("demo.known"), s => s.Id);
        sales.NotExists(products, s => s.ProductId, p => p.Id).ToIceberg(lake.Table("demo.unknown"), s => s.Id);
        sales.Select(s => new { s.ProductId }).Distinct().ToIceberg(lake.Table("demo.products"), s => s.ProductId);
        sales.Select(s => new { s.Qty, s.ProductId }).Union(sales.Select(s => new { Qty = s.Qty + 1, s.ProductId })).ToIceberg(lake.Table("demo.union"), s => new { s.Qty, s.ProductId });
        var all = sales.Aggregate(s => s.ProductId, g => new { Product = g.Key, Mean = g.Average(s => s.Price), Least = g.Min(s => s.Price), Kinds = g.CountDistinct(s => s.Qty), Large = g.Count(s => s.Qty > 1) })
            .ToIceberg(lake.Table("demo.means"), r => r.Product);
        await using var harness = await StartAsync(all.Build("all"));
        for (var seed = 1; seed <= 30; seed++)
        {
            await harness.Sales().InsertAsync(new(100 + seed, seed % 5, seed % 4, seed * 0.37m, Noon));
        }

        var compared = await harness.AssertMatchesBatchAsync();
        Assert.Empty(compared.NotByLinq);
        Assert.Equal(7, compared.ByLinq.Count);
    }

    [Fact]
    public async Task An_operator_that_is_wrong_is_found()
    {
        var pipeline = Pipeline.FromMySqlBinlog(MySql.Table<Sale>("appdb.sales")).Where(s => s.Qty > 1)
            .ToIceberg(IcebergCatalog.FileSystem("/nowhere").Table("demo.large"), s => s.Id).Build("large");
        var plan = pipeline.Definition.Plan;
        var unfiltered = plan.Sinks[0] with { Input = ((LogicalFilter)plan.Sinks[0].Input).Input }; // as one that lets every row pass
        await using var broken = new Pipeline(pipeline.Definition with { Plan = plan.With([unfiltered]) });
        await using var harness = await StartAsync(broken);
        await harness.Sales().InsertAsync(new(50, 1, 1, 1m, Noon));
        var error = await Assert.ThrowsAsync<RowMismatchException>(() => harness.AssertMatchesBatchAsync());
        Assert.Contains("by LINQ", error.Message, StringComparison.Ordinal);
        Assert.Equal(2, error.Unexpected.Count); // one of the rows at first, and this one
        Assert.Contains(error.Unexpected, r => r.StartsWith("id = 50", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_LINQ_does_otherwise_than_MySQL_is_named()
    {
        var products = Pipeline.FromMySqlBinlog(MySql.Table<Product>("appdb.products"));
        var lake = IcebergCatalog.FileSystem("/nowhere");
        products.Where(p => SqlFunctions.Like(p.Name, "K%")).ToIceberg(lake.Table("demo.liked"), p => p.Id);
        products.Where(p => p.Name == "kettle").ToIceberg(lake.Table("demo.named"), p => p.Id);
        products.MaxBy(p => p.Sku, p => p.Id).ToIceberg(lake.Table("demo.newest"), p => p.Sku);
        var all = products.Aggregate(p => p.Name, g => new { Name = g.Key, Products = g.Count() }).ToIceberg(lake.Table("demo.names"), p => p.Name);
        await using var harness = await StartAsync(all.Build("all"));
        Assert.Contains("iceberg(demo.names)", (await harness.AssertMatchesBatchAsync()).ByLinq);
        await harness.Products().InsertAsync(new(9, "X", "KETTLE"));
        var left = (await harness.AssertMatchesBatchAsync()).NotByLinq;
        Assert.Equal("a call of SqlFunctions.Like", left["iceberg(demo.liked)"]);
        Assert.StartsWith("a comparison of texts", left["iceberg(demo.named)"], StringComparison.Ordinal);
        Assert.Equal("MaxBy, MinBy", left["iceberg(demo.newest)"]);
        Assert.StartsWith("keys that differ by letter case alone", left["iceberg(demo.names)"], StringComparison.Ordinal);
    }

    private static Task<PipelineHarness> StartAsync(Pipeline pipeline) => PipelineHarness.StartAsync(pipeline, o =>
    {
        if (pipeline.Explain().Contains("appdb.products", StringComparison.Ordinal))
        {
            o.Rows("appdb.products", new Product(1, "KET-1", "Kettle"), new Product(2, "POT-1", "Pot"));
        }

        if (pipeline.Explain().Contains("appdb.sales", StringComparison.Ordinal))
        {
            o.Rows("appdb.sales", new Sale(1, 1, 2, 9.90m, Noon), new Sale(2, 2, 3, 1.10m, Noon), new Sale(3, 7, 1, 4m, Noon));
        }
    });
}
