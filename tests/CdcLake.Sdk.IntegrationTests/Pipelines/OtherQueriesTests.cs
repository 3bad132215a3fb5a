using System.Text.Json;
using CdcLake.IntegrationTests.Fixtures;
using CdcLake.MySql.Binlog;
using CdcLake.MySql.Gtids;
using Xunit.Abstractions;

namespace CdcLake.IntegrationTests.Pipelines;

/// <summary>
/// Other queries than the sample's, the branches of one pipeline over one shop, stopped and started again while writers go on: each commit of each branch equals
/// its SQL on MySQL.
/// </summary>
[Collection(ServerPair.Collection)]
public sealed class OtherQueriesTests(ServerPair servers, ITestOutputHelper output)
{
    private const int Runs = 4;
    private const int CheckedSnapshots = 4;

    private static readonly Branch[] Branches =
    [
        new("demo.small_sales", ["id", "product_id", "amount", "note_length", "hour"],
            """
            SELECT id, product_id, qty * price, IF(note IS NULL, -1, CHAR_LENGTH(note)), HOUR(sale_ts) FROM sales
            WHERE qty > 0 AND price * qty < 5000
            """),
        new("demo.channels", ["channel", "sales", "quantity", "cheapest", "dearest", "mean", "noted", "large"],
            """
            SELECT COALESCE(channel, 'none') AS c, COUNT(*), SUM(qty), MIN(price), MAX(price), AVG(price), COUNT(note), SUM(qty > 40) FROM sales GROUP BY c
            """),
        new("demo.last_sales", ["id", "name", "sales", "last"],
            """
            SELECT p.id, p.name, a.n, a.last FROM (SELECT product_id, COUNT(*) AS n, MAX(sale_ts) AS last FROM sales GROUP BY product_id) a
            JOIN products p ON p.id = a.product_id
            """),
        new("demo.histogram", ["sales", "products"],
            "SELECT n, COUNT(*) FROM (SELECT COUNT(*) AS n FROM sales GROUP BY product_id) a GROUP BY n"),
        new("demo.catalogue", ["id", "is_sold", "sales", "channels"],
            """
            SELECT p.id, a.product_id IS NOT NULL, COALESCE(a.n, 0), a.c FROM products p
            LEFT JOIN (SELECT product_id, COUNT(*) AS n, COUNT(DISTINCT channel) AS c FROM sales WHERE qty > 20 GROUP BY product_id) a ON a.product_id = p.id
            """),
        new("demo.newest", ["product_id", "id", "qty"],
            "SELECT product_id, id, qty FROM (SELECT s.*, ROW_NUMBER() OVER (PARTITION BY product_id ORDER BY qty DESC, id DESC) AS n FROM sales s) a WHERE n = 1"),
        new("demo.largest", ["id", "qty"],
            "SELECT id, qty FROM sales s WHERE NOT EXISTS (SELECT 1 FROM products p WHERE p.id = s.product_id AND p.id % 2 = 0) ORDER BY qty DESC, id DESC LIMIT 7"),
        new("demo.names", ["name"],
            "SELECT name FROM products WHERE name IS NOT NULL UNION SELECT channel FROM sales WHERE channel IS NOT NULL"),
        new("demo.total", ["sales", "quantity"], "SELECT COUNT(*), SUM(qty) FROM sales WHERE qty > 48"),
    ];

    [ServerFact(TestServers.MySql, IcebergJava.Variable)]
    public async Task Every_commit_of_every_branch_equals_its_SQL()
    {
        var random = Seed.Next(output);
        using var folder = new TemporaryFolder();
        var shop = new LiveShop(servers, folder.Path, random.Next());
        await using var replica = await shop.CreateAsync();
        using var stopWriting = new CancellationTokenSource();
        var writing = shop.Writers.RunAsync(3, stopWriting.Token);
        for (var run = 1; run <= Runs; run++)
        {
            await using var pipeline = NewPipeline(folder.Path, random);
            using var stop = new CancellationTokenSource();
            var running = pipeline.RunAsync(stop.Token);
            await using var source = await servers.Source.OpenAsync();
            for (var i = 0; i < 15; i++)
            {
                await WaitAsync(pipeline, running, await source.GtidExecutedAsync());
            }

            if (run == Runs)
            {
                await stopWriting.CancelAsync();
                await writing;
                await WaitAsync(pipeline, running, await shop.Writers.FinishAsync());
            }

            await stop.CancelAsync();
            await running;
        }

        // Each is read through Java, which takes its time: the newest of each branch, and of the others as many as there is time for.
        foreach (var (branch, table, snapshot) in Commits(folder.Path, random))
        {
            var expected = (await replica.AnswerAtAsync(snapshot.Gtid, branch.Sql)).Order(StringComparer.Ordinal).ToArray();
            var actual = (await IcebergJava.RowsAsync(table.Folder, snapshot.Id)).Select(branch.Line).Order(StringComparer.Ordinal).ToArray();
            var difference = Answer.Difference(expected, actual);
            Assert.True(difference is null, $"snapshot {snapshot.Id} of {branch.Table} differs from MySQL at {snapshot.Gtid}: {difference}");
        }

        foreach (var branch in Branches)
        {
            var snapshots = branch.In(folder.Path).Snapshots().Count;
            output.WriteLine($"{branch.Table}: {snapshots} snapshots");
            Assert.True(snapshots >= Runs);
            await IcebergJava.VerifyAsync(branch.In(folder.Path).Folder);
        }
    }

