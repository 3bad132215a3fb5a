using System.Text;
using CdcLake.Columnar;

namespace CdcLake.Planning.Binding;

/// <summary>A bound plan as text, the first thing in a bug report: sinks at the top, inputs indented below, state of each operator.</summary>
internal static class PlanPrinter
{
    public static string Print(BoundPlan plan)
    {
        var text = new StringBuilder();
        text.Append("plan ").AppendLine(plan.Fingerprint);
        var seen = new HashSet<PlanNode>(ReferenceEqualityComparer.Instance);
        foreach (var sink in plan.Sinks)
        {
            Write(text, plan, sink, 0, seen);
        }

        return text.ToString();
    }

    private static void Write(StringBuilder text, BoundPlan plan, PlanNode node, int depth, HashSet<PlanNode> seen)
    {
        var indent = new string(' ', depth * 2);
        text.Append(indent).Append(node.Name);
        if (!seen.Add(node))
        {
            text.AppendLine("  (shared, see above)");
            return;
        }

        text.Append("  [").Append(node.Fingerprint).AppendLine("]");
        if (plan.Details.TryGetValue(node, out var detail))
        {
            text.Append(indent).Append("    ").Append(Label(node)).AppendLine(detail);
        }

        if (node is SinkNode or AggregateNode or JoinNode)
        {
            text.Append(indent).Append("    columns: ").AppendLine(Columns(node.Schema));
        }

        if (State(node) is { } state)
        {
            text.Append(indent).Append("    state: ").AppendLine(state);
        }

        foreach (var input in Inputs(node))
        {
            Write(text, plan, input, depth + 1, seen);
        }
    }

    private static string Label(PlanNode node) => node switch
    {
        FilterNode => "keeps: ",
        ProjectNode => "computes: ",
        JoinNode => "on: ",
        AggregateNode => "groups: ",
        _ => "",
    };

    private static string? State(PlanNode node) => node switch
    {
        JoinNode join => $"every row of both sides by key: left ({Columns(join.Left.Schema)}), right ({Columns(join.Right.Schema)})",
        AggregateNode aggregate => aggregate.Calls.Any(c => c.Kind is Expressions.AggregateKind.Min or Expressions.AggregateKind.Max)
            ? "one row per group, counted values for min and max"
            : "one row per group",
        SinkNode => "index of the key",
        _ => null,
    };

    private static IEnumerable<PlanNode> Inputs(PlanNode node) => node switch
    {
        FilterNode filter => [filter.Input],
        ProjectNode project => [project.Input],
        JoinNode join => [join.Left, join.Right],
        AggregateNode aggregate => [aggregate.Input],
        SinkNode sink => [sink.Input],
        _ => [],
    };

    private static string Columns(Schema schema) => string.Join(", ", schema.Fields);
}
