namespace CdcLake.IntegrationTests;

/// <summary>
/// What runs when this assembly is started as a program: a pipeline that keeps a replica of <c>sales</c> and sales by product in two tables of one catalog, to be
/// killed by the tests. Arguments: connection string, database, warehouse, commit interval and checkpoint interval in milliseconds, properties of the storage as
/// <c>name=value</c>, and where both results go to StarRocks too, <c>starrocks.connection</c> and <c>starrocks.load-url</c>. One line for each commit.
/// </summary>
internal static class TwoTablesProgram
{
    public const string Replica = "demo.sales";
    public const string Totals = "demo.sales_by_product";

    public static async Task<int> Main(string[] args)
    {
        if (args[0] == LeaseProgram.Argument)
        {
            return await LeaseProgram.RunAsync(args[1], args[2], args[3]);
        }

        if (args[0] == ReplicaProgram.Argument)
        {
            return await ReplicaProgram.RunAsync(args[1..]);
        }

        using var stop = new CancellationTokenSource();
        Console.CancelKeyPress += (_, e) =>
        {
            e.Cancel = true;
            stop.Cancel();
        };
        await using var pipeline = Build(args);
        await pipeline.RunAsync(stop.Token);
        return 0;
    }

    private static Pipeline Build(string[] args)
    {
        var mysql = new MySqlSource(args[0]);
        var more = args[5..].Select(a => a.Split('=', 2)).Select(a => KeyValuePair.Create(a[0], a[1])).ToLookup(p => p.Key.StartsWith("starrocks.", StringComparison.Ordinal));
        var storage = S3Options.FromProperties(more[false]);
        var rocks = StarRocks(more[true].ToDictionary());
        var lake = IcebergCatalog.FileSystem(args[2], o => o.S3 = storage);
        var sales = Pipeline.FromMySqlBinlog(mysql.Table<Sale>($"{args[1]}.sales"))
            .ToIceberg(lake.Table(Replica), key: s => s.Id);
        var totals = (rocks is null ? sales : sales.ToStarRocks(rocks.Table(Replica, t => t.ReplicationNum = 1), key: s => s.Id))
            .Join(mysql.Table<Product>($"{args[1]}.products"), s => s.ProductId, p => p.Id, (s, p) => new { p.Id, p.Sku, p.Name, s.Qty, Amount = s.Qty * s.Price, s.SaleTs })
            .Aggregate(
                l => new { l.Id, l.Sku, l.Name },
                g => new SalesByProduct(g.Key.Id, g.Key.Sku, g.Key.Name, g.Sum(l => l.Qty), g.Sum(l => l.Amount), g.Count(), g.Max(l => l.SaleTs)))
            .ToIceberg(lake.Table(Totals), key: r => r.ProductId);
        return (rocks is null ? totals : totals.ToStarRocks(rocks.Table(Totals, t => t.ReplicationNum = 1), key: r => r.ProductId))
            .Build("two-tables", o =>
            {
                (o.CheckpointFolder, o.CheckpointS3) = ($"{args[2]}/checkpoints", storage);
                o.CommitInterval = Milliseconds(args[3]);
                o.CheckpointInterval = Milliseconds(args[4]);
                o.OnCommit = c => Console.WriteLine($"commit {c.Sink} at {c.Position}");
            });
    }

    private static StarRocksCluster? StarRocks(Dictionary<string, string> settings) =>
        settings.Count == 0 ? null : new StarRocksCluster(settings["starrocks.connection"], o => o.LoadUrl = settings["starrocks.load-url"]);

    private static TimeSpan Milliseconds(string text) => TimeSpan.FromMilliseconds(int.Parse(text, System.Globalization.CultureInfo.InvariantCulture));

    private sealed record Sale(long Id, int ProductId, int Qty, decimal Price, DateTime SaleTs);

    private sealed record Product(int Id, string Sku, string Name);

    private sealed record SalesByProduct(
        int ProductId, string ProductSku, string ProductName, long TotalQty, decimal TotalRevenue, long SaleCount, DateTime? LastSaleTs);
}
