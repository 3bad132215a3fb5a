using System.ComponentModel.DataAnnotations;
using System.ComponentModel.DataAnnotations.Schema;
using CdcLake.Planning.Binding;
using CdcLake.Planning.Logical;
using CdcLake.Testing;
using CdcLake.Tests.Planning;

namespace CdcLake.Tests.Facade;

/// <summary>Classes written for Entity Framework serve as row types and results as they are.</summary>
public sealed class EntityClassTests
{
    [Fact]
    public async Task Attributes_name_columns_leave_properties_out_and_give_the_key()
    {
        var lake = IcebergCatalog.FileSystem("unused");
        await using var harness = await PipelineHarness.StartAsync(
            Pipeline.FromMySqlBinlog(new MySqlSource("Server=unused").Table<OrderLine>("shop.lines"))
                .ToIceberg(lake.Table("shop.lines"))
                .Aggregate(l => l.OrderId, g => new Total(g.Key, g.Sum(l => l.Amount)) { IsLarge = true })
                .ToIceberg(lake.Table("shop.totals"))
                .Build("entities"),
            o => o.CreateTable("CREATE TABLE shop.lines (order_id INT, line_no INT, amt DECIMAL(10,2) NOT NULL, PRIMARY KEY (order_id, line_no))"));
        await harness.Table<OrderLine>("shop.lines").InsertAsync(new() { OrderId = 7, Line = 1, Amount = 2.50m });
        await harness.Table<OrderLine>("shop.lines").InsertAsync(new() { OrderId = 7, Line = 2, Amount = 1m });
        var lines = await harness.RowsAsync<OrderLine>("shop.lines");
        Assert.Equal([(7, 1, 2.50m), (7, 2, 1m)], lines.Select(l => (l.OrderId, l.Line, l.Amount)).Order());
        var total = Assert.Single(await harness.RowsAsync<Row>("shop.totals"));
        Assert.Equal((7, 3.50m), (total.Get<int>("order"), total.Get<decimal>("amount")));
    }

    [Fact]
    public void Marked_properties_are_the_key_of_a_sink_that_names_none()
    {
        var stream = SampleTables.SalesStream().Select(s => new OrderLine { Line = s.Qty, OrderId = s.ProductId, Amount = s.Price }).AddSink("sink", NoTarget.Instance, null);
        var sink = Planner.Bind(LogicalPlan.Create(stream.Graph), SampleTables.All).Sinks[0];
        Assert.Equal(["line_no", "order_id", "amt"], sink.Schema.Fields.Select(f => f.Name));
        Assert.Equal(["line_no", "order_id"], sink.Key.Select(k => sink.Schema[k].Name));
    }

    [Fact]
    public void A_property_that_is_left_out_cannot_be_what_the_constructor_needs()
    {
        var error = Assert.Throws<SchemaMismatchException>(() => ChangeStreams.FromTable<Impossible>(new NoTarget(), "shop.t"));
        Assert.Contains("Other of Impossible is [NotMapped], but the constructor needs a value for it", error.Message, StringComparison.Ordinal);
    }

    public sealed class OrderLine
    {
        [Key]
        public int OrderId { get; set; }

        [Key]
        [Column("line_no")]
        public int Line { get; set; }

        [Column("amt", TypeName = "decimal(10,2)")]
        public decimal Amount { get; set; }

        [NotMapped]
        public List<string> Notes { get; set; } = [];
    }

    public sealed record Total([property: Key][property: Column("order")] int Id, decimal Amount)
    {
        [NotMapped]
        public bool IsLarge { get; set; }
    }

    public sealed record Impossible(int Id, [property: NotMapped] int Other);
}
