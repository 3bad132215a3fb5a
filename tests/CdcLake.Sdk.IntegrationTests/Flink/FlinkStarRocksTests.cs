using System.Diagnostics;
using CdcLake.IntegrationTests.Fixtures;
using CdcLake.IntegrationTests.Pipelines;
using CdcLake.Testing;
using Xunit.Abstractions;

namespace CdcLake.IntegrationTests.Flink;

/// <summary>A script whose sinks are an Iceberg table and two tables of StarRocks, in one job: StarRocks' own connector writes them through the stand-in, while random transactions go on.</summary>
[Collection(FlinkCluster.Collection)]
public sealed class FlinkStarRocksTests(FlinkCluster cluster, ITestOutputHelper output)
{
    private const int Transactions = 30;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private static readonly FlinkShape Totals = new("totals", (_, _, _) => throw new NotSupportedException(), "SELECT region, COUNT(*) AS `rows`, SUM(qty) AS qty, SUM(price) AS price, MAX(sale_ts) AS last FROM sales GROUP BY region");
    private static readonly FlinkShape Lines = new("lines", (_, _, _) => throw new NotSupportedException(), "SELECT id, qty, price, note, discount, at, day, region = 'north' AS north FROM sales");

    [FlinkFact]
    public async Task Tables_in_StarRocks_get_the_servers_answer_too()
    {
        using var gateway = await cluster.GatewayAsync();
        await using var database = await MySqlDatabase.CreateAsync(TestServers.Get(TestServers.MySql), "flink_rocks");
        await using var rocks = new FakeStarRocks();
        using var folder = new TemporaryFolder();
        var shop = new FlinkShop(database, Pipelines.Seed.Next(output));
        await shop.FillAsync();
        var lake = ComparedLake.Folder(folder["warehouse"]);
        await using var pipeline = Build(new ShopTables(new MySqlSource(FlinkCluster.MySql), database.Name, folder["checkpoints"]), lake, rocks);
        var script = await pipeline.ToFlinkSqlAsync(o => o.CheckpointInterval = TimeSpan.FromSeconds(1));
        rocks.Execute("CREATE DATABASE analytics");
        foreach (var statement in script.StarRocksStatements)
        {
            rocks.Execute(statement);
        }

        var job = await gateway.SubmitAsync(script);
        for (var i = 0; i < Transactions; i++)
        {
            await shop.TransactAsync();
        }

        var (lines, totals) = (await Lines.ExpectedAsync(database), await Totals.ExpectedAsync(database));
        var clock = Stopwatch.StartNew();
        string?[] differences;
        do
        {
            Assert.True(await job.GetStateAsync() != FlinkJobState.Failed, string.Join('\n', await job.GetExceptionsAsync()));
            differences =
            [
                Answer.Difference(totals, await Totals.RowsAsync(lake)), Answer.Difference(totals, FlinkShape.LinesOf(rocks.Rows("analytics.totals"))), Answer.Difference(lines, FlinkShape.LinesOf(rocks.Rows("analytics.lines"))),
            ];
        }
        while (differences.Any(d => d is not null) && clock.Elapsed < Patience);

        Assert.True(differences.All(d => d is null), $"{string.Join('\n', differences)}\n{string.Join('\n', await job.GetExceptionsAsync())}");
        await job.CancelAsync();
    }

    private static Pipeline Build(ShopTables tables, ComparedLake lake, FakeStarRocks rocks)
    {
        var analytics = new StarRocksCluster(rocks.ConnectionString, o => o.LoadUrl = rocks.LoadUrl);
        var sales = tables.Sales;
        sales.Select(s => new { s.Id, s.Qty, s.Price, s.Note, s.Discount, s.At, s.Day, North = s.Region == "north" }).ToStarRocks(analytics.Table("analytics.lines", t => t.ReplicationNum = 1), r => r.Id);
        return sales.Aggregate(s => s.Region, g => new { Region = g.Key, Rows = g.Count(), Qty = g.Sum(s => s.Qty), Price = g.Sum(s => s.Price), Last = g.Max(s => s.SaleTs) })
            .ToIceberg(lake.Table(Totals.Name), r => r.Region)
            .ToStarRocks(analytics.Table("analytics.totals", t => t.ReplicationNum = 1), r => r.Region)
            .Build($"flink-rocks-{Environment.ProcessId}", o => o.CheckpointFolder = tables.Checkpoints);
    }
}
