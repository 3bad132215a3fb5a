using System.Text;

namespace CdcLake.Planning.Binding;

/// <summary>A bound plan as text, the first thing in a bug report: sinks at the top, inputs indented below, state of each operator.</summary>
internal static class PlanPrinter
{
    public static string Print(BoundPlan plan)
    {
        var text = new StringBuilder();
        text.Append("plan ").AppendLine(plan.Fingerprint);
        foreach (var move in plan.Moves)
        {
            text.Append("moved: ").AppendLine(move);
        }

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
            text.Append(indent).Append("    ").Append(node.Label).AppendLine(detail);
        }

        if (node.PrintsColumns)
        {
            text.Append(indent).Append("    columns: ").AppendLine(string.Join(", ", node.Schema.Fields));
        }

        if (node.State is { } state)
        {
            text.Append(indent).Append("    state: ").AppendLine(state);
        }

        foreach (var input in node.Inputs)
        {
            Write(text, plan, input, depth + 1, seen);
        }
    }
}
