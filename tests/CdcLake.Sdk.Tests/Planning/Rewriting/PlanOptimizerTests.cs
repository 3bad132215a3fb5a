using System.Linq.Expressions;
using CdcLake.Columnar;
using CdcLake.Connectors;
using CdcLake.Expressions;
using CdcLake.Planning;
using CdcLake.Planning.Binding;
using CdcLake.Planning.Logical;
using CdcLake.Planning.Rewriting;

namespace CdcLake.Tests.Planning.Rewriting;

/// <summary>What is moved and what is not, by what tables say of themselves.</summary>
public sealed class PlanOptimizerTests
{
    private sealed record Line(int OrderId, int No, int Qty, int? Discount);

    private sealed record Order(int Id, string Customer, int Region);

    private static readonly Dictionary<string, SourceTable> Tables = new[]
    {
        SampleTables.Sales, SampleTables.Products,
        SampleTables.Table("shop.lines", ["order_id", "no"], ("order_id", DataType.Int32, false, "int"), ("no", DataType.Int32, false, "int"), ("qty", DataType.Int32, false, "int"), ("discount", DataType.Int32, true, "int")),
        SampleTables.Table("shop.orders", ["id"], ("id", DataType.Int32, false, "int"), ("customer", DataType.String, false, "varchar(9)"), ("region", DataType.Int32, false, "int")),
    }.ToDictionary(t => t.Name);

    private static ChangeStream<Line> Lines => ChangeStreams.FromTable<Line>(SampleTables.Source, "shop.lines");

    private static ChangeStream<Order> Orders => ChangeStreams.FromTable<Order>(SampleTables.Source, "shop.orders");

    private static BoundPlan Bind<T, TKey>(ChangeStream<T> stream, Expression<Func<T, TKey>> key) =>
        PlanOptimizer.Bind(LogicalPlan.Create(stream.AddSink("sink", NoTarget.Instance, key).Graph), Tables);

    [Fact]
    public void Sales_are_grouped_before_they_meet_their_products()
    {
        var logical = LogicalPlan.Create(ReadmeChainTests.Job().Graph);
        var (written, plan) = (Planner.Bind(logical, Tables), PlanOptimizer.Bind(logical, Tables));

        Assert.Equal(
            ["sum(qty), sum(amount), count(*), max(sale_ts) of appdb.sales by ProductId, from above join(appdb.sales,appdb.products) to below it"], plan.Moves);
        var join = Assert.Single(plan.Nodes.OfType<JoinNode>());
        Assert.Same(Assert.Single(plan.Nodes.OfType<AggregateNode>()), join.Left);
        Assert.Contains($"moved: {plan.Moves[0]}", plan.Explain(), StringComparison.Ordinal);
        Assert.Equal(written.Sinks[0].Schema, plan.Sinks[0].Schema);
        Assert.Equal(written.Sinks[0].Key, plan.Sinks[0].Key);
        Assert.Equal(written.Captures.Select(c => c.Schema), plan.Captures.Select(c => c.Schema));
    }

    [Fact]
    public void Sinks_keep_the_fingerprint_of_the_query_as_it_was_written()
    {
        var logical = LogicalPlan.Create(ReadmeChainTests.Job().Graph);
        var (written, plan) = (Planner.Bind(logical, Tables), PlanOptimizer.Bind(logical, Tables));
        Assert.Equal(written.Fingerprint, plan.Fingerprint);
        Assert.Equal(written.Sinks[0].Fingerprint, plan.Sinks[0].Fingerprint);
        Assert.NotEqual(written.Nodes.OfType<AggregateNode>().Single().Fingerprint, plan.Nodes.OfType<AggregateNode>().Single().Fingerprint);
    }

    [Fact]
    public void Join_keeps_a_row_for_each_product_in_place_of_its_sales()
    {
        var logical = LogicalPlan.Create(ReadmeChainTests.Job().Graph);
        long Bytes(BoundPlan plan)
        {
            using var runner = new ResultRunner(plan);
            runner.Push("appdb.products", [(new object?[] { 1, "A-1", "Apple" }, 1)]);
            runner.Push("appdb.sales", [.. Enumerable.Range(0, 50_000).Select(i => (new object?[] { (long)i, 1, "note", 2, (long)i, 0L }, 1))]);
            runner.EndEpoch();
            runner.Push("appdb.products", [(new object?[] { 1, "A-1", "Apple" }, -1), (new object?[] { 1, "A-1", "Pear" }, 1)]);
            runner.EndEpoch();
                Assert.Equal("1|A-1|Pear|100000|2499950000|50000|0 × 1", Assert.Single(runner.Rows));
            return runner.StateBytes;
        }

        Assert.True(Bytes(Planner.Bind(logical, Tables)) - Bytes(PlanOptimizer.Bind(logical, Tables)) > 50 * 50_000);
    }

