using System.Data.Common;
using MySqlConnector;
using Npgsql;

namespace CdcLake.IntegrationTests;

/// <summary>
/// What runs when this assembly is started as a program: a pipeline that keeps a replica of <c>sales</c> and sales by product in two tables of one catalog, to be
/// killed by the tests. Arguments: connection string, database, warehouse, commit interval and checkpoint interval in milliseconds, properties of the storage as
/// <c>name=value</c>, those of another catalog than the warehouse's folders as <c>catalog.name=value</c> (<c>catalog.jdbc.source</c> is the connection string of its database),
/// <c>sink.delete-mode</c>, <c>run.parallelism</c>, and where both results go to StarRocks too, <c>starrocks.connection</c> and <c>starrocks.load-url</c>. One line for each commit.
/// </summary>
internal static class TwoTablesProgram
{
    public const string DeleteMode = "sink.delete-mode=";
    public const string Parallelism = "run.parallelism=";
    public const string Replica = "demo.sales";
    public const string Totals = "demo.sales_by_product";

    private static readonly string[] Prefixes = ["starrocks.", "catalog.", "sink.", "run."];

    /// <summary>This program, or another one that the first argument names; an interrupt drains it.</summary>
    public static async Task Main(string[] args)
    {
        using var stop = new CancellationTokenSource();
        Console.CancelKeyPress += (_, e) =>
        {
            e.Cancel = true;
            stop.Cancel();
        };
        await (args[0] switch
        {
            LeaseProgram.Argument => LeaseProgram.RunAsync(args[1], args[2], args[3], stop.Token),
            ReplicaProgram.Argument => ReplicaProgram.RunAsync(args[1..], stop.Token),
            SpilledProgram.Argument => SpilledProgram.RunAsync(args[1..], stop.Token),
            _ => RunAsync(args, stop.Token),
        });
    }

    private static async Task RunAsync(string[] args, CancellationToken stop)
    {
        await using var pipeline = Build(args);
        var run = pipeline.RunAsync(stop);
        await TellErrorsAsync(pipeline, run);
        await run;
    }

    /// <summary>What is waited out would otherwise not be seen by the test that waits for a commit.</summary>
    private static async Task TellErrorsAsync(Pipeline pipeline, Task run)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(200));
        for (var told = ""; await Task.WhenAny(run, timer.WaitForNextTickAsync().AsTask()) != run;)
        {
            if (pipeline.Status.LastError?.Message is { } message && message != told)
            {
                await Console.Error.WriteLineAsync(told = message);
            }
        }
    }

    private static Pipeline Build(string[] args)
    {
        var mysql = new MySqlSource(args[0]);
        var storage = S3Options.FromProperties(Properties(args, ""));
        var rocks = StarRocks(Properties(args, "starrocks."));
        var catalog = Properties(args, "catalog.");
        var mode = Properties(args, "sink.").TryGetValue("delete-mode", out var text) ? Enum.Parse<IcebergDeleteMode>(text) : (IcebergDeleteMode?)null;
        var lake = catalog.Count == 0 ? IcebergCatalog.FileSystem(args[2], o => o.S3 = storage) : Lake(catalog);
        var sales = Pipeline.FromMySqlBinlog(mysql.Table<Sale>($"{args[1]}.sales"))
            .ToIceberg(lake.Table(Replica), key: s => s.Id, configure: o => o.DeleteMode = mode);
        var totals = (rocks is null ? sales : sales.ToStarRocks(rocks.Table(Replica, t => t.ReplicationNum = 1), key: s => s.Id))
            .Join(mysql.Table<Product>($"{args[1]}.products"), s => s.ProductId, p => p.Id, (s, p) => new { p.Id, p.Sku, p.Name, s.Qty, Amount = s.Qty * s.Price, s.SaleTs })
            .Aggregate(
                l => new { l.Id, l.Sku, l.Name },
                g => new SalesByProduct(g.Key.Id, g.Key.Sku, g.Key.Name, g.Sum(l => l.Qty), g.Sum(l => l.Amount), g.Count(), g.Max(l => l.SaleTs)))
            .ToIceberg(lake.Table(Totals), key: r => r.ProductId, configure: o => o.DeleteMode = mode);
        return (rocks is null ? totals : totals.ToStarRocks(rocks.Table(Totals, t => t.ReplicationNum = 1), key: r => r.ProductId))
            .Build("two-tables", o =>
            {
                (o.CheckpointFolder, o.CheckpointS3) = ($"{args[2]}/checkpoints", storage);
                o.Parallelism = Properties(args, "run.").TryGetValue("parallelism", out var partitions) ? int.Parse(partitions, System.Globalization.CultureInfo.InvariantCulture) : 0;
                o.CommitInterval = Milliseconds(args[3]);
                o.CheckpointInterval = Milliseconds(args[4]);
                o.OnCommit = c => Console.WriteLine($"commit {c.Sink} at {c.Position}");
            });
    }

    /// <summary>Those whose names begin with a prefix, without it.</summary>
    private static Dictionary<string, string> Properties(string[] args, string prefix) => args[5..].Select(a => a.Split('=', 2))
        .Where(p => prefix.Length > 0 ? p[0].StartsWith(prefix, StringComparison.Ordinal) : !Array.Exists(Prefixes, s => p[0].StartsWith(s, StringComparison.Ordinal)))
        .ToDictionary(p => p[0][prefix.Length..], p => p[1]);

    private static StarRocksCluster? StarRocks(Dictionary<string, string> settings) =>
        settings.Count == 0 ? null : new StarRocksCluster(settings["connection"], o => o.LoadUrl = settings["load-url"]);

    private static IcebergCatalog Lake(Dictionary<string, string> properties)
    {
        properties.Remove("jdbc.source", out var connection);
        DbDataSource? source = connection is null ? null : connection.StartsWith("Host=", StringComparison.Ordinal) ? NpgsqlDataSource.Create(connection) : new MySqlDataSource(connection);
        return IcebergCatalog.FromProperties("lake", properties, source);
    }

    private static TimeSpan Milliseconds(string text) => TimeSpan.FromMilliseconds(int.Parse(text, System.Globalization.CultureInfo.InvariantCulture));

    private sealed record Sale(long Id, int ProductId, int Qty, decimal Price, DateTime SaleTs);

    private sealed record Product(int Id, string Sku, string Name);

    private sealed record SalesByProduct(
        int ProductId, string ProductSku, string ProductName, long TotalQty, decimal TotalRevenue, long SaleCount, DateTime? LastSaleTs);
}
