using CdcLake.Columnar;
using CdcLake.Expressions;
using CdcLake.Planning.Binding;
using CdcLake.Planning.Logical;

namespace CdcLake.Planning.Rewriting;

/// <summary>Conditions are asked before rows are kept: below joins, groups, distinct rows and first rows, where they are about columns that these only pass on.</summary>
internal sealed class FilterRule : IPlanRule
{
    public PlanMove? Apply(LogicalNode node, PlanFacts facts)
    {
        if (node is not LogicalFilter filter)
        {
            return null;
        }

        var parts = ExprColumns.Conjuncts(filter.Condition).ToList();
        var binder = facts.Of(filter.Input).Binder;
        foreach (var part in parts.Where(p => ExprColumns.Of(p).Any() && !binder.BindCondition(p).CanFail))
        {
            if (Below(part, filter.Input, facts) is { } below)
            {
                var others = parts.Where(p => p != part).ToList();
                var rest = others.Count == 0 ? null : others.Aggregate((a, b) => new CallExpr(ScalarOp.And, a, b, typeof(bool)));
                return new PlanMove(filter, rest is null ? below : new LogicalFilter(below, rest), $"where {part}, from above {facts.Of(filter.Input).Stem} to below it");
            }
        }

        return null;
    }

    /// <summary>The operator over rows of which the condition is true; null where it cannot be asked below one that keeps rows.</summary>
    private static LogicalNode? Below(Expr condition, LogicalNode node, PlanFacts facts)
    {
        if (facts.IsShared(node))
        {
            return null;
        }

        switch (node)
        {
            case LogicalFilter:
                return Below(condition, node.Inputs[0], facts) is { } filtered ? node.WithInputs([filtered]) : null;
            case LogicalProject project:
                return ExprColumns.Below(project, condition, facts) is { } moved && Below(moved, project.Input, facts) is { } projected ? node.WithInputs([projected]) : null;
            case LogicalJoin join:
                return SideOf(condition, join) is { } side ? join.WithInputs([.. join.Inputs.Select((n, i) => i == side ? Into(ExprColumns.OnItsSide(condition), n, facts) : n)]) : null;
            case LogicalUnion { Columns: not null } union:
                return BelowUnion(condition, union, facts);
            case LogicalDistinct { Columns: not null } when IsOfValues(condition, facts.Of(node)):
                return node.WithInputs([Into(condition, node.Inputs[0], facts)]);
            case LogicalAggregate aggregate when OverKeys(condition, aggregate, facts) is { } keyed:
                return node.WithInputs([Into(keyed, aggregate.Input, facts)]);
            case LogicalTop top when ExprColumns.Of(condition).All(c => top.Keys.Contains(c)) && IsOfValues(condition, facts.Of(node)):
                return node.WithInputs([Into(condition, top.Input, facts)]);
            default:
                return null;
        }
    }

    private static LogicalNode Into(Expr condition, LogicalNode node, PlanFacts facts) => Below(condition, node, facts) ?? new LogicalFilter(node, condition);

    /// <summary>The side that a condition is about, where rows that it drops there are in the result only as such.</summary>
    private static int? SideOf(Expr condition, LogicalJoin join)
    {
        var columns = ExprColumns.Of(condition).ToList();
        var side = columns[0].Input;
        return columns.TrueForAll(c => c.Input == side && c != LogicalJoin.Partner(side)) && !join.Kind.MayMiss(side) ? side : null;
    }

    /// <summary>Below both, where each has the column as the union does.</summary>
    private static LogicalNode? BelowUnion(Expr condition, LogicalUnion union, PlanFacts facts)
    {
        var columns = union.Columns!.ToDictionary(c => c.Name, StringComparer.Ordinal);
        var stream = facts.Of(union);
        var sides = new (BoundStream Stream, Func<UnionColumn, ColumnExpr> Of)[] { (facts.Of(union.Left), c => c.Left), (facts.Of(union.Right), c => c.Right) };
        var areSame = ExprColumns.Of(condition).All(c => sides.All(s => AreAlike(stream, c.Name, s.Stream, s.Of(columns[c.Name]).Name)));
        if (!areSame)
        {
            return null;
        }

        var inputs = sides.Select((s, i) => (Condition: ExprColumns.Replace(condition, c => s.Of(columns[c.Name]) with { Type = c.Type }), Node: union.Inputs[i])).ToList();
        var below = inputs.ConvertAll(i => Below(i.Condition, i.Node, facts));
        return below.TrueForAll(b => b is null) ? null : union.WithInputs([.. inputs.Zip(below, (i, b) => b ?? new LogicalFilter(i.Node, i.Condition))]);
    }

    private static bool AreAlike(BoundStream a, string column, BoundStream b, string other)
    {
        var (x, y) = (a.Node.Schema[a.OrdinalOf(column)], b.Node.Schema[b.OrdinalOf(other)]);
        return x.Type == y.Type && x.Labels.SequenceEqual(y.Labels) && x.Collation?.Name == y.Collation?.Name && x.ShownScale == y.ShownScale;
    }

    /// <summary>The condition over the rows of groups, where it is about their keys.</summary>
    private static Expr? OverKeys(Expr condition, LogicalAggregate aggregate, PlanFacts facts)
    {
        var keys = aggregate.Keys.ToDictionary(k => k.Name, k => k.Value, StringComparer.Ordinal);
        return ExprColumns.Of(condition).All(c => keys.ContainsKey(c.Name)) && IsOfValues(condition, facts.Of(aggregate))
            ? ExprColumns.Below(new LogicalProject(aggregate.Input, aggregate.Keys), condition, facts)
            : null;
    }

    /// <summary>True when it is the same for all rows of a group: of texts that are equal without having the same bytes it may not be.</summary>
    private static bool IsOfValues(Expr condition, BoundStream stream) => ExprColumns.Of(condition).All(c =>
        stream.Node.Schema[stream.OrdinalOf(c.Name)] is var field && !CommonTypes.IsFloat(field.Type) && (field.Type.Kind != TypeKind.String || !field.Labels.IsEmpty || field.Collation is not { IsBytes: false }));
}