    [Fact]
    public void Groups_by_a_column_of_the_partner_are_added_up_above_the_join()
    {
        var plan = Bind(
            SampleTables.SalesStream().Join(SampleTables.ProductsStream(), s => s.ProductId, p => p.Id, (s, p) => new { p.Name, s.Qty, s.Price })
                .Aggregate(l => l.Name, g => new { Name = g.Key, Qty = g.Sum(l => l.Qty), Mean = g.Average(l => l.Price), Count = g.Count(l => l.Qty > 1) }),
            r => r.Name);
        Assert.EndsWith("added up above", Assert.Single(plan.Moves), StringComparison.Ordinal);
        Assert.Equal(2, plan.Nodes.OfType<AggregateNode>().Count());
    }

    [Fact]
    public void Lines_of_an_order_are_too_few_for_groups_that_nobody_asked_for()
    {
        Assert.Empty(Bind(
            Lines.Join(Orders, l => l.OrderId, o => o.Id, (l, o) => new { o.Region, l.Qty }).Aggregate(l => l.Region, g => new { Region = g.Key, Qty = g.Sum(l => l.Qty) }), r => r.Region).Moves);
        Assert.Single(Bind(Lines.Join(Orders, l => l.OrderId, o => o.Id, (l, o) => new { o.Id, l.Qty }).Aggregate(l => l.Id, g => new { Id = g.Key, Qty = g.Sum(l => l.Qty) }), r => r.Id).Moves);
    }

    [Fact]
    public void Without_a_unique_key_nothing_is_grouped_before() =>
        Assert.Empty(Bind(
            Lines.Join(Orders, l => l.Qty, o => o.Region, (l, o) => new { o.Region, l.Qty }).Aggregate(l => l.Region, g => new { Region = g.Key, Qty = g.Sum(l => l.Qty) }), r => r.Region).Moves);

    [Fact]
    public void Values_of_both_sides_stay_above() =>
        Assert.Empty(Bind(
            Lines.Join(Orders, l => l.OrderId, o => o.Id, (l, o) => new { o.Id, Product = l.Qty * o.Region }).Aggregate(l => l.Id, g => new { Id = g.Key, Sum = g.Sum(l => l.Product) }), r => r.Id).Moves);

    [Fact]
    public void Conditions_are_asked_below_the_join_where_they_are_about_one_side()
    {
        var plan = Bind(
            Lines.Join(Orders, l => l.OrderId, o => o.Id, (l, o) => new { l.OrderId, l.No, o.Customer, l.Qty }).Where(r => r.Qty > 3 && r.Customer != "x" && (r.Qty > 5 || r.Customer == "y")),
            r => new { r.OrderId, r.No });
        Assert.Equal(2, plan.Moves.Count);
        Assert.Equal(2, plan.Nodes.OfType<FilterNode>().Count(f => f.Input is TableNode));
        Assert.Equal(3, plan.Nodes.OfType<FilterNode>().Count());
    }

    [Fact]
    public void Outer_join_whose_lone_rows_no_condition_passes_is_an_inner_one()
    {
        var plan = Bind(
            Lines.LeftJoin(Orders, l => l.OrderId, o => o.Id, (l, o) => new { l.OrderId, l.No, o!.Customer }).Where(r => r.Customer == "x"), r => new { r.OrderId, r.No });
        Assert.Equal(JoinKind.Inner, Assert.Single(plan.Nodes.OfType<JoinNode>()).Kind);
        Assert.Contains(plan.Nodes.OfType<FilterNode>(), f => f.Input is TableNode { Name: "shop.orders" });
    }

    [Fact]
    public void Condition_on_the_side_that_may_be_missing_stays_above()
    {
        var plan = Bind(
            Lines.LeftJoin(Orders, l => l.OrderId, o => o.Id, (l, o) => new { l.OrderId, l.No, o!.Customer }).Where(r => r.Customer == null), r => new { r.OrderId, r.No });
        Assert.Empty(plan.Moves);
        Assert.Equal(JoinKind.Left, Assert.Single(plan.Nodes.OfType<JoinNode>()).Kind);
    }

    [Fact]
    public void Rows_that_others_read_too_stay_where_they_are()
    {
        var joined = SampleTables.SalesStream().Join(SampleTables.ProductsStream(), s => s.ProductId, p => p.Id, (s, p) => new { s.Id, Product = p.Id, s.Qty });
        Expression<Func<object, object>>? none = null;
        joined.AddSink("lines", NoTarget.Instance, none);
        Assert.Empty(Bind(joined.Aggregate(l => l.Product, g => new { Id = g.Key, Qty = g.Sum(l => l.Qty) }), r => r.Id).Moves);
    }
}
