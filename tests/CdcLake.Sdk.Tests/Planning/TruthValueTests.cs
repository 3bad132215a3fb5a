using System.Linq.Expressions;
using System.Numerics;
using CdcLake.Columnar;
using CdcLake.Planning.Binding;
using CdcLake.Planning.Logical;

namespace CdcLake.Tests.Planning;

/// <summary>TINYINT(1) columns that hold more than 0 and 1, read as bool.</summary>
public sealed class TruthValueTests
{
    private sealed record User(long Id, bool Active);

    private static readonly Dictionary<string, object?[][]> Rows = new()
    {
        ["testdb.users"] = [Row(1, 0), Row(2, 1), Row(3, 2), Row(4, -1)],
    };

    private static object?[] Row(int id, int active) => [(BigInteger)id, "a@x.org", (BigInteger)active, null];

    private static ChangeStream<User> Users => ChangeStreams.FromTable<User>(SampleTables.Source, "testdb.users");

    private static string Run<T, TKey>(ChangeStream<T> stream, Expression<Func<T, TKey>> key)
    {
        var plan = Planner.Bind(LogicalPlan.Create(stream.AddSink("sink", NoTarget.Instance, key).Graph), SampleTables.All);
        return string.Join("; ", new PlanExecutor(plan, Rows).Result());
    }

    [Fact]
    public void Number_that_is_not_zero_is_true_in_conditions()
    {
        Assert.Equal("2; 3; 4", Run(Users.Where(u => u.Active).Select(u => new { u.Id }), r => r.Id));
        Assert.Equal("1", Run(Users.Where(u => u.Active == false).Select(u => new { u.Id }), r => r.Id));
        Assert.Equal("3", Run(SampleTables.UsersStream().Where(r => r.Get<bool>("active") && r.Get<sbyte>("active") == 2).Select(r => new { Id = r.Get<long>("id") }), r => r.Id));
    }

    [Fact]
    public void Keys_have_two_truth_values()
    {
        Assert.Equal("False|1; True|3", Run(Users.Aggregate(u => u.Active, g => new { g.Key, Rows = g.Count() }), r => r.Key));
        Assert.Equal("2|3; 3|3; 4|3", Run(
            Users.Where(u => u.Active).Join(Users.Where(u => u.Id == 3), a => a.Active, b => b.Active, (a, b) => new { a.Id, Other = b.Id }), r => r.Id));
    }

    [Fact]
    public void Typed_results_are_boolean_and_untyped_ones_keep_the_number()
    {
        Assert.Equal("1|False; 2|True; 3|True; 4|True", Run(Users.Select(u => new { u.Id, u.Active }), r => r.Id));
        Assert.Equal("1|False; 2|True; 3|True; 4|True", Run(Users, u => u.Id));
        var plan = Planner.Bind(LogicalPlan.Create(SampleTables.UsersStream().AddSink("sink", NoTarget.Instance, null).Graph), SampleTables.All);
        Assert.Equal(TypeKind.Int8, plan.Sinks[0].Schema[plan.Sinks[0].Schema.IndexOf("active")].Type.Kind);
        Assert.Contains("3|a@x.org|2|null", new PlanExecutor(plan, Rows).Result());
    }
}
