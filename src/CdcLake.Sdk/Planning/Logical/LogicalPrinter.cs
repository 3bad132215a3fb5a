using System.Text;

namespace CdcLake.Planning.Logical;

/// <summary>A logical plan as an indented tree, sinks at the top.</summary>
internal static class LogicalPrinter
{
    public static void Write(StringBuilder text, LogicalNode node, int depth, HashSet<LogicalNode> seen)
    {
        text.Append(' ', depth * 2).Append(node.Line);
        if (!seen.Add(node) && node.Inputs.Count > 0)
        {
            text.AppendLine("  (shared, see above)");
            return;
        }

        text.AppendLine();
        foreach (var input in node.Inputs)
        {
            Write(text, input, depth + 1, seen);
        }
    }
}
