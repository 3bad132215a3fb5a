using CdcLake.Benchmarks.Baselines;
using CdcLake.Benchmarks.Logs;
using CdcLake.Columnar;
using CdcLake.Connectors;
using CdcLake.Dataflow;
using CdcLake.Dataflow.Operators;
using CdcLake.Expressions;
using CdcLake.MySql.Gtids;

namespace CdcLake.Benchmarks.Targets;

/// <summary>What a row costs that an operator or a sink has to remember.</summary>
internal static class StateTargets
{
    private const int Rows = 1_000_000;
    private const int Groups = 200_000;
    private const int Updates = 500_000;
    private const int Runs = 3;
    private static readonly Epoch End = new(new MySqlPosition(GtidSet.Empty), default);

    private static readonly (string Name, AggregateCall[] Calls)[] Aggregates =
    [
        ("COUNT(*)", [new(AggregateKind.Count, -1, DataType.Int64)]),
        ("SUM of an integer", [new(AggregateKind.Sum, 2, DataType.Int64)]),
        ("SUM of a decimal", [new(AggregateKind.Sum, 3, DataType.Decimal(38, 2))]),
        ("SUM, AVG and COUNT of one decimal",
            [new(AggregateKind.Sum, 3, DataType.Decimal(38, 2)), new(AggregateKind.Average, 3, DataType.Decimal(38, 6)), new(AggregateKind.Count, 3, DataType.Int64)]),
        ("MAX of a time", [new(AggregateKind.Max, 4, DataType.Timestamp(3))]),
        ("MIN and MAX of a time", [new(AggregateKind.Min, 4, DataType.Timestamp(3)), new(AggregateKind.Max, 4, DataType.Timestamp(3))]),
    ];

    public static Task<IReadOnlyList<TargetLine>> TableAsync(SalesLog workload)
    {
        var lines = new List<TargetLine> { Join(workload, 1, "by product"), Join(workload, 0, "by its id") };
        lines.AddRange(Aggregates.SelectMany(a => Group(workload, a.Name, a.Calls, Groups)));
        lines.AddRange(Aggregates[^2..].SelectMany(a => Group(workload, a.Name, a.Calls, Groups / 10)));
        lines.AddRange(Aggregates[^2..].SelectMany(a => Group(workload, a.Name, a.Calls, Groups / 1000)));
        return Task.FromResult<IReadOnlyList<TargetLine>>(lines);
    }

    /// <summary>One side of a join: sales, all five columns, beside objects in a dictionary.</summary>
    private static TargetLine Join(SalesLog workload, int key, string by)
    {
        var other = key == 0 ? SalesTables.Sales : SalesTables.Products;
        using var join = new JoinOperator(
            "join", new Schema([.. SalesTables.Sales.Fields, .. other.Fields.Select(f => f with { Name = "p_" + f.Name })]), SalesTables.Sales, other, [key], [0]);
        foreach (var batch in SalesTables.Inserts(workload, Rows))
        {
            join.Process(0, batch);
            while (join.Next() is { } output)
            {
                output.Dispose();
            }
        }

        var before = GC.GetTotalMemory(forceFullCollection: true);
        var naive = new Dictionary<long, List<NaiveJoinAggregate.Sale>>();
        for (var id = 1; id <= Rows; id++)
        {
            var row = workload.Sale(id, 0);
            var of = key == 0 ? row.Id : row.ProductId;
            if (!naive.TryGetValue(of, out var list))
            {
                naive.Add(of, list = []);
            }

            list.Add(new NaiveJoinAggregate.Sale(row.Id, row.ProductId, row.Quantity, row.Cents / 100m, DateTime.UnixEpoch.AddMilliseconds(row.Milliseconds)));
        }

        var objects = GC.GetTotalMemory(forceFullCollection: true) - before;
        GC.KeepAlive(naive);
        return TargetLine.Against($"side of a join, {Rows / 1_000_000}M sales {by}", join.State[0].Bytes / (double)Rows, "bytes/row", "bytes/row objects and dictionary", objects / (double)Rows);
    }

    /// <summary>Groups by a number, of five sales each or of more, and what it costs to take sales in and to update them at random.</summary>
    private static IEnumerable<TargetLine> Group(SalesLog workload, string name, AggregateCall[] calls, int groups)
    {
        var runs = Enumerable.Range(0, Runs).Select(_ => Group(workload with { Products = groups }, calls)).ToList();
        double Median(Func<GroupCost, double> of) => runs.Select(of).Order().ElementAt(Runs / 2);
        yield return new TargetLine($"group by a number with {name}, {Rows / groups} rows a group", Median(r => r.Bytes) / groups, "bytes/group");
        yield return new TargetLine("  rows added (one core)", Rows / Median(r => r.Insert) / 1e3, "k rows/s");
        yield return new TargetLine("  rows updated at random (one core)", 2.0 * Updates / Median(r => r.Update) / 1e3, "k changes/s");
    }

    private static GroupCost Group(SalesLog workload, AggregateCall[] calls)
    {
        var schema = new Schema([SalesTables.Sales[1], .. calls.Select((c, i) => new Field($"c{i}", c.Result, true))]);
        using var aggregate = new AggregateOperator("groups", schema, SalesTables.Sales, [1], calls);
        var insert = Take(aggregate, SalesTables.Inserts(workload, Rows));
        var bytes = aggregate.State.Sum(s => s.Bytes);
        return new GroupCost(bytes, insert, Take(aggregate, RandomUpdates(workload)));
    }

    /// <summary>Processor time in seconds.</summary>
    private static double Take(AggregateOperator aggregate, List<ChangeBatch> batches)
    {
        var before = Environment.CpuUsage.TotalTime;
        foreach (var batch in batches)
        {
            aggregate.Process(0, batch);
            aggregate.EndEpoch(End);
            while (aggregate.Next() is { } output)
            {
                output.Dispose();
            }
        }

        return (Environment.CpuUsage.TotalTime - before).TotalSeconds;
    }

    private static List<ChangeBatch> RandomUpdates(SalesLog workload)
    {
        var versions = new byte[Rows + 1];
        var random = new Random(42);
        var batches = new List<ChangeBatch>();
        for (var i = 0; i < Updates; i++)
        {
            if (batches.Count == 0 || batches[^1].Count == ChangeBatch.TargetRows)
            {
                batches.Add(new ChangeBatch(SalesTables.Sales));
            }

            var id = 1 + random.Next(Rows);
            SalesTables.Append(batches[^1], workload.Sale(id, versions[id]), -1);
            SalesTables.Append(batches[^1], workload.Sale(id, ++versions[id]), 1);
        }

        return batches;
    }

    private sealed record GroupCost(long Bytes, double Insert, double Update);
}
