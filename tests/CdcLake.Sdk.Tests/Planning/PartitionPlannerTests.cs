using CdcLake.Columnar;
using CdcLake.Expressions;
using CdcLake.Planning.Partitioning;
using CdcLake.Tests.Properties;

namespace CdcLake.Tests.Planning;

public sealed class PartitionPlannerTests
{
    private static readonly TablePlan Sales = new(new Schema([new Field("id", DataType.Int32, false), new Field("product", DataType.Int32, true), new Field("qty", DataType.Int64, true)]), 0);
    private static readonly TablePlan Products = new(new Schema([new Field("id", DataType.Int32, false), new Field("name", DataType.String, true)]), 1);

    [Fact]
    public void A_group_on_the_key_of_the_join_before_it_stays_in_its_partition()
    {
        var plan = Count(Join(JoinKind.Inner), [4, 3]);
        Assert.Equal(["JoinNode: 1 | 0", "AggregateNode: stays"], Exchanges(plan));
    }

    [Fact]
    public void A_projection_that_renames_the_key_keeps_rows_in_their_partition_and_one_that_drops_it_does_not()
    {
        Assert.Equal(["JoinNode: 1 | 0", "AggregateNode: stays"], Exchanges(Count(new ProjectPlan(Join(JoinKind.Inner), [2, 3, 4]), [1])));
        Assert.Equal(["JoinNode: 1 | 0", "AggregateNode: 0"], Exchanges(Count(new ProjectPlan(Join(JoinKind.Inner), [2, 4]), [0])));
    }

    [Fact]
    public void Columns_that_a_join_fills_with_nulls_say_no_partition()
    {
        Assert.Equal(["JoinNode: 1 | 0", "AggregateNode: stays"], Exchanges(Count(Join(JoinKind.Left), [1])));
        Assert.Equal(["JoinNode: 1 | 0", "AggregateNode: 3"], Exchanges(Count(Join(JoinKind.Left), [3])));
        Assert.Equal(["JoinNode: 1 | 0", "AggregateNode: 1"], Exchanges(Count(Join(JoinKind.Full), [1])));
        Assert.Equal(["JoinNode: 1 | 0", "AggregateNode: stays"], Exchanges(Count(Join(JoinKind.Semi), [1])));
    }

    [Fact]
    public void A_join_takes_the_side_that_is_in_partitions_as_it_is_and_brings_the_other_one_there()
    {
        var grouped = Count(Sales, [1]);
        Assert.Equal(["AggregateNode: 1", "JoinNode: stays | 0"], Exchanges(new JoinPlan(JoinKind.Inner, grouped, Products, [0], [0])));
        Assert.Equal(["AggregateNode: 1", "JoinNode: 0 | stays"], Exchanges(new JoinPlan(JoinKind.Inner, Products, grouped, [0], [0])));
        Assert.Equal(["AggregateNode: 1", "AggregateNode: 1", "JoinNode: stays | stays"], Exchanges(new JoinPlan(JoinKind.Inner, grouped, Count(Sales, [1]), [0], [0])));
    }

    [Fact]
    public void What_looks_at_all_rows_runs_once()
    {
        Assert.Equal(["AggregateNode: 1"], Exchanges(Count(Count(Sales, [1]), [])));
        Assert.Equal(["TopNode: 1"], Exchanges(new TopPlan(new TopPlan(Sales, [1], [2], true, 3), [], [2], true, 3)));
    }

    private static JoinPlan Join(JoinKind kind) => new(kind, Sales, Products, [1], [0]);

    private static AggregatePlan Count(Plan input, int[] key) => new(input, key, [new AggregateCall(AggregateKind.Count, -1, DataType.Int64)]);

    /// <summary>For each operator that runs in partitions and has a key by which columns each of its inputs is exchanged.</summary>
    private static IEnumerable<string> Exchanges(Plan plan)
    {
        var bound = PlanNodes.Bind(plan, 2);
        var planned = PartitionPlanner.Plan(bound.Nodes);
        foreach (var node in bound.Nodes)
        {
            if (planned.TryGetValue(node, out var partitions) && partitions is { IsPartitioned: true, Key: not null })
            {
                yield return $"{node.GetType().Name}: {string.Join(" | ", partitions.Exchanges.Select(e => e is null ? "stays" : string.Join(",", e)))}";
            }
        }
    }
}
