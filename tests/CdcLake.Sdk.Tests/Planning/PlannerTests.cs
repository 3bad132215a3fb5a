using System.Linq.Expressions;
using CdcLake.Connectors;
using CdcLake.Planning;
using CdcLake.Planning.Binding;
using CdcLake.Planning.Logical;

namespace CdcLake.Tests.Planning;

public sealed class PlannerTests
{
    private static BoundPlan Bind<T>(ChangeStream<T> stream) => Planner.Bind(LogicalPlan.Create(stream.Graph), SampleTables.All);

    private static ChangeStream<T> Sink<T, TKey>(ChangeStream<T> stream, Expression<Func<T, TKey>> key) => stream.AddSink("sink", NoTarget.Instance, key);

    private static string Refused<T>(ChangeStream<T> stream, LambdaExpression? key) =>
        Assert.Throws<SchemaMismatchException>(() => Bind(stream.AddSink("sink", NoTarget.Instance, key))).Message;

    [Fact]
    public void Explain_of_the_sample_job()
    {
        var plan = Bind(ReadmeChainTests.Job());
        var expected = $"""
            plan {plan.Fingerprint}
            iceberg(demo.sales_by_product)  [{plan.Sinks[0].Fingerprint}]
                key: product_id
                columns: product_id int32 not null, product_sku string not null, product_name string not null, total_qty int64 not null, total_revenue decimal(38, 2) not null, sale_count int64 not null, last_sale_ts timestamp(3) not null
                state: index of the key
              select(aggregate(join(appdb.sales,appdb.products)))  [{Print<ProjectNode>(plan, 1)}]
                  computes: product_id = id, product_sku = sku, product_name = name, total_qty = sum(qty), total_revenue = sum(amount), sale_count = count(*), last_sale_ts = max(sale_ts)
                aggregate(join(appdb.sales,appdb.products))  [{Print<AggregateNode>(plan, 0)}]
                    groups: by id, sku, name: sum(qty), sum(amount), count(*), max(sale_ts)
                    columns: id int32 not null, sku string not null, name string not null, sum(qty) int64 not null, sum(amount) decimal(38, 2) not null, count(*) int64 not null, max(sale_ts) timestamp(3) not null
                    state: one row per group, about 122 bytes and its texts a group, about 42 bytes a different value of sale_ts in it
                  select(join(appdb.sales,appdb.products))  [{Print<ProjectNode>(plan, 0)}]
                      computes: id, sku, name, qty, amount = (qty * price), sale_ts
                    join(appdb.sales,appdb.products)  [{Print<JoinNode>(plan, 0)}]
                        on: product_id = id
                        columns: product_id int32 not null, qty int32 not null, price decimal(10, 2) not null, sale_ts timestamp(3) not null, id int32 not null, sku string not null, name string not null
                        state: every row of both sides by key: left (product_id int32 not null, qty int32 not null, price decimal(10, 2) not null, sale_ts timestamp(3) not null), about 58 bytes a row; right (id int32 not null, sku string not null, name string not null), about 40 bytes and its texts a row
                      appdb.sales  [{Print<TableNode>(plan, 0)}]
                          captured: product_id, qty, price, sale_ts; pruned: id, note
                      appdb.products  [{Print<TableNode>(plan, 1)}]
                          captured: id, sku, name

            """;
        Assert.Equal(expected.ReplaceLineEndings(), plan.Explain().ReplaceLineEndings());
    }

    private static string Print<T>(BoundPlan plan, int index)
        where T : PlanNode => plan.Nodes.OfType<T>().ElementAt(index).Fingerprint;

