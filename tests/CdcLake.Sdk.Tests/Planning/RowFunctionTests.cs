using System.ComponentModel.DataAnnotations.Schema;
using System.Numerics;
using CdcLake.Columnar;
using CdcLake.Planning.Binding;
using CdcLake.Planning.Logical;

namespace CdcLake.Tests.Planning;

/// <summary>Functions of the user that are called row by row.</summary>
public sealed class RowFunctionTests
{
    private sealed record Seen(int Id, string Words, [property: Column(TypeName = "decimal(12, 3)")] decimal Half, DateTime? Next, bool IsLong);

    private sealed record Item(int Id, string Name, decimal Price, DateTime? Since);

    private static readonly Dictionary<string, Connectors.SourceTable> Sources = new[]
    {
        SampleTables.Table(
            "shop.items", ["id"], ("id", DataType.Int32, false, "int"), ("name", DataType.String, false, "varchar(20)"),
            ("price", DataType.Decimal(10, 2), false, "decimal(10,2)"), ("since", DataType.DateTime(0), true, "datetime")),
    }.ToDictionary(t => t.Name);

    private static readonly Dictionary<string, object?[][]> Tables = new()
    {
        ["shop.items"] =
        [
            [(BigInteger)1, "green tea", (BigInteger)1001, null],
            [(BigInteger)2, "käse", (BigInteger)(-5), (BigInteger)86_400_000_000],
        ],
    };

    private static ChangeStream<Item> Items => ChangeStreams.FromTable<Item>(SampleTables.Source, "shop.items");

    private static ChangeStream<Row> Rows => ChangeStreams.FromTable<Row>(SampleTables.Source, "shop.items");

    private static Seen Look(Item item) => new(item.Id, string.Join('-', item.Name.Split(' ')), item.Price / 2, item.Since?.AddDays(1), item.Name.Length > 5);

    private static BoundPlan Bind<T>(ChangeStream<T> stream) => Planner.Bind(LogicalPlan.Create(stream.AddSink("sink", NoTarget.Instance, null).Graph), Sources);

    private static List<string> Result<T>(ChangeStream<T> stream, System.Linq.Expressions.LambdaExpression key) =>
        new PlanExecutor(Planner.Bind(LogicalPlan.Create(stream.AddSink("sink", NoTarget.Instance, key).Graph), Sources), Tables).Result();

    [Fact]
    public void Function_over_a_record_makes_rows_that_operators_go_on_with()
    {
        System.Linq.Expressions.Expression<Func<Seen, int>> key = r => r.Id;
        Assert.Equal(["1|green-tea|5005|null|True", "2|käse|-25|172800000000|False"], Result(Items.SelectRow(Look, "look/1"), key));
        Assert.Equal(["2|käse|-25|172800000000|False"], Result(Items.SelectRow(Look, "look/1").Where(r => !r.IsLong && r.Half < 0), key));
    }

    [Fact]
    public void Function_over_an_untyped_row_sees_every_column()
    {
        var stream = Rows.Where(r => r.Get<int>("id") == 2).SelectRow(r => new { Id = (int)r["id"]!, All = string.Join(',', r.Columns), Name = ((string)r["name"]!).ToUpperInvariant() }, "all/1");
        Assert.Equal(["2|id,name,price,since|KÄSE"], Planned(stream));
    }

    [Fact]
    public void Function_may_give_a_single_value_and_take_one()
    {
        Assert.Equal(["3", "9"], Planned(Items.Select(i => i.Name).SelectRow(n => n.Length + 0L, "length/1").Select(n => new { Length = n == 4 ? 3 : n })));
    }

    private static List<string> Planned<T>(ChangeStream<T> stream)
    {
        var row = System.Linq.Expressions.Expression.Parameter(typeof(T), "r");
        return Result(stream, System.Linq.Expressions.Expression.Lambda(System.Linq.Expressions.Expression.Property(row, typeof(T).GetProperties()[0]), row));
    }

    [Fact]
    public void Two_versions_are_two_queries_and_the_same_one_is_shared()
    {
        string Fingerprint(string version) => Bind(Items.SelectRow(Look, version).MaxBy(r => r.Id, r => r.Words)).Fingerprint;
        Assert.Equal(Fingerprint("look/1"), Fingerprint("look/1"));
        Assert.NotEqual(Fingerprint("look/1"), Fingerprint("look/2"));
        var one = Items.SelectRow(Look, "look/1");
        Assert.Single(Bind(one.UnionAll(one).MaxBy(r => r.Id, r => r.Words)).Nodes.OfType<CdcLake.Planning.RowsNode>());
    }

    [Fact]
    public void Two_functions_with_one_version_are_refused()
    {
        var items = Items;
        var error = Assert.Throws<UnsupportedExpressionException>(() =>
            Bind(items.SelectRow(i => new { i.Id, Text = i.Name + "a" }, "text/1").UnionAll(items.SelectRow(i => new { i.Id, Text = i.Name + "b" }, "text/1")).MaxBy(r => r.Id, r => r.Text)));
        Assert.Contains("\"text/1\"", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Failure_of_the_function_names_its_version_and_the_row()
    {
        var error = Assert.Throws<RowFunctionException>(() => Planned(Items.SelectRow(i => new { i.Id, Ratio = 1 / (i.Id - 2) }, "ratio/1")));
        Assert.Contains("\"ratio/1\" failed", error.Message, StringComparison.Ordinal);
        Assert.Contains("id = 2, name = ", error.Message, StringComparison.Ordinal);
        Assert.IsType<DivideByZeroException>(error.InnerException);
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void Value_that_no_column_holds_is_refused(double value) =>
        Assert.Contains("column value", Assert.Throws<RowFunctionException>(() => Planned(Items.SelectRow(i => new { i.Id, Value = value }, "bad/1"))).Message, StringComparison.Ordinal);

    [Fact]
    public void Decimal_of_more_digits_than_its_column_is_refused() =>
        Assert.Contains("decimal(12, 3)", Assert.Throws<RowFunctionException>(() => Planned(Items.SelectRow(i => Look(i) with { Half = 0.0001m }, "bad/2"))).Message, StringComparison.Ordinal);

    [Fact]
    public void Row_that_is_null_is_refused() =>
        Assert.Contains("null in place of a row", Assert.Throws<RowFunctionException>(() => Planned(Items.SelectRow(i => i.Id == 1 ? Look(i) : null!, "null/1"))).Message, StringComparison.Ordinal);
}
