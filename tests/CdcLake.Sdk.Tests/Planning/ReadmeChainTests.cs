using System.Linq.Expressions;
using CdcLake.Columnar;
using CdcLake.Expressions;
using CdcLake.Planning;
using CdcLake.Planning.Binding;
using CdcLake.Planning.Logical;

namespace CdcLake.Tests.Planning;

public sealed class ReadmeChainTests
{
    internal static ChangeStream<SalesByProduct> Job()
    {
        Expression<Func<SalesByProduct, int>> key = r => r.ProductId;
        return SampleTables.SalesStream()
            .Join(
                SampleTables.ProductsStream(), s => s.ProductId, p => p.Id,
                (s, p) => new { p.Id, p.Sku, p.Name, s.Qty, Amount = s.Qty * s.Price, s.SaleTs })
            .Aggregate(
                l => new { l.Id, l.Sku, l.Name },
                g => new SalesByProduct(
                    g.Key.Id, g.Key.Sku, g.Key.Name, g.Sum(l => l.Qty), g.Sum(l => l.Amount), g.Count(), g.Max(l => l.SaleTs)))
            .AddSink("iceberg(demo.sales_by_product)", NoTarget.Instance, key);
    }

    [Fact]
    public void Sales_by_product_binds_to_join_and_aggregate()
    {
        var logical = LogicalPlan.Create(Job().Graph);
        Assert.Equal(["appdb.sales", "appdb.products"], logical.Tables);

        var plan = Planner.Bind(logical, SampleTables.All);

        var sink = Assert.Single(plan.Sinks);
        Assert.Equal([0], sink.Key);
        Assert.Equal(
            "(product_id int32 not null, product_sku string not null, product_name string not null, total_qty int64 not null, "
            + "total_revenue decimal(38, 2) not null, sale_count int64 not null, last_sale_ts timestamp(3) not null)",
            sink.Schema.ToString());
        Assert.Equal(["product_id", "qty", "price", "sale_ts"], plan.Captures[0].Schema.Fields.Select(f => f.Name));
        Assert.Equal(["id", "sku", "name"], plan.Captures[1].Schema.Fields.Select(f => f.Name));
        var aggregate = Assert.Single(plan.Nodes.OfType<AggregateNode>());
        Assert.Equal("aggregate(join(appdb.sales,appdb.products))", aggregate.Name);
        Assert.Equal(
            [AggregateKind.Sum, AggregateKind.Sum, AggregateKind.Count, AggregateKind.Max], aggregate.Calls.Select(c => c.Kind));
        var join = Assert.Single(plan.Nodes.OfType<JoinNode>());
        Assert.Equal("join(appdb.sales,appdb.products)", join.Name);
        Assert.Equal(join.Left.Schema[join.LeftKey[0]].Type, join.Right.Schema[join.RightKey[0]].Type);
    }

    [Fact]
    public void Untyped_replica_passes_all_columns_and_takes_the_primary_key()
    {
        var stream = SampleTables.UsersStream().AddSink("iceberg(lakehouse.users)", NoTarget.Instance, null);
        var plan = Planner.Bind(LogicalPlan.Create(stream.Graph), SampleTables.All);
        var sink = Assert.Single(plan.Sinks);
        Assert.Equal(SampleTables.Users.Schema, sink.Schema);
        Assert.Equal([0], sink.Key);
        Assert.IsType<TableNode>(sink.Input);
    }

    [Fact]
    public void Projection_of_the_join_computes_amounts()
    {
        var plan = Planner.Bind(LogicalPlan.Create(Job().Graph), SampleTables.All);
        var project = plan.Nodes.OfType<ProjectNode>().First(p => p.Input is JoinNode);
        using var batch = new ChangeBatch(project.Input.Schema);
        var qty = (FixedColumn<int>)batch[project.Input.Schema.IndexOf("qty")];
        for (var i = 0; i < project.Input.Schema.Count; i++)
        {
            switch (batch[i])
            {
                case FixedColumn<int> c:
                    c.Append(i == project.Input.Schema.IndexOf("qty") ? 3 : 7);
                    break;
                case FixedColumn<long> c:
                    c.Append(1250);
                    break;
                case BytesColumn c:
                    c.Append("abc"u8);
                    break;
            }
        }

        batch.AppendWeight(1);
        var columns = project.Projection().Evaluate(batch);
        var amount = (FixedColumn<Int128>)columns[project.Schema.IndexOf("amount")];
        Assert.Equal(DataType.Decimal(20, 2), amount.Type);
        Assert.Equal(3750, amount.Values[0]);
        Assert.Equal(1, qty.Count);
    }
}
