using System.Text;

namespace CdcLake.Planning.Logical;

/// <summary>A logical plan as an indented tree, sinks at the top.</summary>
internal static class LogicalPrinter
{
    public static void Write(StringBuilder text, LogicalNode node, int depth, HashSet<LogicalNode> seen)
    {
        text.Append(' ', depth * 2).Append(Line(node));
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

    private static string Line(LogicalNode node) => node switch
    {
        LogicalTable table => $"table {table.Table}{(table.Members is null ? "" : $" as {table.Members.Type.Name}")}",
        LogicalFilter filter => $"where {filter.Condition}",
        LogicalProject project => $"select {string.Join(", ", project.Columns.Select(c => $"{c.Name} = {c.Value}"))}",
        LogicalJoin join => $"join on {string.Join(", ", join.LeftKey.Zip(join.RightKey, (l, r) => $"{l} = {r}"))}",
        LogicalAggregate aggregate =>
            $"aggregate by {(aggregate.Keys.Count == 0 ? "nothing" : string.Join(", ", aggregate.Keys.Select(k => k.Value)))}: {string.Join(", ", aggregate.Calls.Select(c => c.Name))}",
        _ => node.GetType().Name,
    };
}
