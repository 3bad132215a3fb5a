namespace CdcLake.Planning.Logical;

/// <summary>Column pruning: what each operator has to emit, from the sinks down to the tables.</summary>
internal static class ColumnPruning
{
    public static Dictionary<LogicalNode, ColumnSet> Compute(LogicalPlan plan, List<LogicalNode> inputsFirst)
    {
        var read = inputsFirst.ToDictionary(n => n, _ => new ColumnSet(), (IEqualityComparer<LogicalNode>)ReferenceEqualityComparer.Instance);
        foreach (var sink in plan.Sinks)
        {
            var set = read[sink.Input];
            set.All |= sink.Columns is null;
            foreach (var column in (sink.Columns ?? []).Concat(sink.Key ?? []))
            {
                set.Add(column);
            }
        }

        for (var i = inputsFirst.Count - 1; i >= 0; i--)
        {
            var node = inputsFirst[i];
            node.Want(read[node], [.. node.Inputs.Select(n => read[n])]);
        }

        return read;
    }
}
