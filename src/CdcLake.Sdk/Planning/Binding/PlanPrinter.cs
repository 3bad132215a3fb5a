using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using CdcLake.Planning.Partitioning;

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
        var partitions = plan.Partitions == 1 ? [] : PartitionPlanner.Plan(plan.Nodes);
        foreach (var sink in plan.Sinks)
        {
            Write(text, plan, partitions, sink, 0, seen);
        }

        return text.ToString();
    }

    private static void Write(StringBuilder text, BoundPlan plan, ConditionalWeakTable<PlanNode, NodePartitions> partitions, PlanNode node, int depth, HashSet<PlanNode> seen)
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

        if (partitions.TryGetValue(node, out var spread) && spread.Text is { } key)
        {
            var stays = spread.Exchanges.All(e => e is null) ? ", as its input" : "";
            text.Append(indent).AppendLine(CultureInfo.InvariantCulture, $"    partitions: {plan.Partitions} by {key}{stays}");
        }

        foreach (var input in node.Inputs)
        {
            Write(text, plan, partitions, input, depth + 1, seen);
        }
    }
}