    private static async Task WaitAsync(Pipeline pipeline, Task running, string gtid)
    {
        using var limit = new CancellationTokenSource(ChildProcess.Limit);
        await await Task.WhenAny(running, pipeline.WaitForGtidAsync(gtid, cancellationToken: limit.Token));
    }

    private static (Branch Branch, LakeTable Table, LakeSnapshot Snapshot)[] Commits(string folder, Random random) => [..
        from branch in Branches
        let table = branch.In(folder)
        let all = table.Snapshots()
        from snapshot in all
        where Proof.IsLong || snapshot == all[^1] || random.Next(all.Count) < CheckedSnapshots
        orderby GtidSet.Parse(snapshot.Gtid).Count
        select (branch, table, snapshot)];

    private Pipeline NewPipeline(string folder, Random random)
    {
        var mysql = new MySqlSource(servers.Source.CaptureString);
        var lake = IcebergCatalog.FileSystem(folder);
        var sales = Pipeline.FromMySqlBinlog(mysql.Table<ShopSale>($"{LiveShop.Database}.sales"));
        sales
            .Where(s => s.Qty > 0 && s.Price * s.Qty < 5000m)
            .Select(s => new { s.Id, s.ProductId, Amount = s.Qty * s.Price, NoteLength = s.Note == null ? -1 : s.Note.Length, s.SaleTs.Hour })
            .ToIceberg(lake.Table(Branches[0].Table), key: r => r.Id);
        sales
            .Aggregate(
                s => s.Channel ?? "none",
                g => new
                {
                    Channel = g.Key,
                    Sales = g.Count(),
                    Quantity = g.Sum(s => s.Qty),
                    Cheapest = g.Min(s => s.Price),
                    Dearest = g.Max(s => s.Price),
                    Mean = g.Average(s => s.Price),
                    Noted = g.Count(s => s.Note),
                    Large = g.Count(s => s.Qty > 40),
                })
            .ToIceberg(lake.Table(Branches[1].Table), key: r => r.Channel);
        sales
            .Aggregate(s => s.ProductId, g => new { ProductId = g.Key, Sales = g.Count(), Last = g.Max(s => s.SaleTs) })
            .Join(mysql.Table<ShopProduct>($"{LiveShop.Database}.products"), a => a.ProductId, p => p.Id, (a, p) => new { p.Id, p.Name, a.Sales, a.Last })
            .ToIceberg(lake.Table(Branches[2].Table), key: r => r.Id);
        AddRowOperators(sales, mysql.Table<ShopProduct>($"{LiveShop.Database}.products"), lake);
        return sales
            .Aggregate(s => s.ProductId, g => new { Sales = g.Count() })
            .Aggregate(a => a.Sales, g => new { Sales = g.Key, Products = g.Count() })
            .ToIceberg(lake.Table(Branches[3].Table), key: r => r.Sales)
            .Build("other-queries", o =>
            {
                o.CheckpointFolder = Path.Combine(folder, ".checkpoints");
                o.CheckpointInterval = TimeSpan.FromMilliseconds(random.Next(1, 400));
                o.CommitInterval = TimeSpan.FromMilliseconds(random.Next(1, 200));
            });
    }

    private static void AddRowOperators(ChangeStream<ShopSale> sales, MySqlTable<ShopProduct> products, IcebergCatalog lake)
    {
        var sold = sales.Where(s => s.Qty > 20)
            .Aggregate(s => s.ProductId, g => new { ProductId = g.Key, Sales = g.Count(), Channels = g.CountDistinct(s => s.Channel) });
        Pipeline.FromMySqlBinlog(products)
            .LeftJoin(sold, p => p.Id, a => a.ProductId, (p, a) => new { p.Id, IsSold = a != null ? 1 : 0, Sales = (long?)a!.Sales ?? 0, Channels = (long?)a.Channels })
            .ToIceberg(lake.Table(Branches[4].Table));
        sales.MaxBy(s => s.ProductId, s => new { s.Qty, s.Id }).Select(s => new { s.ProductId, s.Id, s.Qty }).ToIceberg(lake.Table(Branches[5].Table), key: r => r.ProductId);
        sales.NotExists(Pipeline.FromMySqlBinlog(products).Where(p => p.Id % 2 == 0), s => s.ProductId, p => p.Id)
            .TopN(7, s => new { s.Qty, s.Id }).Select(s => new { s.Id, s.Qty }).ToIceberg(lake.Table(Branches[6].Table));
        Pipeline.FromMySqlBinlog(products).Select(p => new { p.Name })
            .Union(sales.Where(s => s.Channel != null).Select(s => new { Name = s.Channel! })).ToIceberg(lake.Table(Branches[7].Table), key: r => r.Name);
        sales.Where(s => s.Qty > 48).Aggregate(g => new { Sales = g.Count(), Quantity = g.Sum(s => s.Qty) }).ToIceberg(lake.Table(Branches[8].Table));
    }

    internal sealed record ShopSale(long Id, int ProductId, string? Channel, int Qty, decimal Price, DateTime SaleTs, string? Note);

    internal sealed record ShopProduct(int Id, string Name);

    private sealed record Branch(string Table, string[] Columns, string Sql)
    {
        public LakeTable In(string warehouse) => new(Path.Combine([warehouse, .. Table.Split('.')]));

        public string Line(JsonElement row) => Answer.Line(Columns.Select(c => row.GetProperty(c) switch
        {
            { ValueKind: JsonValueKind.Null } => null,
            { ValueKind: JsonValueKind.Number } number => number.GetRawText(),
            var text when c == "last" => Answer.Milliseconds(text.GetString()!),
            var text => text.GetString(),
        }));
    }
}
