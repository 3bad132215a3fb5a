using CdcLake.Expressions;
using CdcLake.Planning.Binding;
using CdcLake.Planning.Logical;

namespace CdcLake.Planning.Rewriting;

/// <summary>Expressions over other columns.</summary>
internal static class ExprColumns
{
    /// <summary>The columns that an expression reads.</summary>
    public static IEnumerable<ColumnExpr> Of(Expr? expression)
    {
        var columns = new ColumnSet();
        columns.AddColumnsOf(expression);
        return columns.Columns;
    }

    /// <summary>The expression with something else in place of each column.</summary>
    public static Expr Replace(Expr expression, Func<ColumnExpr, Expr> by) => expression switch
    {
        ColumnExpr column => by(column),
        CallExpr call => call with { Arguments = [.. call.Arguments.Select(a => Replace(a, by))] },
        _ => expression,
    };

    /// <summary>The expression over one side of a join, as that side sees itself.</summary>
    public static Expr OnItsSide(Expr expression) => Replace(expression, c => c with { Input = 0 });

    /// <summary>
    /// A condition above a projection as it is below; null where it would not be the same there: a constant is a literal, which takes the collation and type of what it meets, and a column with
    /// fewer digits than what it is computed by is rounded. What fails must not be computed for more rows.
    /// </summary>
    public static Expr? Below(LogicalProject project, Expr condition, PlanFacts facts)
    {
        var values = project.Columns.ToDictionary(c => c.Name, c => c.Value, StringComparer.Ordinal);
        var binder = facts.Of(project.Input).Binder;
        foreach (var column in Of(condition))
        {
            var value = values[column.Name];
            var isSame = value is ColumnExpr || (value is CallExpr && Of(value).Any() && !ClrTypes.Strip(value.Type).IsEnum
                && binder.BindWhole(value) is { CanFail: false } bound && bound.ShownScale >= bound.Type.Scale);
            if (!isSame)
            {
                return null;
            }
        }

        return Replace(condition, c => values[c.Name]);
    }

    /// <summary>The parts all of which must be true.</summary>
    public static IEnumerable<Expr> Conjuncts(Expr condition) =>
        condition is CallExpr { Op: ScalarOp.And } and ? and.Arguments.SelectMany(Conjuncts) : [condition];
}