    [Fact]
    public void Explain_before_binding_prints_the_query()
    {
        var text = LogicalPlan.Create(ReadmeChainTests.Job().Graph).Explain();
        Assert.Contains("join on ProductId = Id", text, StringComparison.Ordinal);
        Assert.Contains("aggregate by id, sku, name: sum(qty), sum(amount), count(*), max(sale_ts)", text, StringComparison.Ordinal);
        Assert.Contains("table appdb.sales as Sale", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Fingerprints_ignore_names_of_parameters_and_variables_and_see_meaning()
    {
        static string Of(Expression<Func<Sale, bool>> condition) =>
            Bind(Sink(SampleTables.SalesStream().Where(condition).Select(s => new { s.Id }), r => r.Id)).Fingerprint;

        var limit = 5;
        var other = 5;
        Assert.Equal(Of(s => s.Qty > limit), Of(sale => sale.Qty > other));
        Assert.NotEqual(Of(s => s.Qty > 5), Of(s => s.Qty > 6));
        Assert.NotEqual(Of(s => s.Qty > 5), Of(s => s.Qty >= 5));
    }

    [Fact]
    public void Another_sink_that_reads_more_columns_leaves_the_join_interchangeable()
    {
        var alone = Bind(ReadmeChainTests.Job());
        var job = ReadmeChainTests.Job();
        var sales = SampleTables.SalesStream();
        job.Graph.Merge(sales.Graph);
        sales.AddSink("raw", NoTarget.Instance, null);
        var both = Bind(job);
        Assert.Equal(2, both.Sinks.Count);
        Assert.Equal(["id", "product_id", "qty", "price", "sale_ts"], both.Captures[0].Schema.Fields.Select(f => f.Name));
        Assert.Equal(Print<JoinNode>(alone, 0), Print<JoinNode>(both, 0));
        Assert.Equal(Print<AggregateNode>(alone, 0), Print<AggregateNode>(both, 0));
        Assert.Equal(alone.Nodes.OfType<JoinNode>().Single().Schema, both.Nodes.OfType<JoinNode>().Single().Schema);
    }

    [Fact]
    public void Fan_out_shares_operators_and_equal_chains_are_one()
    {
        var filtered = SampleTables.SalesStream().Where(s => s.Qty > 1);
        filtered.AddSink("a", NoTarget.Instance, null);
        var again = SampleTables.SalesStream().Where(x => x.Qty > 1).AddSink("b", NoTarget.Instance, null);
        filtered.Graph.Merge(again.Graph);
        var plan = Bind(filtered);
        Assert.Single(plan.Nodes.OfType<FilterNode>());
        Assert.Single(plan.Captures);
        Assert.Equal(["a", "b"], plan.Sinks.Select(s => s.Name));
        Assert.Equal([0, 1], plan.Sinks.Select(s => s.Sink));
    }

    [Fact]
    public void Counting_rows_captures_no_columns()
    {
        var plan = Bind(Sink(SampleTables.SalesStream().Aggregate(g => new { One = 1, Rows = g.Count() }), r => r.One));
        Assert.Empty(plan.Captures[0].Columns);
    }

    [Fact]
    public void Self_join_of_the_same_columns_reads_one_table_operator_twice()
    {
        var sales = SampleTables.SalesStream();
        var plan = Bind(Sink(sales.Join(sales, a => a.Id, b => b.Id, (a, b) => new { A = a.Id, B = b.Id }), r => r.A));
        var join = plan.Nodes.OfType<JoinNode>().Single();
        Assert.Same(join.Left, join.Right);
        Assert.Equal("join(appdb.sales,appdb.sales)", join.Name);
    }

    [Fact]
    public void Natural_keys_survive_what_keeps_their_columns()
    {
        Assert.Equal([0], Bind(SampleTables.SalesStream().Where(s => s.Qty > 0).AddSink("s", NoTarget.Instance, null)).Sinks[0].Key);
        Assert.Equal([1], Bind(SampleTables.SalesStream().Select(s => new { s.Qty, s.Id }).AddSink("s", NoTarget.Instance, null)).Sinks[0].Key);
        var grouped = SampleTables.SalesStream().Aggregate(s => new { s.ProductId, s.Qty }, g => new { Rows = g.Count(), g.Key.Qty, g.Key.ProductId });
        Assert.Equal([2, 1], Bind(grouped.AddSink("s", NoTarget.Instance, null)).Sinks[0].Key);
    }

    [Fact]
    public void Natural_keys_survive_a_join_on_the_whole_key_of_the_other_side()
    {
        static IReadOnlyList<int> Key<T>(ChangeStream<T> stream) => Bind(stream.AddSink("s", NoTarget.Instance, null)).Sinks[0].Key;

        Assert.Equal([1], Key(SampleTables.SalesStream().Join(SampleTables.ProductsStream(), s => s.ProductId, p => p.Id, (s, p) => new { p.Name, s.Id })));
        Assert.Equal([1], Key(SampleTables.SalesStream().LeftJoin(SampleTables.ProductsStream(), s => s.ProductId, p => p.Id, (s, p) => new { p!.Name, s.Id })));
        Assert.Equal([1], Key(SampleTables.ProductsStream().Join(SampleTables.SalesStream(), p => p.Id, s => s.ProductId, (p, s) => new { p.Name, s.Id })));
        Assert.Equal([0, 2], Key(SampleTables.SalesStream().Join(SampleTables.ProductsStream(), s => s.Qty, p => p.Id % 7, (s, p) => new { s.Id, s.Qty, Product = p.Id })));
        Assert.Equal([0], Key(SampleTables.SalesStream().Exists(SampleTables.ProductsStream(), s => s.ProductId, p => p.Id)));
        Assert.Equal([1], Key(SampleTables.SalesStream().MaxBy(s => s.ProductId, s => s.SaleTs)));
        Assert.Equal([0], Key(SampleTables.SalesStream().TopN(10, s => s.ProductId, s => s.Price)));
        Assert.Equal([1], Key(SampleTables.SalesStream().Aggregate(g => new { Last = g.Max(s => s.SaleTs), Rows = g.Count() })));
        Assert.Equal([0], Key(SampleTables.UsersStream().TopN(3, r => r.Get<DateOnly?>("born"))));
    }

    [Fact]
    public void Lost_keys_are_refused_with_the_reason()
    {
        var sales = SampleTables.SalesStream();
        Assert.Contains("no longer contains", Refused(SampleTables.SalesStream().Select(s => new { s.Qty }), null), StringComparison.Ordinal);
        Assert.Contains("result of a join", Refused(sales.Join(SampleTables.ProductsStream(), s => s.ProductId, p => p.Id, (s, p) => new { p.Id }), null), StringComparison.Ordinal);
        Assert.Contains(
            "every column of the only row may be null", Refused(SampleTables.SalesStream().Aggregate(g => new { Last = g.Max(s => s.SaleTs) }), null), StringComparison.Ordinal);
    }

    [Fact]
    public void Keys_that_identify_nothing_are_refused()
    {
        var floats = SampleTables.SalesStream().Select(s => new { F = (double)s.Qty });
        Assert.Contains("floating-point", Assert.Throws<SchemaMismatchException>(() => Bind(Sink(floats, r => r.F))).Message, StringComparison.Ordinal);
        var computed = Assert.Throws<UnsupportedExpressionException>(() => Sink(SampleTables.SalesStream(), s => s.Qty + 1));
        Assert.Contains("no column of the result", computed.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Key_that_is_the_same_in_every_row_is_refused_when_the_pipeline_is_built()
    {
        static void Build<T, TKey>(ChangeStream<T> stream, Expression<Func<T, TKey>> key) => LogicalPlan.Create(Sink(stream, key).Graph);

        var error = Assert.Throws<SchemaMismatchException>(() => Build(SampleTables.SalesStream().Select(s => new { One = 1, s.Qty }).Where(r => r.Qty > 1), r => r.One));
        Assert.Contains("the same in every row", error.Message, StringComparison.Ordinal);
        Assert.Throws<SchemaMismatchException>(() => Build(SampleTables.SalesStream().Aggregate(s => s.Qty, g => new { One = 1, Rows = g.Count() }), r => r.One));
        Build(SampleTables.SalesStream().Aggregate(g => new { One = 1, Rows = g.Count() }), r => r.One);
        Build(SampleTables.SalesStream().TopN(1, s => s.Qty).Select(s => new { One = 1, s.Qty }), r => r.One);
        Build(SampleTables.SalesStream().Select(s => new { One = 1, s.Qty }), r => new { r.One, r.Qty });
    }

    [Fact]
    public void Unknown_tables_suggest_the_nearest()
    {
        var stream = ChangeStreams.FromTable<Row>(SampleTables.Source, "appdb.sale").AddSink("s", NoTarget.Instance, null);
        Assert.Contains("Nearest: appdb.sales", Assert.Throws<SchemaMismatchException>(() => Bind(stream)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Tables_of_two_sources_are_refused()
    {
        var other = ChangeStreams.FromTable<Product>(new NoTarget(), "appdb.products");
        var stream = Sink(SampleTables.SalesStream().Join(other, s => s.ProductId, p => p.Id, (s, p) => new { s.Id }), r => r.Id);
        Assert.Contains("another MySqlSource", Assert.Throws<InvalidOperationException>(() => Bind(stream)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Members_that_become_the_same_column_are_refused()
    {
        var error = Assert.Throws<SchemaMismatchException>(() => SampleTables.SalesStream().Select(s => new { UserId = s.Id, User_Id = s.Qty }));
        Assert.Contains("\"user_id\"", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Unused_aggregates_and_projected_columns_are_dropped()
    {
        var stream = Sink(
            SampleTables.SalesStream()
                .Select(s => new { s.ProductId, s.Qty, Amount = s.Qty * s.Price })
                .Aggregate(s => s.ProductId, g => new { Id = g.Key, Qty = g.Sum(s => s.Qty), Amount = g.Sum(s => s.Amount) })
                .Select(a => new { a.Id, a.Qty }),
            r => r.Id);
        var plan = Bind(stream);
        Assert.Equal(["product_id", "qty"], plan.Captures[0].Schema.Fields.Select(f => f.Name));
        Assert.Single(plan.Nodes.OfType<AggregateNode>().Single().Calls);
    }
}
