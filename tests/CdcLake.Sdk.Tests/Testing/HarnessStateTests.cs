using CdcLake.Testing;
using static CdcLake.Tests.Testing.SalesPipeline;

namespace CdcLake.Tests.Testing;

/// <summary>What operators keep is what the tables and the query say, at every position, however it is kept.</summary>
public sealed class HarnessStateTests
{
    private const string Join = "join(appdb.sales,appdb.products)";

    [Theory]
    [InlineData(1, 0)]
    [InlineData(3, 0)]
    [InlineData(1, 0.2)]
    [InlineData(2, 0.1)]
    public async Task Join_and_aggregate_show_their_rows(int partitions, double crashRate)
    {
        var pipeline = Build(configure: o => o.Parallelism = partitions);
        await using var harness = await PipelineHarness.StartAsync(pipeline, o => (o.CrashRate, o.Seed) = (crashRate, 5));
        await harness.Products().InsertManyAsync([new(1, "KET-1", "Kettle"), new(2, "MUG-1", "Mug"), new(3, "POT-1", "Pot")]);
        await harness.Sales().InsertManyAsync(Enumerable.Range(1, 20).Select(i => new Sale(i, (i % 2) + 1, i % 3, 1.50m, Noon)));
        await harness.Sales().DeleteAsync(new(20, 0, 0, 0m, Noon));
        Assert.Equal([("left", 19L), ("right", 3L)], (await harness.StateAsync(Join)).Select(s => (s.Name, s.Rows)));
        Assert.Equal([new Kept(1, "Kettle"), new Kept(2, "Mug"), new Kept(3, "Pot")], await harness.StateRowsAsync<Kept>(Join, "right"));
        Assert.Equal(
            Enumerable.Range(1, 19).Select(i => new Sold((i % 2) + 1, i % 3)).OrderBy(s => (s.ProductId, s.Qty)), // one row three times is three rows
            await harness.StateRowsAsync<Sold>(Join, "left"));

        var aggregate = harness.Describe().OfKind(OperatorKind.Aggregate).Single().Name;
        var groups = Assert.Single(await harness.StateAsync(aggregate));
        Assert.Equal(("groups", 2L), (groups.Name, groups.Rows));
        Assert.Equal("sum(qty)", groups.Columns[3].Name);
        Assert.Equal(await QuantitiesAsync(harness), (await harness.StateRowsAsync<Row>(aggregate)).Select(r => (r.Get<int>("id"), r.Get<long>("sum(qty)"))));

        harness.CrashAt(CrashPoint.AfterCheckpoint);
        await harness.Sales().DeleteAsync(new(1, 0, 0, 0m, Noon));
        Assert.Equal(18, (await harness.StateAsync(Join))[0].Rows);
        await harness.CrashAndRestartAsync();
        Assert.Equal(18, (await harness.StateAsync(Join))[0].Rows);
        Assert.Equal(await QuantitiesAsync(harness), (await harness.StateRowsAsync<Row>(aggregate)).Select(r => (r.Get<int>("id"), r.Get<long>("sum(qty)"))));
    }

    [Fact]
    public async Task What_is_gone_from_the_tables_is_gone_from_state()
    {
        await using var harness = await PipelineHarness.StartAsync(Build());
        await harness.Products().InsertAsync(new(1, "KET-1", "Kettle"));
        await harness.Sales().InsertAsync(new(1, 1, 1, 1m, Noon));
        Assert.All(await harness.StateAsync(Join), s => Assert.True(s is { Rows: 1, Bytes: > 0 }, s.ToString()));
        await harness.Sales().DeleteAsync(new(1, 0, 0, 0m, Noon));
        await harness.Products().DeleteAsync(new(1, "", ""));
        Assert.Equal([0L, 0L], (await harness.StateAsync(Join)).Select(s => s.Rows));
        Assert.Empty(await harness.StateRowsAsync<Kept>(Join, "right"));
        Assert.Equal(0, (await harness.StateAsync(harness.Describe().OfKind(OperatorKind.Aggregate).Single().Name)).Single().Rows);
    }

