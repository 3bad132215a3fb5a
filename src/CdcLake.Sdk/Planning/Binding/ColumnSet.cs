using CdcLake.Expressions;
using CdcLake.Planning.Logical;

namespace CdcLake.Planning.Binding;

/// <summary>The output columns of an operator that its consumers read.</summary>
internal sealed class ColumnSet
{
    private readonly HashSet<ColumnExpr> _columns = [];

    /// <summary>Everything an untyped table has.</summary>
    public bool All { get; set; }

    /// <summary>In the order they were asked for.</summary>
    public IEnumerable<ColumnExpr> Columns => _columns;

    /// <summary>Names of the columns of one input, each once.</summary>
    public IEnumerable<string> Names(int input) => _columns.Where(c => c.Input == input).Select(c => c.Name).Distinct(StringComparer.Ordinal);

    public bool Contains(string name) => _columns.Any(c => c.Name == name);

    public void Add(ColumnExpr column) => _columns.Add(column);

    /// <summary>Adds every column an expression reads.</summary>
    public void AddColumnsOf(Expr? expression)
    {
        switch (expression)
        {
            case ColumnExpr column:
                _columns.Add(column);
                break;
            case CallExpr call:
                foreach (var argument in call.Arguments)
                {
                    AddColumnsOf(argument);
                }

                break;
        }
    }
}

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
            Push(inputsFirst[i], read);
        }

        return read;
    }

    private static void Push(LogicalNode node, Dictionary<LogicalNode, ColumnSet> read)
    {
        var wanted = read[node];
        switch (node)
        {
            case LogicalFilter filter:
                var below = read[filter.Input];
                below.All |= wanted.All;
                below.AddColumnsOf(filter.Condition);
                AddAll(below, wanted.Columns);
                break;
            case LogicalProject project:
                foreach (var column in project.Columns.Where(c => wanted.Contains(c.Name)))
                {
                    read[project.Input].AddColumnsOf(column.Value);
                }

                break;
            case LogicalJoin join:
                AddAll(read[join.Left], wanted.Columns.Where(c => c.Input == 0));
                AddAll(read[join.Right], wanted.Columns.Where(c => c.Input == 1).Select(c => c with { Input = 0 }));
                foreach (var (left, right) in join.LeftKey.Zip(join.RightKey))
                {
                    read[join.Left].AddColumnsOf(left);
                    read[join.Right].AddColumnsOf(right);
                }

                break;
            case LogicalAggregate aggregate:
                foreach (var key in aggregate.Keys)
                {
                    read[aggregate.Input].AddColumnsOf(key.Value);
                }

                foreach (var call in aggregate.Calls.Where(c => wanted.Contains(c.Name)))
                {
                    read[aggregate.Input].AddColumnsOf(call.Argument);
                }

                break;
        }
    }

    private static void AddAll(ColumnSet set, IEnumerable<ColumnExpr> columns)
    {
        foreach (var column in columns)
        {
            set.Add(column);
        }
    }
}
