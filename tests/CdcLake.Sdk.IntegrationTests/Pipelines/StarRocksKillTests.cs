using System.Collections.Concurrent;
using System.Globalization;
using CdcLake.IntegrationTests.Fixtures;
using CdcLake.MySql.Gtids;
using CdcLake.Testing;
using Xunit.Abstractions;

namespace CdcLake.IntegrationTests.Pipelines;

/// <summary>
/// A pipeline with two Iceberg tables and two StarRocks tables, killed with SIGKILL at random moments while the server is being written to. The stand-in lives on in this process, and
/// at the beginning of each commit its tables are compared with MySQL's answer at the GTID set that it says they stand for. 5 kills; 50 with CDCLAKE_TEST_LONG=1.
/// </summary>
[Collection(ServerPair.Collection)]
public sealed class StarRocksKillTests(ServerPair servers, ITestOutputHelper output)
{
    private const string SalesQuery = "SELECT id, product_id, qty, price, sale_ts FROM sales ORDER BY id";
    private const int MostCompared = 60;
    private static readonly string[] SalesColumns = ["id", "product_id", "qty", "price", "sale_ts"];
    private static readonly string[] TotalsColumns = ["product_id", "product_sku", "product_name", "total_qty", "total_revenue", "sale_count", "last_sale_ts"];

    private const string Totals = "starrocks(demo.sales_by_product)";

    private static int Kills => Proof.Rounds(usual: 4, full: 50);

    [ServerFact(TestServers.MySql, IcebergJava.Variable)]
    public Task Tables_of_both_kinds_equal_MySQL_and_rest_at_one_GTID_set_on_4_0() => RunAsync("4.0.2");

    [ServerFact(TestServers.MySql, IcebergJava.Variable)]
    public Task Tables_of_both_kinds_equal_MySQL_and_rest_at_one_GTID_set_on_3_3() => RunAsync("3.3.5");

    private async Task RunAsync(string version)
    {
        var random = Seed.Next(output);
        using var folder = new TemporaryFolder();
        await using var rocks = new FakeStarRocks(o => o.Version = version);
        var seen = new ConcurrentDictionary<string, (string[] Sales, string[] Totals)>();
        var order = new ConcurrentQueue<string>();
        rocks.Script = request =>
        {
            if (request.Step == "frontend begin")
            {
                Look(rocks, seen, order);
            }

            return FakeStarRocksFault.None;
        };
        var shop = new LiveShop(servers, folder.Path, random.Next());
        await using var replica = await shop.CreateAsync();
        using var stop = new CancellationTokenSource();
        var writing = shop.Writers.RunAsync(2, stop.Token);
        for (var kill = 0; kill < Kills; kill++)
        {
            await using var run = Start(folder, rocks, kill % 2 == 0 ? "1" : "10000");
            if (kill % 2 == 0)
            {
                await run.CommitAsync(Totals);
            }

            await run.ExitsWithinAsync(random.NextDouble() * TimeSpan.FromSeconds(kill % 2 == 0 ? 0.3 : 3));
            Assert.False(run.HasExited, run.HasExited ? run.Failure("ended by itself").Message : null);
            await run.KillAsync();
        }

        await EndAsync(folder, rocks, shop, stop, writing);
        Look(rocks, seen, order);
        var compared = await CompareAsync(replica, seen, [.. order]);
        await CompareLakeAsync(folder, rocks);
        Assert.Empty(rocks.OpenTransactions);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{version}: {Kills} kills, {shop.Writers.Committed} transactions, {compared} of {order.Count} commits compared with MySQL, all exact"));
    }

    private async Task EndAsync(TemporaryFolder folder, FakeStarRocks rocks, LiveShop shop, CancellationTokenSource stop, Task writing)
    {
        await using var last = Start(folder, rocks, "300");
        await last.CommitAsync(Totals);
        await stop.CancelAsync();
        await writing;
        var end = GtidSet.Parse(await shop.Writers.FinishAsync());
        await last.CommitAsync(end, Totals);
        await last.DrainAsync();
    }

    /// <summary>Keeps what the tables hold, where both stand at one position; before 4.0 a crash between two commits leaves them apart until the next start.</summary>
    private static void Look(FakeStarRocks rocks, ConcurrentDictionary<string, (string[] Sales, string[] Totals)> seen, ConcurrentQueue<string> order)
    {
        var positions = rocks.Rows("demo.cdclake_positions").ToDictionary(r => r["table_name"]!);
        if (positions.Count == 2 && positions["sales"]["gtid"] is { } gtid && positions["sales_by_product"]["gtid"] == gtid && positions.Values.All(p => p["pending_label"] is null)
            && seen.TryAdd(gtid, (Lines(rocks, "demo.sales", SalesColumns), Lines(rocks, "demo.sales_by_product", TotalsColumns))))
        {
            order.Enqueue(gtid);
        }
    }

    private static string[] Lines(FakeStarRocks rocks, string table, string[] columns) =>
        [.. rocks.Rows(table).Select(r => Answer.Line(columns.Select(c => c.EndsWith("sale_ts", StringComparison.Ordinal) && r[c] is { } time ? Answer.Milliseconds(time) : r[c])))];

    private static async Task<int> CompareAsync(SteppedReplica replica, ConcurrentDictionary<string, (string[] Sales, string[] Totals)> seen, IReadOnlyList<string> order)
    {
        var step = Math.Max(1, order.Count / MostCompared);
        var compared = 0;
        for (var i = 0; i < order.Count; i++)
        {
            if (i % step == 0 || i == order.Count - 1)
            {
                Equal(order[i], "sales", await replica.AnswerAtAsync(order[i], SalesQuery), seen[order[i]].Sales);
                Equal(order[i], "sales_by_product", await replica.AnswerAtAsync(order[i], Answer.Query), seen[order[i]].Totals);
                compared++;
            }
        }

        return compared;
    }

    // Another reader of the lake sees the rows that StarRocks shows, at the same GTID set.
    private static async Task CompareLakeAsync(TemporaryFolder folder, FakeStarRocks rocks)
    {
        var gtid = rocks.Rows("demo.cdclake_positions").Select(r => r["gtid"]).Distinct().Single();
        var totals = new LakeTable(Path.Combine(folder.Path, "demo", "sales_by_product"));
        var copy = new LakeTable(Path.Combine(folder.Path, "demo", "sales"));
        Assert.Equal((gtid, gtid), (totals.Snapshots()[^1].Gtid, copy.Snapshots()[^1].Gtid));
        Equal(gtid!, "Iceberg", await SalesReader.JavaAsync(totals, totals.Snapshots()[^1]), Lines(rocks, "demo.sales_by_product", TotalsColumns));
    }

    private static void Equal(string gtid, string table, IReadOnlyList<string> expected, IReadOnlyList<string> actual)
    {
        var difference = Answer.Difference(expected, actual);
        Assert.True(difference is null, $"{table} differs at {gtid}: {difference}");
    }

    private ChildProcess Start(TemporaryFolder folder, FakeStarRocks rocks, string checkpointInterval) => ChildProcess.Start(
        "dotnet",
        [
            "exec", typeof(TwoTablesProgram).Assembly.Location, servers.Source.CaptureString, LiveShop.Database, folder.Path, "20", checkpointInterval,
            $"starrocks.connection={rocks.ConnectionString}", $"starrocks.load-url={rocks.LoadUrl}",
        ],
        ("DOTNET_TieredPGO", "0"));
}
