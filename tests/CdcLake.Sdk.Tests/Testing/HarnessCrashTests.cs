using CdcLake.Testing;
using static CdcLake.Tests.Testing.SalesPipeline;

namespace CdcLake.Tests.Testing;

/// <summary>A pipeline that is killed in a harness goes on as if nothing had been.</summary>
public sealed class HarnessCrashTests
{
    [Theory]
    [InlineData(CrashPoint.Reading)]
    [InlineData(CrashPoint.Preparing)]
    [InlineData(CrashPoint.BeforePublish)]
    [InlineData(CrashPoint.BetweenSinks)]
    [InlineData(CrashPoint.AfterPublish)]
    [InlineData(CrashPoint.BeforeCheckpoint)]
    [InlineData(CrashPoint.AfterCheckpoint)]
    public async Task A_kill_at_each_point_loses_and_doubles_nothing(CrashPoint point)
    {
        await using var harness = await PipelineHarness.StartAsync(Build(hasTwoTargets: true), o => o.Rows("appdb.products", new Product(1, "KET-1", "Kettle")));
        await harness.Sales().InsertAsync(new(1, 1, 2, 9.90m, Noon));
        harness.CrashAt(point);
        await harness.TransactionAsync(t =>
        {
            t.Table<Sale>("appdb.sales").Insert(new(2, 1, 3, 10m, Noon));
            t.Table<Sale>("appdb.sales").Update(new(1, 1, 1, 9.90m, Noon));
        });
        Assert.Equal(1, harness.Crashes);
        SalesByProduct[] expected = [new(1, "KET-1", "Kettle", 4, 39.90m, 2, Noon)];
        Assert.Equal(expected, await harness.ResultAsync());
        Assert.Equal(expected, await harness.ResultAsync("demo.copy"));
        await harness.AssertMatchesBatchAsync();
    }

    [Theory]
    [InlineData(CrashPoint.BeforePublish)]
    [InlineData(CrashPoint.AfterPublish)]
    public async Task Targets_of_a_REST_catalog_are_committed_in_one_act(CrashPoint point)
    {
        await using var harness = await PipelineHarness.StartAsync(Build(hasTwoTargets: true, lake: IcebergCatalog.Rest("http://nowhere.invalid")));
        await harness.Products().InsertAsync(new(1, "KET-1", "Kettle"));
        harness.CrashAt(point);
        await harness.Sales().InsertAsync(new(1, 1, 2, 9.90m, Noon));
        Assert.Equal(1, harness.Crashes);
        Assert.Equal(2, (await harness.ResultAsync("demo.copy"))[0].TotalQty);
        await harness.AssertMatchesBatchAsync();
        harness.CrashAt(CrashPoint.BetweenSinks);
        await Assert.ThrowsAsync<PipelineHarnessException>(() => harness.Sales().InsertAsync(new(2, 1, 2, 9.90m, Noon))); // there is no such moment
    }

