using System.Text;

namespace CdcLake.Planning;

/// <summary>A plan as text, the first thing in a bug report: sinks at the top, inputs indented below, state of each operator; before the first run a line for each.</summary>
internal static class PlanText
{
    public static string Of(PlanDescription plan)
    {
        var text = new StringBuilder();
        if (plan.Fingerprint is { } fingerprint)
        {
            text.Append("plan ").AppendLine(fingerprint);
        }

        foreach (var move in plan.Moves)
        {
            text.Append("moved: ").AppendLine(move);
        }

        var seen = new HashSet<OperatorDescription>(ReferenceEqualityComparer.Instance);
        foreach (var sink in plan.Sinks)
        {
            Write(text, sink, 0, seen);
        }

        return text.ToString();
    }

    private static void Write(StringBuilder text, OperatorDescription node, int depth, HashSet<OperatorDescription> seen)
    {
        var isBound = node.Fingerprint.Length > 0;
        text.Append(' ', depth * 2).Append(node.Name);
        if (!seen.Add(node) && (isBound || node.Inputs.Count > 0))
        {
            text.AppendLine("  (shared, see above)");
            return;
        }

        if (isBound)
        {
            text.Append("  [").Append(node.Fingerprint).AppendLine("]");
            WriteLines(text, node, depth);
        }
        else
        {
            text.Append(node.Detail.Length > 0 ? "  " : "").AppendLine(node.Detail);
        }

        foreach (var input in node.Inputs)
        {
            Write(text, input, depth + 1, seen);
        }
    }

    private static void WriteLines(StringBuilder text, OperatorDescription node, int depth)
    {
        void Line(string label, string? value)
        {
            if (value is not null)
            {
                text.Append(' ', (depth * 2) + 4).Append(label).AppendLine(value);
            }
        }

        Line(node.Label, node.Detail);
        Line("columns: ", node.PrintsColumns ? string.Join(", ", node.Columns) : null);
        Line("state: ", node.State);
        Line("partitions: ", node.Partitioning);
    }
}
