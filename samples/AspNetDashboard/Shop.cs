using CdcLake;
using Quickstart;

namespace AspNetDashboard;

/// <summary>Revenue of a day: a row of <c>demo.revenue_by_day</c>.</summary>
public sealed record RevenueByDay(DateTime Day, long Sales, decimal Revenue);

/// <summary>The shop's two results. Without a server its recorded log is replayed slowly, into a folder that lives as long as the process.</summary>
public sealed class Shop : IDisposable
{
    private readonly MySqlSource _mysql;
    private readonly IcebergCatalog _lake;
    private readonly string _database;
    private readonly string _warehouse;
    private readonly bool _isTemporary;

    public Shop(IConfiguration configuration)
    {
        var server = configuration["mysql"];
        _isTemporary = server is null && configuration["warehouse"] is null;
        _warehouse = configuration["warehouse"] ?? (_isTemporary ? Directory.CreateTempSubdirectory("cdclake-dashboard-").FullName : "warehouse");
        _database = configuration["Database"] ?? "appdb";
        _lake = IcebergCatalog.FileSystem(_warehouse);
        _mysql = server is not null ? new MySqlSource(server) : MySqlSource.FromFiles(
            Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "binlog"), "binlog.0*"),
            o => o.Pace = MySqlPace.RowsPerSecond(configuration.GetValue("RowsPerSecond", 200.0)));
    }

    /// <summary>The newest totals, in this process.</summary>
    public View<int, SalesByProduct> Totals { get; } = new("sales-by-product");

    public Pipeline SalesByProduct() => Pipeline
        .FromMySqlBinlog(_mysql.Table<Sale>($"{_database}.sales"))
        .Join(_mysql.Table<Product>($"{_database}.products"), s => s.ProductId, p => p.Id, (s, p) => new { p.Id, p.Sku, p.Name, s.Qty, Amount = s.Qty * s.Price, s.SaleTs })
        .Aggregate(
            l => new { l.Id, l.Sku, l.Name },
            g => new SalesByProduct(g.Key.Id, g.Key.Sku, g.Key.Name, g.Sum(l => l.Qty), g.Sum(l => l.Amount), g.Count(), g.Max(l => l.SaleTs)))
        .ToView(Totals, key: r => r.ProductId)
        .ToIceberg(_lake.Table("demo.sales_by_product"), key: r => r.ProductId)
        .Build("sales-by-product", Checkpoints);

    public Pipeline RevenueByDay() => Pipeline
        .FromMySqlBinlog(_mysql.Table<Sale>($"{_database}.sales"))
        .Aggregate(s => s.SaleTs.Date, g => new RevenueByDay(g.Key, g.Count(), g.Sum(s => s.Qty * s.Price)))
        .ToIceberg(_lake.Table("demo.revenue_by_day"), key: r => r.Day)
        .Build("revenue-by-day", Checkpoints);

    public void Dispose()
    {
        if (_isTemporary)
        {
            Directory.Delete(_warehouse, recursive: true);
        }
    }

    private void Checkpoints(PipelineOptions options) => options.CheckpointFolder = Path.Combine(_warehouse, ".checkpoints");
}