    [Fact]
    public async Task State_on_disk_is_shown_whole()
    {
        const int Rows = 3_000;
        await using var harness = await PipelineHarness.StartAsync(Build(configure: o => (o.MaxStateBytes, o.Parallelism) = (8L << 20, 2)));
        await harness.Products().InsertManyAsync(Enumerable.Range(1, Rows).Select(i => new Product(i, "KET", new string('x', 8_000))));
        await harness.Products().DeleteAsync(new(7, "", ""));
        Assert.Contains(harness.Status.Stages, s => s.StateBytesOnDisk > 0);
        Assert.Equal(Rows - 1, (await harness.StateAsync(Join))[1].Rows);
        Assert.Equal(Enumerable.Range(1, Rows).Except([7]), (await harness.StateRowsAsync<Kept>(Join, "right")).Select(k => k.Id));
    }

    [Fact]
    public async Task Orders_outer_joins_and_totals_show_theirs()
    {
        var mysql = new MySqlSource("Server=nowhere.invalid;User ID=cdc");
        var lake = IcebergCatalog.FileSystem("/nowhere/warehouse");
        var sales = Pipeline.FromMySqlBinlog(mysql.Table<Sale>("appdb.sales"));
        sales.TopN(2, s => s.ProductId, s => s.Qty).ToIceberg(lake.Table("demo.top"), key: s => s.Id);
        sales.LeftJoin(mysql.Table<Product>("appdb.products"), s => s.ProductId, p => p.Id, (s, p) => new { s.Id, Name = p == null ? null : p.Name }).ToIceberg(lake.Table("demo.named"), key: r => r.Id);
        var pipeline = sales.Build("several");
        await using var harness = await PipelineHarness.StartAsync(pipeline);
        await harness.Sales().InsertManyAsync(Enumerable.Range(1, 7).Select(i => new Sale(i, 1, i, 1m, Noon)));
        var plan = harness.Describe();
        Assert.Equal(Enumerable.Range(1, 7), (await harness.StateRowsAsync<Sold>(plan.OfKind(OperatorKind.Top).Single().Name)).Select(s => s.Qty).Order());
        Assert.Equal([7L, 0L], (await harness.StateAsync(plan.OfKind(OperatorKind.Join).Single().Name)).Select(s => s.Rows));
    }

    [Fact]
    public async Task Rows_of_which_the_time_has_not_passed_are_shown()
    {
        var mysql = new MySqlSource("Server=nowhere.invalid;User ID=cdc");
        await using var harness = await PipelineHarness.StartAsync(Pipeline.FromMySqlBinlog(mysql.Table<Sale>("appdb.sales")).KeepRecent(s => s.SaleTs, TimeSpan.FromDays(100_000))
            .ToIceberg(IcebergCatalog.FileSystem("/nowhere/warehouse").Table("demo.recent"), key: s => s.Id).Build("recent"));
        await harness.Sales().InsertManyAsync(Enumerable.Range(1, 7).Select(i => new Sale(i, 1, i, 1m, Noon)));
        await harness.Sales().DeleteAsync(new(7, 0, 0, 0m, Noon));
        Assert.Equal(Enumerable.Range(1, 6), (await harness.StateRowsAsync<Sold>(harness.Describe().OfKind(OperatorKind.KeepRecent).Single().Name)).Select(s => s.Qty).Order());
    }

    [Fact]
    public async Task What_keeps_nothing_or_something_else_is_said()
    {
        await using var harness = await PipelineHarness.StartAsync(Build());
        async Task<string> ErrorAsync(string name, string? store = null) => (await Assert.ThrowsAsync<ArgumentException>(() => harness.StateRowsAsync<Row>(name, store))).Message;
        Assert.Contains("The plan has no operator \"join\". It has: ", await ErrorAsync("join"), StringComparison.Ordinal);
        Assert.Contains("keeps nothing", await ErrorAsync("appdb.sales"), StringComparison.Ordinal);
        Assert.Contains("read the rows", await ErrorAsync("iceberg(demo.sales_by_product)"), StringComparison.Ordinal);
        Assert.Contains("keeps left and right", await ErrorAsync(Join), StringComparison.Ordinal);
        Assert.Contains("keeps left and right", await ErrorAsync(Join, "middle"), StringComparison.Ordinal);
    }

    private static async Task<IEnumerable<(int, long)>> QuantitiesAsync(PipelineHarness harness) => (await harness.ResultAsync()).Select(r => (r.ProductId, r.TotalQty));

    public sealed record Kept(int Id, string Name);

    public sealed record Sold(int ProductId, int Qty);
}
