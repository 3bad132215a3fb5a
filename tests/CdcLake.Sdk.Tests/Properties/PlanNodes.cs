using CdcLake.Columnar;
using CdcLake.Connectors;
using CdcLake.Expressions;
using CdcLake.Planning;
using CdcLake.Planning.Binding;

namespace CdcLake.Tests.Properties;

/// <summary>A test plan as the planner would hand it to the runtime, into one sink; filters are left out. Plans that read one table share its node.</summary>
internal sealed class PlanNodes
{
    private readonly Dictionary<int, TableNode> _tables = [];
    private readonly List<PlanNode> _nodes = [];
    private int _names;

    private PlanNodes()
    {
    }

    public static BoundPlan Bind(Plan plan, int tables)
    {
        var nodes = new PlanNodes();
        var input = nodes.Of(plan);
        var sink = new SinkNode("sink", plan.Schema, "sink", input, [], 0);
        nodes._nodes.Add(sink);
        var captures = Enumerable.Range(0, tables).Select(t => Capture(t, nodes._tables.GetValueOrDefault(t)?.Schema ?? new Schema([]))).ToList();
        return new BoundPlan(captures, [sink], "plan", nodes._nodes) { Logical = null! };
    }

    /// <summary>The plan without its filters, whose conditions are the tests' own.</summary>
    public static Plan WithoutFilters(Plan plan) => plan switch
    {
        FilterPlan filter => WithoutFilters(filter.Input),
        ProjectPlan project => project with { Input = WithoutFilters(project.Input) },
        JoinPlan join => join with { Left = WithoutFilters(join.Left), Right = WithoutFilters(join.Right) },
        UnionPlan union => union with { Left = WithoutFilters(union.Left), Right = WithoutFilters(union.Right) },
        TopPlan top => top with { Input = WithoutFilters(top.Input) },
        AggregatePlan aggregate => aggregate with { Input = WithoutFilters(aggregate.Input) },
        _ => plan,
    };

    private PlanNode Of(Plan plan)
    {
        if (plan is TablePlan table && _tables.TryGetValue(table.Table, out var known))
        {
            return known;
        }

        PlanNode node = plan switch
        {
            TablePlan one => _tables[one.Table] = new TableNode($"t{one.Table}", one.Schema, "t", one.Table),
            ProjectPlan project => new ProjectNode(Name(), project.Schema, "f", Of(project.Input), [.. project.Columns.Select(c => new BoundColumn(c, project.Input.Schema[c]))]),
            JoinPlan join => new JoinNode(Name(), join.Schema, "f", join.Kind, Of(join.Left), Of(join.Right), join.LeftKey, join.RightKey),
            UnionPlan union => new UnionNode(Name(), union.Schema, "f", Of(union.Left), Of(union.Right)),
            TopPlan top => new TopNode(Name(), top.Schema, "f", Of(top.Input), top.Key, top.Order, top.Descending, top.Count),
            AggregatePlan aggregate => new AggregateNode(Name(), aggregate.Schema, "f", Of(aggregate.Input), aggregate.Key, aggregate.Calls),
            _ => throw new NotSupportedException(plan.ToString()),
        };
        _nodes.Add(node);
        return node;
    }

    private static TableCapture Capture(int table, Schema schema) =>
        TableCapture.Of(new SourceTable($"shop.t{table}", schema, [.. schema.Fields.Select(f => f.Type.ToString())], [], new Dictionary<int, string>()), [.. Enumerable.Range(0, schema.Count)]);

    private string Name() => $"node {++_names}";
}
