using CdcLake.Testing;

namespace CdcLake.Tests.Testing;

/// <summary>The plan as objects says what its text says.</summary>
public sealed class HarnessDescriptionTests
{
    [Fact]
    public async Task Operators_have_kinds_keys_columns_and_state()
    {
        await using var harness = await PipelineHarness.StartAsync(SalesPipeline.Build());
        var plan = harness.Describe();
        var sink = Assert.Single(plan.Sinks);
        Assert.Equal("iceberg(demo.sales_by_product)", sink.Name);
        Assert.Equal(["product_id"], sink.Key);
        Assert.Equal("product_id int32 not null", sink.Columns[0].ToString());
        Assert.Equal(new ColumnDescription("total_revenue", "decimal(38, 4)", IsNullable: false), sink.Columns[4]);
        var join = Assert.Single(plan.OfKind(OperatorKind.Join));
        Assert.Equal(("join(appdb.sales,appdb.products)", "product_id = id"), (join.Name, join.Detail));
        Assert.Equal(["product_id"], join.Key);
        Assert.Equal(["id"], join.RightKey);
        Assert.Equal(["appdb.sales", "appdb.products"], join.Inputs.Select(i => i.Name));
        Assert.Equal(["id", "sku", "name"], Assert.Single(plan.OfKind(OperatorKind.Aggregate)).Key);
        Assert.All(plan.Operators, o => Assert.Equal(o.Kind is OperatorKind.Join or OperatorKind.Aggregate or OperatorKind.Sink, o.State is not null));
    }

    [Fact]
    public async Task Tables_show_what_is_captured_of_them()
    {
        await using var harness = await PipelineHarness.StartAsync(SalesPipeline.Build());
        var tables = harness.Describe().Tables;
        Assert.Equal(["product_id", "qty", "price", "sale_ts"], tables.Single(t => t.Name == "appdb.sales").Columns.Select(c => c.Name));
        Assert.Equal(["id"], tables.Single(t => t.Name == "appdb.products").Key);
    }

    [Fact]
    public async Task What_changes_reach_is_above_and_inputs_come_before_their_readers()
    {
        await using var harness = await PipelineHarness.StartAsync(SalesPipeline.Build(hasTwoTargets: true));
        var plan = harness.Describe();
        var (join, aggregate) = (plan.OfKind(OperatorKind.Join)[0], plan.OfKind(OperatorKind.Aggregate)[0]);
        Assert.True(join.IsBelow(aggregate));
        Assert.False(aggregate.IsBelow(join));
        Assert.False(join.IsBelow(join));
        Assert.All(plan.Sinks, s => Assert.True(plan.Tables[0].IsBelow(s)));
        Assert.Same(plan.Sinks[0].Inputs[0], plan.Sinks[1].Inputs[0]);
        Assert.Equal(plan.Operators.Count, plan.Operators.Distinct(ReferenceEqualityComparer.Instance).Count());
        Assert.All(plan.Operators.Index(), o => Assert.All(o.Item.Inputs, i => Assert.Contains(i, plan.Operators.Take(o.Index), ReferenceEqualityComparer.Instance)));
    }

    [Fact]
    public async Task Explain_is_the_description_as_text()
    {
        await using var harness = await PipelineHarness.StartAsync(SalesPipeline.Build(configure: o => o.Parallelism = 3));
        var plan = harness.Describe();
        Assert.Equal(harness.Explain(), plan.ToString());
        Assert.Equal((3, "3 by product_id"), (plan.Partitions, plan.OfKind(OperatorKind.Join)[0].Partitioning));
        Assert.Contains("    partitions: 3 by product_id", plan.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Before_the_first_run_the_query_is_described_as_it_was_written()
    {
        await using var pipeline = SalesPipeline.Build();
        var plan = pipeline.Describe();
        Assert.Null(plan.Fingerprint);
        Assert.Equal(["ProductId"], plan.OfKind(OperatorKind.Join).Single().Key);
        Assert.Equal(["product_id"], plan.Sinks.Single().Key);
        Assert.All(plan.Operators, o => Assert.Empty(o.Columns));
        Assert.Equal(pipeline.Explain(), plan.ToString());
    }

    [Fact]
    public async Task A_whole_database_has_a_sink_for_each_table_once_they_are_known()
    {
        var mysql = new MySqlSource("Server=nowhere.invalid;User ID=cdc");
        await using var pipeline = Pipeline.FromMySqlBinlog(mysql.Database("shop")).ToIceberg(IcebergCatalog.FileSystem("warehouse").Namespace("raw")).Build("shop");
        Assert.Equal(("iceberg(raw.*)", "database shop.*"), (pipeline.Describe().Sinks.Single().Name, pipeline.Describe().Tables.Single().Name));
        await using var harness = await PipelineHarness.StartAsync(pipeline, o => o.CreateTable("CREATE TABLE shop.items (id INT PRIMARY KEY)"));
        await harness.ExecuteAsync("CREATE TABLE shop.orders (no BIGINT PRIMARY KEY)");
        Assert.Equal(["iceberg(raw.items): id", "iceberg(raw.orders): no"], harness.Describe().Sinks.Select(s => $"{s.Name}: {string.Join(", ", s.Key)}"));
    }
}
