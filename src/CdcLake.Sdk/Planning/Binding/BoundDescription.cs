using System.Globalization;
using System.Runtime.CompilerServices;
using CdcLake.Columnar;
using CdcLake.Planning.Partitioning;

namespace CdcLake.Planning.Binding;

/// <summary>Describes a bound plan. One object for each operator, so that what is shared stays shared.</summary>
internal sealed class BoundDescription : IPlanVisitor<OperatorDescription>
{
    private readonly BoundPlan _plan;
    private readonly ConditionalWeakTable<PlanNode, NodePartitions> _partitions;
    private readonly Dictionary<PlanNode, OperatorDescription> _known = new(ReferenceEqualityComparer.Instance);
    private readonly List<OperatorDescription> _operators = [];

    private BoundDescription(BoundPlan plan)
    {
        _plan = plan;
        _partitions = plan.Partitions == 1 ? [] : PartitionPlanner.Plan(plan.Nodes);
    }

    public static PlanDescription Of(BoundPlan plan)
    {
        var description = new BoundDescription(plan);
        return new PlanDescription
        {
            Fingerprint = plan.Fingerprint,
            Sinks = [.. plan.Sinks.Select(description.Describe)],
            Operators = description._operators.AsReadOnly(),
            Moves = plan.Moves,
            Partitions = plan.Partitions,
        };
    }

    public OperatorDescription Table(TableNode node)
    {
        var capture = _plan.Captures[node.Table];
        return Of(node, OperatorKind.Table, [.. capture.Table.PrimaryKey.Intersect(capture.Columns).Select(c => capture.Table.Schema[c].Name)]);
    }

    public OperatorDescription ForeignKeys(ForeignKeysNode node) => Of(node, OperatorKind.ForeignKeys, []);

    public OperatorDescription CompleteRows(CompleteRowsNode node) => Of(node, OperatorKind.CompleteRows, Names(node.Table, node.Key));

    public OperatorDescription Filter(FilterNode node) => Of(node, OperatorKind.Filter, []);

    public OperatorDescription Project(ProjectNode node) => Of(node, OperatorKind.Project, []);

    public OperatorDescription Join(JoinNode node) => Of(node, OperatorKind.Join, Names(node.Left, node.LeftKey)) with { RightKey = Names(node.Right, node.RightKey) };

    public OperatorDescription Aggregate(AggregateNode node) => Of(node, OperatorKind.Aggregate, Names(node.Input, node.Key));

    public OperatorDescription Union(UnionNode node) => Of(node, OperatorKind.UnionAll, []);

    public OperatorDescription Top(TopNode node) => Of(node, OperatorKind.Top, Names(node.Input, node.Key));

    public OperatorDescription Rows(RowsNode node) => Of(node, OperatorKind.SelectRow, []);

    public OperatorDescription Recent(RecentNode node) => Of(node, OperatorKind.KeepRecent, []);

    public OperatorDescription Sink(SinkNode node) => Of(node, OperatorKind.Sink, [.. node.Key.Select(k => node.Schema[k].Name)]);

    private OperatorDescription Describe(PlanNode node)
    {
        if (!_known.TryGetValue(node, out var description))
        {
            description = node.Accept(this);
            _known.Add(node, description);
            _operators.Add(description);
        }

        return description;
    }

    private OperatorDescription Of(PlanNode node, OperatorKind kind, IReadOnlyList<string> key) => new(node.Name, kind)
    {
        Fingerprint = node.Fingerprint,
        Label = node.Label,
        Detail = _plan.Details.TryGetValue(node, out var detail) ? detail : "",
        Inputs = [.. node.Inputs.Select(Describe)],
        Key = key,
        Columns = [.. node.Schema.Fields.Select(Column)],
        PrintsColumns = node.PrintsColumns,
        State = node.State,
        Partitioning = PartitioningOf(node),
    };

    private string? PartitioningOf(PlanNode node)
    {
        if (!_partitions.TryGetValue(node, out var spread) || spread.Text is not { } key)
        {
            return null;
        }

        var stays = spread.Exchanges.All(e => e is null) ? ", as its input" : "";
        return string.Create(CultureInfo.InvariantCulture, $"{_plan.Partitions} by {key}{stays}");
    }

    private static string[] Names(PlanNode node, IReadOnlyList<int> columns) => [.. columns.Select(c => node.Schema[c].Name)];

    private static ColumnDescription Column(Field field) => new(field.Name, field.Type.ToString(), field.Nullable);
}
