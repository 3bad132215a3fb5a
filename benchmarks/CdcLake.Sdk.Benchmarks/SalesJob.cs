using CdcLake.Benchmarks.Children;
using CdcLake.Planning.Logical;
using CdcLake.Runtime;
using CdcLake.Storage;

namespace CdcLake.Benchmarks;

/// <summary>The jobs that are measured: that of the quickstart sample, the plain copy of its sales table, and both in one pipeline.</summary>
internal static class SalesJob
{
    public const string ByProduct = "sales-by-product";
    public const string Replica = "replica";
    public const string Both = "both";

    /// <summary>The database of the fabricated logs.</summary>
    public const string Database = "appdb";

    /// <param name="job">One of the names above.</param>
    /// <param name="mysql">Where the tables are.</param>
    /// <param name="database">Their database.</param>
    /// <param name="folder">For the warehouse and the checkpoints.</param>
    /// <param name="configure">Further options.</param>
    public static Pipeline Build(string job, MySqlSource mysql, string database, string folder, Action<PipelineOptions>? configure = null) => job switch
    {
        ByProduct => Aggregated(Sales(mysql, database), mysql, database, folder).Build(job, Options(folder, configure)),
        Replica => Copied(mysql, database, folder).Build(job, Options(folder, configure)),
        Both => Aggregated(Sales(mysql, database).ToIceberg(Lake(folder).Table("demo.sales")), mysql, database, folder).Build(job, Options(folder, configure)),
        _ => throw new ArgumentException($"There is no job \"{job}\"."),
    };

    /// <summary>The query of a job, of which nothing runs.</summary>
    public static LogicalPlan PlanOf(string job, string log, string folder)
    {
        if (job != ByProduct)
        {
            throw new ArgumentException("Only the sales by product have a plan worth looking at.");
        }

        var mysql = MySqlSource.FromFiles(log);
        return LogicalPlan.Create(Aggregated(Sales(mysql, Database), mysql, Database, folder).Graph);
    }

    /// <summary>The same over a log that is played back at a pace, transaction by transaction.</summary>
    public static Pipeline Paced(string job, string log, string folder, Action<PipelineOptions> configure, double transactionsPerSecond)
    {
        if (job != Replica)
        {
            throw new ArgumentException("Only the replica is played back at a pace.");
        }

        var options = new PipelineOptions { EpochRows = 1 };
        Options(folder, configure)(options);
        options = options.Freeze();
        var mysql = MySqlSource.FromFiles(log);
        var plan = LogicalPlan.Create(Copied(mysql, Database, folder).Graph);
        return new Pipeline(new PipelineDefinition(
            job,
            plan,
            () => new PacedSource(plan.Source.CreateSource(job, options.TimeProvider), transactionsPerSecond),
            [.. plan.Sinks.Select(s => s.Target)],
            () => new LocalObjectStore(options.CheckpointFolder, options.TimeProvider),
            options));
    }

    private static ChangeStream<Sale> Sales(MySqlSource mysql, string database) => Pipeline.FromMySqlBinlog(mysql.Table<Sale>($"{database}.sales"));

    private static ChangeStream<Row> Copied(MySqlSource mysql, string database, string folder) =>
        Pipeline.FromMySqlBinlog(mysql.Table($"{database}.sales")).ToIceberg(Lake(folder).Table("demo.sales"));

    private static ChangeStream<SalesByProduct> Aggregated(ChangeStream<Sale> sales, MySqlSource mysql, string database, string folder) =>
        sales
            .Join(
                mysql.Table<Product>($"{database}.products"),
                s => s.ProductId,
                p => p.Id,
                (s, p) => new { p.Id, p.Sku, p.Name, s.Qty, Amount = s.Qty * s.Price, s.SaleTs })
            .Aggregate(
                l => new { l.Id, l.Sku, l.Name },
                g => new SalesByProduct(
                    g.Key.Id, g.Key.Sku, g.Key.Name, g.Sum(l => l.Qty), g.Sum(l => l.Amount), g.Count(), g.Max(l => l.SaleTs)))
            .ToIceberg(Lake(folder).Table("demo.sales_by_product"), key: r => r.ProductId);

    private static IcebergCatalog Lake(string folder) => IcebergCatalog.FileSystem(folder);

    private static Action<PipelineOptions> Options(string folder, Action<PipelineOptions>? configure) => options =>
    {
        options.CheckpointFolder = Path.Combine(folder, ".checkpoints");
        configure?.Invoke(options);
    };
}

/// <summary>A row of sales.</summary>
public sealed record Sale(long Id, int ProductId, int Qty, decimal Price, DateTime SaleTs);

/// <summary>A row of products.</summary>
public sealed record Product(int Id, string Sku, string Name);

/// <summary>A row of the result.</summary>
public sealed record SalesByProduct(
    int ProductId, string ProductSku, string ProductName, long TotalQty, decimal TotalRevenue, long SaleCount, DateTime? LastSaleTs);
