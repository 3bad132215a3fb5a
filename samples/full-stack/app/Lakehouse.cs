using CdcLake;
using MySqlConnector;
using Quickstart;

namespace FullStack;

/// <summary>Where the rows come from, where they go, and the two pipelines between. The connections are made of the configuration.</summary>
public sealed class Lakehouse(IConfiguration configuration) : IAsyncDisposable
{
    public const string Sales = "sales-by-product";
    public const string Users = "users";

    private readonly MySqlDataSource _catalog = new(Connection(configuration, "Catalog"));
    private readonly MySqlSource _mysql = new(Connection(configuration, "MySql"));
    private readonly StarRocksCluster _starRocks = new(Connection(configuration, "StarRocks"), o => o.LoadUrl = Setting(configuration, "StarRocks:LoadUrl"));

    private readonly Dictionary<string, string> _s3 = new()
    {
        ["s3.endpoint"] = Setting(configuration, "S3:Endpoint"),
        ["s3.access-key-id"] = Setting(configuration, "S3:AccessKey"),
        ["s3.secret-access-key"] = Setting(configuration, "S3:SecretKey"),
        ["s3.path-style-access"] = "true",
        ["s3.region"] = "us-east-1",
    };

    /// <summary>Sales joined with products and summed, in the lake behind the REST catalog and in StarRocks.</summary>
    public Pipeline SalesByProduct() => Pipeline
        .FromMySqlBinlog(_mysql.Table<Sale>("appdb.sales"))
        .Join(
            _mysql.Table<Product>("appdb.products"),
            s => s.ProductId,
            p => p.Id,
            (s, p) => new { p.Id, p.Sku, p.Name, s.Qty, Amount = s.Qty * s.Price, s.SaleTs })
        .Aggregate(
            l => new { l.Id, l.Sku, l.Name },
            g => new SalesByProduct(g.Key.Id, g.Key.Sku, g.Key.Name, g.Sum(l => l.Qty), g.Sum(l => l.Amount), g.Count(), g.Max(l => l.SaleTs)))
        .ToIceberg(Rest().Table("demo.sales_by_product"), key: r => r.ProductId)
        .ToStarRocks(_starRocks.Table("analytics.sales_by_product", OneReplica), key: r => r.ProductId)
        .Build(Sales, Checkpoints);

    /// <summary>A table as it is, in the lake behind the JDBC catalog and in StarRocks.</summary>
    public Pipeline UsersReplica() => Pipeline
        .FromMySqlBinlog(_mysql.Table("testdb.users"))
        .ToIceberg(Jdbc().Table("lakehouse.users"))
        .ToStarRocks(_starRocks.Table("analytics.users", OneReplica))
        .Build(Users, Checkpoints);

    public ValueTask DisposeAsync() => _catalog.DisposeAsync();

    private static string Connection(IConfiguration configuration, string name) => Setting(configuration, "ConnectionStrings:" + name);

    private static string Setting(IConfiguration configuration, string key) =>
        configuration[key] ?? throw new InvalidOperationException($"The setting {key} is missing: docker-compose.yml sets it as {key.Replace(":", "__", StringComparison.Ordinal)}.");

    private static void OneReplica(StarRocksTableOptions table) => table.ReplicationNum = 1; // the cluster has one backend

    private IcebergCatalog Rest() => IcebergCatalog.Rest(Setting(configuration, "Lake:RestUri"), o =>
    {
        foreach (var (name, value) in _s3)
        {
            o.Properties[name] = value;
        }
    });

    /// <summary>Its name, "lake", stands in its rows: Trino's iceberg.jdbc-catalog.catalog-name is the same.</summary>
    private IcebergCatalog Jdbc() => IcebergCatalog.Jdbc(_catalog, "lake", Setting(configuration, "Lake:JdbcWarehouse"), o =>
    {
        foreach (var (name, value) in _s3)
        {
            o.Properties[name] = value;
        }
    });

    private void Checkpoints(PipelineOptions options) => // in the lake too: the container keeps nothing
        (options.CheckpointFolder, options.CheckpointS3) = (Setting(configuration, "Lake:Checkpoints"), S3Options.FromProperties(_s3));
}
