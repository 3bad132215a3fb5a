namespace CdcLake.Planning.Logical;

/// <summary>Walks a plan.</summary>
internal static class LogicalOrder
{
    /// <summary>Every node once, inputs before their consumers.</summary>
    public static List<LogicalNode> InputsFirst(IReadOnlyList<LogicalSink> sinks)
    {
        var order = new List<LogicalNode>();
        var seen = new HashSet<LogicalNode>(ReferenceEqualityComparer.Instance);
        foreach (var sink in sinks)
        {
            Visit(sink.Input, seen, order);
        }

        return order;
    }

    private static void Visit(LogicalNode node, HashSet<LogicalNode> seen, List<LogicalNode> order)
    {
        if (!seen.Add(node))
        {
            return;
        }

        foreach (var input in node.Inputs)
        {
            Visit(input, seen, order);
        }

        order.Add(node);
    }
}
