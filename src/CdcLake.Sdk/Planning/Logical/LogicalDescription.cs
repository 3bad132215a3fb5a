using CdcLake.Expressions;

namespace CdcLake.Planning.Logical;

/// <summary>Describes a plan before it meets its tables. One object for each operator, so that what is shared stays shared.</summary>
internal sealed class LogicalDescription : ILogicalVisitor<OperatorDescription>
{
    private readonly Dictionary<LogicalNode, OperatorDescription> _known = new(ReferenceEqualityComparer.Instance);
    private readonly List<OperatorDescription> _operators = [];

    private LogicalDescription()
    {
    }

    public static PlanDescription Of(LogicalPlan plan)
    {
        var description = new LogicalDescription();
        var sinks = description.Replicas(plan.Database).Concat(plan.Sinks.Select(description.Sink)).ToList();
        return new PlanDescription { Sinks = sinks.AsReadOnly(), Operators = description._operators.AsReadOnly() };
    }

    public OperatorDescription Table(LogicalTable node) => Of(node, OperatorKind.Table);

    public OperatorDescription Filter(LogicalFilter node) => Of(node, OperatorKind.Filter);

    public OperatorDescription Project(LogicalProject node) => Of(node, OperatorKind.Project);

    public OperatorDescription Join(LogicalJoin node) => Of(node, OperatorKind.Join) with { Key = Texts(node.LeftKey), RightKey = Texts(node.RightKey) };

    public OperatorDescription Aggregate(LogicalAggregate node) => Of(node, OperatorKind.Aggregate) with { Key = Texts(node.Keys.Select(k => k.Value)) };

    public OperatorDescription Distinct(LogicalDistinct node) => Of(node, OperatorKind.Aggregate) with { Key = Texts(node.Columns ?? []) };

    public OperatorDescription Union(LogicalUnion node) => Of(node, OperatorKind.UnionAll);

    public OperatorDescription Top(LogicalTop node) => Of(node, OperatorKind.Top) with { Key = Texts(node.Keys) };

    public OperatorDescription Rows(LogicalRows node) => Of(node, OperatorKind.SelectRow);

    public OperatorDescription Recent(LogicalRecent node) => Of(node, OperatorKind.KeepRecent);

    private IEnumerable<OperatorDescription> Replicas(LogicalDatabase? database) => (database?.Replicas ?? []).Select(replica => Added(new OperatorDescription($"{replica.Kind}({replica.Place})", OperatorKind.Sink)
    {
        Detail = "one for each table, key: natural",
        Inputs = [Added(new OperatorDescription($"database {database!.Selection}", OperatorKind.Table))],
    }));

    private OperatorDescription Sink(LogicalSink sink)
    {
        var input = Describe(sink.Input);
        var key = sink.Key?.Select(k => k.Name).ToList() ?? [];
        return Added(new OperatorDescription(sink.Name, OperatorKind.Sink) { Detail = $"key: {(sink.Key is null ? "natural" : string.Join(", ", key))}", Inputs = [input], Key = key });
    }

    private OperatorDescription Describe(LogicalNode node)
    {
        if (!_known.TryGetValue(node, out var description))
        {
            _known.Add(node, description = Added(node.Accept(this)));
        }

        return description;
    }

    private OperatorDescription Of(LogicalNode node, OperatorKind kind) => new(node.Line, kind) { Inputs = [.. node.Inputs.Select(Describe)] };

    private OperatorDescription Added(OperatorDescription description)
    {
        _operators.Add(description);
        return description;
    }

    private static string[] Texts(IEnumerable<Expr> values) => [.. values.Select(v => v.ToString())];
}
