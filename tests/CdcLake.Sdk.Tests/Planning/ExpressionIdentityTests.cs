using System.Linq.Expressions;
using System.Numerics;
using CdcLake.Columnar;
using CdcLake.Expressions;
using CdcLake.Expressions.Binding;
using CdcLake.Planning.Binding;
using CdcLake.Planning.Logical;

namespace CdcLake.Tests.Planning;

/// <summary>Expressions that print alike and are not the same.</summary>
public sealed class ExpressionIdentityTests
{
    private static ChangeStream<Row> Sales => ChangeStreams.FromTable<Row>(SampleTables.Source, "appdb.sales");

    private static readonly Dictionary<string, object?[][]> Rows = new()
    {
        ["appdb.sales"] = [.. new[] { 7, 5, 4 }.Select((qty, i) => (object?[])[(BigInteger)i, (BigInteger)1, null, (BigInteger)qty, (BigInteger)100, BigInteger.Zero])],
    };

    private static string Run<T, TKey>(ChangeStream<T> stream, Expression<Func<T, TKey>> key)
    {
        var plan = Planner.Bind(LogicalPlan.Create(stream.AddSink("sink", NoTarget.Instance, key).Graph), SampleTables.All);
        return string.Join("; ", new PlanExecutor(plan, Rows).Result());
    }

    [Fact]
    public void Aggregates_over_another_type_are_others_although_they_print_alike()
    {
        var sums = Sales.Aggregate(g => new { One = 1, Whole = g.Sum(r => r.Get<int>("qty") / 2), Exact = g.Sum(r => r.Get<decimal>("qty") / 2) });
        Assert.Equal("1|7|80000", Run(sums, r => r.One));
        var counts = Sales.Aggregate(g => new { One = 1, Whole = g.Count(r => r.Get<int>("qty") / 2 > 2), Exact = g.Count(r => r.Get<decimal>("qty") / 2 > 2) });
        Assert.Equal("1|1|2", Run(counts, r => r.One));
    }

    [Fact]
    public void Keys_and_columns_over_another_type_are_others_although_they_print_alike()
    {
        var columns = Sales.Select(r => new { Id = r.Get<long>("id"), Whole = r.Get<int>("qty") / 2, Exact = r.Get<decimal>("qty") / 2 });
        Assert.Equal("0|3|35000; 1|2|25000; 2|2|20000", Run(columns, r => r.Id));
        var joined = Sales.Join(
            Sales, l => new { A = l.Get<int>("qty") / 2, B = l.Get<decimal>("qty") / 2 }, o => new { A = o.Get<int>("qty") / 2, B = o.Get<decimal>("qty") / 2 }, (l, o) => new { Left = l.Get<long>("id"), Right = o.Get<long>("id") });
        Assert.Equal("0|0; 1|1; 2|2", Run(joined, r => r.Left));
    }

    [Fact]
    public void Equality_of_expressions_is_structural()
    {
        static CallExpr Half(Type type, object? two) => new(ScalarOp.Divide, new ColumnExpr(0, "c", type), new ConstantExpr(two, type), type);
        Assert.Equal(Half(typeof(int), 2), Half(typeof(int), 2));
        Assert.NotEqual(Half(typeof(int), 2), Half(typeof(decimal), 2m));
        Assert.Equal(Half(typeof(int), 2).ToString(), Half(typeof(decimal), 2m).ToString());
        Assert.Equal(new ConstantExpr(new byte[] { 1 }, typeof(byte[])), new ConstantExpr(new byte[] { 1 }, typeof(byte[])));
        Assert.NotEqual(new ConstantExpr(1.0m, typeof(decimal)), new ConstantExpr(1.00m, typeof(decimal)));
        Assert.NotEqual(new ConstantExpr(0.0, typeof(double)), new ConstantExpr(-0.0, typeof(double)));
        var utc = new DateTime(2024, 1, 1, 0, 0, 0, DateTimeKind.Utc);
        Assert.NotEqual(new ConstantExpr(utc, typeof(DateTime)), new ConstantExpr(DateTime.SpecifyKind(utc, DateTimeKind.Local), typeof(DateTime)));
    }

    [Fact]
    public void Keys_of_bound_expressions_come_from_values_and_delimited_names()
    {
        static string Constant(object? value, Type type) => Constants.Bind(new ConstantExpr(value, type)).Key;
        static string Column(string name) => new BoundColumn(0, new Field(name, DataType.Int32, Nullable: false)).Key;
        static string Pair(string a, string b) => new BoundCall(
            ScalarOp.Coalesce, [new BoundColumn(0, new Field(a, DataType.Int32, true)), new BoundColumn(1, new Field(b, DataType.Int32, true))], DataType.Int32, true).Key;
        Assert.NotEqual(Constant("1", typeof(string)), Constant(1, typeof(int)));
        Assert.NotEqual(Constant(0.0, typeof(double)), Constant(-0.0, typeof(double)));
        Assert.NotEqual(new BoundConstant(0, DataType.Int32, "(1 / 2)").Key, new BoundConstant(1, DataType.Int32, "(1 / 2)").Key);
        Assert.NotEqual(Column("a"), Column("a:int32]"));
        Assert.NotEqual(Pair("a:int32],[b", "c"), Pair("a", "b:int32],[c"));
    }
}