    [Fact]
    public async Task A_kill_and_restart_leaves_every_target_as_it_was()
    {
        await using var harness = await PipelineHarness.StartAsync(Build(hasTwoTargets: true));
        await harness.Products().InsertAsync(new(1, "KET-1", "Kettle"));
        for (var i = 1; i <= 6; i++)
        {
            await harness.Sales().InsertAsync(new(i, 1, 1, 9.90m, Noon));
            await harness.CrashAndRestartAsync();
        }

        Assert.Equal(6, harness.Crashes);
        Assert.Equal(6, (await harness.ResultAsync())[0].SaleCount);
        await harness.AssertMatchesBatchAsync();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Kills_by_chance_change_no_result(int seed)
    {
        await using var harness = await PipelineHarness.StartAsync(Build(hasTwoTargets: true), o => (o.Seed, o.CrashRate) = (seed, 0.15));
        for (var i = 1; i <= 8; i++)
        {
            await harness.TransactionAsync(t =>
            {
                t.Table<Product>("appdb.products").Insert(new(i, $"P-{i}", $"Product {i}"));
                t.Table<Sale>("appdb.sales").InsertMany([new(2 * i, i, i, 1.25m, Noon), new((2 * i) + 1, 1 + (i / 2), 1, 2m, Noon)]);
            });
            await harness.AssertMatchesBatchAsync();
        }

        Assert.NotEqual(0, harness.Crashes);
    }

    [Fact]
    public async Task The_same_seed_kills_at_the_same_places()
    {
        Assert.Equal(await CrashesAsync(5), await CrashesAsync(5));

        static async Task<int> CrashesAsync(int seed)
        {
            await using var harness = await PipelineHarness.StartAsync(Build(), o => (o.Seed, o.CrashRate) = (seed, 0.2));
            for (var i = 1; i <= 5; i++)
            {
                await harness.Products().InsertAsync(new(i, $"P-{i}", $"Product {i}"));
            }

            return harness.Crashes;
        }
    }

    [Fact]
    public async Task A_point_that_the_pipeline_does_not_come_by_fails_the_write()
    {
        var mysql = new MySqlSource("Server=nowhere.invalid;User ID=cdc");
        var replica = Pipeline.FromMySqlBinlog(mysql.Table<Product>("appdb.products")).ToIceberg(IcebergCatalog.FileSystem("/nowhere").Table("demo.products")).Build("replica");
        await using var harness = await PipelineHarness.StartAsync(replica);
        harness.CrashAt(CrashPoint.AfterCheckpoint);
        var error = await Assert.ThrowsAsync<PipelineHarnessException>(() => harness.Products().InsertAsync(new(1, "KET-1", "Kettle")));
        Assert.Contains("AfterCheckpoint", error.Message, StringComparison.Ordinal);
        Assert.Equal([new Product(1, "KET-1", "Kettle")], await harness.RowsAsync<Product>("demo.products"));
    }

    [Fact]
    public async Task A_view_is_followed_and_compared_too()
    {
        await using var harness = await PipelineHarness.StartAsync(OfView(out var view));
        await harness.Products().InsertAsync(new(1, "KET-1", "Kettle"));
        Assert.Equal("Kettle", view[1].Name);
        await harness.AssertMatchesBatchAsync();
        await harness.CrashAndRestartAsync();
        await harness.Products().UpdateAsync(new(1, "KET-1", "Pot"));
        Assert.Equal("Pot", view[1].Name);
        await harness.AssertMatchesBatchAsync();
    }

    [Fact]
    public async Task A_result_that_misses_a_change_does_not_match_the_batch()
    {
        await using var harness = await PipelineHarness.StartAsync(Build(), o => o.Rows("appdb.products", new Product(1, "KET-1", "Kettle")));
        await harness.Sales().InsertAsync(new(1, 1, 2, 9.90m, Noon));
        await harness.AssertMatchesBatchAsync();
        var unlogged = new HarnessTransaction(harness.Database, TimeProvider.System);
        unlogged.Table<Product>("appdb.products").Update(new(1, "KET-1", "Pot"));
        harness.Database.Load(unlogged.Statements);
        var error = await Assert.ThrowsAsync<RowMismatchException>(() => harness.AssertMatchesBatchAsync());
        Assert.Equal("iceberg(demo.sales_by_product)", error.Sink);
        Assert.Contains("name = 'Pot'", Assert.Single(error.Missing), StringComparison.Ordinal);
        Assert.Contains("name = 'Kettle', total_qty = 2", Assert.Single(error.Unexpected), StringComparison.Ordinal);
        Assert.Contains("[seed 1", error.Message, StringComparison.Ordinal);
    }

    private static Pipeline OfView(out View<int, Product> view)
    {
        view = new View<int, Product>("products");
        return Pipeline.FromMySqlBinlog(new MySqlSource("Server=nowhere.invalid;User ID=cdc").Table<Product>("appdb.products")).ToView(view, key: p => p.Id).Build("products");
    }
}
