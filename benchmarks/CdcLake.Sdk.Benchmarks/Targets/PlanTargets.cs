using System.Text;
using CdcLake.Benchmarks.Logs;
using CdcLake.Columnar;
using CdcLake.Connectors;
using CdcLake.Planning.Binding;
using CdcLake.Planning.Logical;
using CdcLake.Planning.Rewriting;
using CdcLake.Tests.Shared;

namespace CdcLake.Benchmarks.Targets;

/// <summary>The sales-by-product job as its operators are moved, beside the same with every operator where the query has it: what a sale leaves in memory, and what renaming a product costs.</summary>
internal static class PlanTargets
{
    private const int Sales = 1_000_000;
    private const int Renames = 10;
    private const string SalesTable = "appdb.sales";
    private const string ProductsTable = "appdb.products";

    private static readonly Dictionary<string, SourceTable> Tables = new[]
    {
        new SourceTable(SalesTable, SalesTables.Sales, ["bigint", "int", "int", "decimal(10,2)", "timestamp(3)"], [0], new Dictionary<int, string>()),
        new SourceTable(ProductsTable, SalesTables.Products, ["int", "varchar(64)", "varchar(255)"], [0], new Dictionary<int, string>()),
    }.ToDictionary(t => t.Name);

    public static Task<IReadOnlyList<TargetLine>> SalesByProductAsync(Workspace work)
    {
        var logical = SalesJob.PlanOf(SalesJob.ByProduct, work.Fresh("plan.log"), work.Fresh("plan"));
        var (written, moved) = (Planner.Bind(logical, Tables), PlanOptimizer.Bind(logical, Tables));
        var (before, after) = (Measure(written, products: 1_000), Measure(moved, products: 1_000));
        var (slow, quick) = (Measure(written, products: 1), Measure(moved, products: 1));
        return Task.FromResult<IReadOnlyList<TargetLine>>(
        [
            TargetLine.Against("sales by product, 1M sales of 1000 products: state", after.State / (double)Sales, "bytes/sale", "bytes/sale as written", before.State / (double)Sales),
            TargetLine.Against("  1M sales, first versions (one core)", Sales / after.Load.Cpu / 1e6, "M sales/s", "M sales/s as written", Sales / before.Load.Cpu / 1e6),
            TargetLine.Against("rename of a product with 1M sales (one core)", quick.Rename.Cpu * 1e3 / Renames, "ms", "ms as written", slow.Rename.Cpu * 1e3 / Renames),
            TargetLine.Against("  memory beyond what was there before it, at its peak", quick.Peak / 1e6, "MB", "MB as written", slow.Peak / 1e6),
        ]);
    }

    private static (long State, Cost Load, Cost Rename, long Peak) Measure(BoundPlan plan, int products)
    {
        using var run = new BoundPlanRunner(plan, _ => { });
        var batches = Batches(run.Capture(SalesTable)!.Schema, new SalesLog { Products = products });
        var start = Cost.Now();
        run.Push(ProductsTable, SalesTables.AllProducts(products));
        foreach (var (batch, i) in batches.Select((b, i) => (b, i)))
        {
            run.Push(SalesTable, batch);
            if (i % 8 == 7)
            {
                run.EndEpoch();
            }
        }

        run.EndEpoch();
        var loaded = Cost.Now();
        var state = run.StateBytes;
        GC.Collect();
        var resting = Environment.WorkingSet;
        var peak = 0L;
        for (var i = 0; i < Renames; i++)
        {
            run.Push(ProductsTable, Rename(i));
            peak = Math.Max(peak, Environment.WorkingSet - resting);
            run.EndEpoch();
            peak = Math.Max(peak, Environment.WorkingSet - resting);
        }

        return (state, loaded - start, Cost.Now() - loaded, peak);
    }

    private static ChangeBatch Rename(int version)
    {
        var batch = new ChangeBatch(SalesTables.Products);
        foreach (var (name, weight) in new[] { (version == 0 ? "Product 1 of the catalogue" : $"Name {version}", (sbyte)-1), ($"Name {version + 1}", (sbyte)1) })
        {
            batch.Fixed<int>(0).Append(1);
            batch.Bytes(1).Append("SKU-000001"u8);
            batch.Bytes(2).Append(Encoding.UTF8.GetBytes(name));
            batch.AppendWeight(weight);
        }

        return batch;
    }

    private static List<ChangeBatch> Batches(Schema captured, SalesLog workload)
    {
        var batches = new List<ChangeBatch>();
        for (var id = 1; id <= Sales; id++)
        {
            if (batches.Count == 0 || batches[^1].Count == ChangeBatch.TargetRows)
            {
                batches.Add(new ChangeBatch(captured));
            }

            SalesOperators.Append(batches[^1], workload.Sale(id, 0), 1);
        }

        return batches;
    }
}
