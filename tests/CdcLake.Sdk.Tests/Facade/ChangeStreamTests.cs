using System.Reflection;
using CdcLake.Expressions.Translation;
using CdcLake.Planning.Binding;
using CdcLake.Planning.Logical;
using CdcLake.Tests.Planning;

namespace CdcLake.Tests.Facade;

public sealed class ChangeStreamTests
{
    [Fact]
    public void Markers_cannot_be_executed()
    {
        var group = (Group<int, Sale>)Activator.CreateInstance(typeof(Group<int, Sale>), nonPublic: true)!;
        Assert.Throws<NotSupportedException>(() => group.Key);
        Assert.Throws<NotSupportedException>(() => group.Sum(s => s.Qty));
    }

    [Fact]
    public void A_built_graph_refuses_operators_and_sinks()
    {
        var stream = SampleTables.SalesStream();
        var derived = stream.Where(s => s.Qty > 0).AddSink("sink", NoTarget.Instance, null);
        LogicalPlan.Create(derived.Graph);
        Assert.Throws<InvalidOperationException>(() => stream.Where(s => s.Qty > 1));
        Assert.Throws<InvalidOperationException>(() => derived.AddSink("late", NoTarget.Instance, null));
        Assert.Throws<InvalidOperationException>(() => SampleTables.ProductsStream().Join(stream, p => p.Id, s => s.ProductId, (p, s) => new { s.Id }));
    }

    [Fact]
    public void A_graph_without_sinks_is_refused() =>
        Assert.Contains("no sink", Assert.Throws<InvalidOperationException>(() => LogicalPlan.Create(SampleTables.SalesStream().Graph)).Message, StringComparison.Ordinal);

    [Fact]
    public void Streams_are_immutable_and_sinks_return_them()
    {
        var stream = SampleTables.SalesStream();
        Assert.NotSame(stream, stream.Where(s => s.Qty > 0));
        Assert.Same(stream, stream.AddSink("sink", NoTarget.Instance, null));
    }

    [Theory]
    [InlineData("ProductId", "product_id")]
    [InlineData("SaleTs", "sale_ts")]
    [InlineData("ID", "id")]
    [InlineData("HTTPStatus", "http_status")]
    [InlineData("qty", "qty")]
    [InlineData("Total2", "total2")]
    [InlineData("already_snake", "already_snake")]
    [InlineData("UserID", "user_id")]
    public void Members_become_snake_case_columns(string member, string column) => Assert.Equal(column, ShapeColumns.Snake(member));

    [Fact]
    public void Column_names_of_result_records_can_be_given()
    {
        var stream = SampleTables.SalesStream().Select(s => new Named(s.Id, s.Qty)).AddSink("sink", NoTarget.Instance, null);
        var plan = Planner.Bind(LogicalPlan.Create(stream.Graph), SampleTables.All);
        Assert.Equal(["TheId", "menge"], plan.Sinks[0].Schema.Fields.Select(f => f.Name));
    }

    [Fact]
    public void Aggregates_of_groups_have_overloads_for_every_number()
    {
        var types = typeof(Group<>).GetMethods(BindingFlags.Public | BindingFlags.Instance).Where(m => m.Name == "Sum").Count();
        Assert.Equal(14, types);
    }

    private sealed record Named([ColumnName("TheId")] long Id, [property: ColumnName("menge")] int Qty);
}
