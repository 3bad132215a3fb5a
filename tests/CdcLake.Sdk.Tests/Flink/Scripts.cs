using CdcLake.Connectors;
using CdcLake.Flink.Sql;
using CdcLake.Planning.Binding;
using CdcLake.Tests.Planning;

namespace CdcLake.Tests.Flink;

/// <summary>Scripts of pipelines over tables that a test describes.</summary>
internal static class Scripts
{
    public static MySqlSource Source() => new("Server=mysql;User ID=flinkuser;Password=top-secret");

    public static IcebergCatalog Lake { get; } = IcebergCatalog.FileSystem("/warehouse");

    public static FlinkSqlScript Of(Pipeline pipeline, Action<FlinkSqlOptions>? configure = null, IEnumerable<SourceTable>? tables = null)
    {
        var options = new FlinkSqlOptions();
        configure?.Invoke(options);
        var plan = Planner.Bind(pipeline.Definition.Plan, (tables ?? SampleTables.All.Values).ToDictionary(t => t.Name));
        return new ScriptWriter(pipeline.Definition, plan, options.Freeze()).Write();
    }

    /// <summary>The statement that starts the job.</summary>
    public static string Job(Pipeline pipeline, Action<FlinkSqlOptions>? configure = null, IEnumerable<SourceTable>? tables = null) => Of(pipeline, configure, tables).Statements[^1];

    /// <summary>The seed's job: sales joined with products, summed up by product.</summary>
    public static ChangeStream<SalesByProduct> SalesByProduct(MySqlSource source) => Pipeline
        .FromMySqlBinlog(source.Table<Sale>("appdb.sales"))
        .Join(
            source.Table<Product>("appdb.products"), s => s.ProductId, p => p.Id,
            (s, p) => new { p.Id, p.Sku, p.Name, s.Qty, Amount = s.Qty * s.Price, s.SaleTs })
        .Aggregate(
            l => new { l.Id, l.Sku, l.Name },
            g => new SalesByProduct(g.Key.Id, g.Key.Sku, g.Key.Name, g.Sum(l => l.Qty), g.Sum(l => l.Amount), g.Count(), g.Max(l => l.SaleTs)));
}
