using CdcLake.Expressions;
using CdcLake.Planning.Binding;
using CdcLake.Planning.Logical;

namespace CdcLake.Planning.Rewriting;

/// <summary>Which rows of a join an expression is about.</summary>
[Flags]
internal enum Sides
{
    /// <summary>Constants only.</summary>
    None = 0,

    /// <summary>Those that would be grouped.</summary>
    Facts = 1,

    /// <summary>Their partners.</summary>
    Partners = 2,

    Both = Facts | Partners,
}

/// <summary>
/// A join and the projections and filters above it, of which only one operator reads. Columns are spoken of by level: 0 are those of the join, n those of the n-th operator above it.
/// </summary>
internal sealed class JoinChain
{
    private readonly int _facts;
    private readonly List<Dictionary<string, Sides>> _levels = [];

    private JoinChain(LogicalJoin join, IReadOnlyList<LogicalNode> above, int facts)
    {
        (Join, Above, _facts) = (join, above, facts);
        for (var level = 0; level < above.Count; level++)
        {
            _levels.Add(above[level] is LogicalProject project ? project.Columns.ToDictionary(c => c.Name, c => SideOf(c.Value, level), StringComparer.Ordinal)
                : level > 0 ? _levels[level - 1]
                : []);
        }
    }

    public LogicalJoin Join { get; }

    /// <summary>Nearest to the join first.</summary>
    public IReadOnlyList<LogicalNode> Above { get; }

    /// <summary>The level of the columns that come out at the end.</summary>
    public int Top => Above.Count;

    /// <summary>The rows that would be grouped: 0 for those of the left.</summary>
    public int FactSide => _facts;

    /// <summary>The chain that ends with an operator; null where there is no join that could be looked through.</summary>
    public static JoinChain? Below(LogicalNode node, PlanFacts facts)
    {
        var above = new List<LogicalNode>();
        while (node is LogicalProject or LogicalFilter && !facts.IsShared(node))
        {
            above.Insert(0, node);
            node = node.Inputs[0];
        }

        return node is LogicalJoin join && !facts.IsShared(join) && JoinSides.FactsOf(join, facts) is { } side ? new JoinChain(join, above, side) : null;
    }

    /// <summary>The rows that an expression over the columns of a level is about.</summary>
    public Sides SideOf(Expr? expression, int level)
    {
        var sides = Sides.None;
        foreach (var column in ExprColumns.Of(expression))
        {
            sides |= SideOf(column, level);
        }

        return sides;
    }

    /// <summary>What a column of the end is at the join, over the side it is of; null where it is computed on the way.</summary>
    public Expr? AtJoin(Expr expression)
    {
        for (var level = Top - 1; level >= 0; level--)
        {
            if (Above[level] is LogicalProject project)
            {
                if (expression is not ColumnExpr column)
                {
                    return null;
                }

                expression = project.Columns.First(c => c.Name == column.Name).Value;
            }
        }

        return ExprColumns.OnItsSide(expression);
    }

    /// <summary>Names of all columns on the way.</summary>
    public IEnumerable<string> Names => Above.OfType<LogicalProject>().SelectMany(p => p.Columns.Select(c => c.Name));

    // Whether a row of the facts is there at all is known only where the join is.
    private Sides SideOf(ColumnExpr column, int level)
    {
        if (level > 0 && Above.Take(level).Any(n => n is LogicalProject))
        {
            return _levels[level - 1][column.Name];
        }

        return column.Input != _facts ? Sides.Partners : column == LogicalJoin.Partner(_facts) ? Sides.Both : Sides.Facts;
    }
}
