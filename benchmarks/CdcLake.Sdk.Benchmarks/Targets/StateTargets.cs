using CdcLake.Benchmarks.Baselines;
using CdcLake.Benchmarks.Logs;
using CdcLake.Columnar;
using CdcLake.Dataflow.Operators;
using CdcLake.MySql.Gtids;

namespace CdcLake.Benchmarks.Targets;

/// <summary>What a row costs that an operator or a sink has to remember.</summary>
internal static class StateTargets
{
    private const int Rows = 1_000_000;

    /// <summary>One side of a join: sales by product, all five columns, beside objects in a dictionary.</summary>
    public static Task<IReadOnlyList<TargetLine>> JoinAsync(SalesLog workload)
    {
        using var join = new JoinOperator(
            "join", new Schema([.. SalesTables.Sales.Fields, .. SalesTables.Products.Fields.Select(f => f with { Name = "p_" + f.Name })]), SalesTables.Sales, SalesTables.Products, [1], [0]);
        foreach (var batch in SalesTables.Inserts(workload, Rows))
        {
            join.Process(0, batch);
            while (join.Next() is { } output)
            {
                output.Dispose();
            }
        }

        var before = GC.GetTotalMemory(forceFullCollection: true);
        var naive = new Dictionary<int, List<NaiveJoinAggregate.Sale>>();
        for (var id = 1; id <= Rows; id++)
        {
            var row = workload.Sale(id, 0);
            if (!naive.TryGetValue(row.ProductId, out var list))
            {
                naive.Add(row.ProductId, list = []);
            }

            list.Add(new NaiveJoinAggregate.Sale(row.Id, row.ProductId, row.Quantity, row.Cents / 100m, DateTime.UnixEpoch.AddMilliseconds(row.Milliseconds)));
        }

        var objects = GC.GetTotalMemory(forceFullCollection: true) - before;
        GC.KeepAlive(naive);
        return Task.FromResult<IReadOnlyList<TargetLine>>(
            [TargetLine.Against($"join state, {Rows / 1_000_000}M rows of one side", join.State[0].Bytes / (double)Rows, "bytes/row", "bytes/row objects and dictionary", objects / (double)Rows)]);
    }
}
