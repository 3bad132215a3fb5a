using CdcLake.Expressions;
using CdcLake.Planning.Binding;
using CdcLake.Planning.Logical;

namespace CdcLake.Planning.Rewriting;

/// <summary>An outer join whose rows without a partner no condition above lets pass is one that does not make them.</summary>
internal sealed class OuterJoinRule : IPlanRule
{
    public PlanMove? Apply(LogicalNode node, PlanFacts facts)
    {
        if (node is not LogicalFilter filter)
        {
            return null;
        }

        var path = new List<LogicalNode>();
        var (condition, below) = ((Expr?)filter.Condition, filter.Input);
        while (condition is not null && below is LogicalProject or LogicalFilter && !facts.IsShared(below))
        {
            condition = below is LogicalProject project ? ExprColumns.Below(project, condition!, facts) : condition;
            path.Add(below);
            below = below.Inputs[0];
        }

        if (condition is null || below is not LogicalJoin { Kind: JoinKind.Left or JoinKind.Right or JoinKind.Full } join || facts.IsShared(join))
        {
            return null;
        }

        var kind = Without(join.Kind, SidesThatAreThere(facts.Of(join), condition));
        if (kind == join.Kind)
        {
            return null;
        }

        LogicalNode made = new LogicalJoin(kind, join.Left, join.Right, join.LeftKey, join.RightKey);
        for (var i = path.Count - 1; i >= 0; i--)
        {
            made = path[i].WithInputs([made]);
        }

        return new PlanMove(filter, new LogicalFilter(made, filter.Condition), $"{facts.Of(join).Node.Name} is a {kind.Word()}: {filter.Condition} is true of no row without a partner");
    }

    /// <summary>The sides of which every row that the condition keeps has one.</summary>
    private static HashSet<int> SidesThatAreThere(BoundStream join, Expr condition)
    {
        var notNull = new HashSet<int>();
        NullRejection.Collect(join.Binder.BindCondition(condition), notNull);
        return [.. join.Ordinals.Where(o => notNull.Contains(o.Value)).Select(o => o.Key.Input)];
    }

    private static JoinKind Without(JoinKind kind, HashSet<int> sides) => kind switch
    {
        JoinKind.Left when sides.Contains(1) => JoinKind.Inner,
        JoinKind.Right when sides.Contains(0) => JoinKind.Inner,
        JoinKind.Full when sides.Count == 2 => JoinKind.Inner,
        JoinKind.Full when sides.Contains(0) => JoinKind.Left,
        JoinKind.Full when sides.Contains(1) => JoinKind.Right,
        _ => kind,
    };
}
