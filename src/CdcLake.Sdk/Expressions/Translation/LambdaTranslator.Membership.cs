using System.Collections;
using System.Linq.Expressions;

namespace CdcLake.Expressions.Translation;

internal sealed partial class LambdaTranslator
{
    private const int MaxMembers = 1000;

    /// <summary>
    /// A column against a captured collection (SQL's IN): arrays, lists, sets, and what the compiler makes of an array where spans are preferred.
    /// Null when the call is something else.
    /// </summary>
    private Expr? TryMembership(MethodCallExpression e)
    {
        var (source, item) = e switch
        {
            { Object: { } target, Arguments.Count: 1 } => (target, e.Arguments[0]),
            { Object: null, Arguments.Count: 2 } => (e.Arguments[0], e.Arguments[1]),
            { Object: null, Arguments.Count: 3 } when e.Arguments[2] is ConstantExpression { Value: null } => (e.Arguments[0], e.Arguments[1]), // default comparer
            _ => (null, null),
        };
        if (source is MethodCallExpression { Method.Name: "op_Implicit", Arguments.Count: 1 } span)
        {
            source = span.Arguments[0];
        }

        if (source is null || item is null || Collection(source) is not { } members)
        {
            return null;
        }

        var value = Scalar(item);
        if (members.Count > MaxMembers)
        {
            throw Unsupported.Error(e, $"the collection has {members.Count} members, more than the {MaxMembers} a condition may list", "Put the values into a table and join with it.");
        }

        var tests = members.Select(m => Equality(value, m is null ? new ConstantExpr(null, value.Type) : new ConstantExpr(m, m.GetType()), isEqual: true)).ToList();
        return tests.Count == 0 ? new ConstantExpr(false, typeof(bool)) : AnyOf(tests);
    }

    private static List<object?>? Collection(Expression source)
    {
        if (source is NewArrayExpression array)
        {
            var values = new List<object?>();
            foreach (var element in array.Expressions)
            {
                if (!ConstantEvaluator.TryEvaluate(element, out var value))
                {
                    return null;
                }

                values.Add(value);
            }

            return values;
        }

        return ConstantEvaluator.TryEvaluate(source, out var captured) && captured is IEnumerable list and not string && list.Cast<object?>().ToList() is { } members
            && members.TrueForAll(m => m is null || ClrTypes.IsScalar(m.GetType()))
                ? members
                : null;
    }

    /// <summary>A balanced tree, so that long lists do not nest deeply.</summary>
    private static Expr AnyOf(List<CallExpr> tests)
    {
        var level = tests.ConvertAll(t => (Expr)t);
        while (level.Count > 1)
        {
            var next = new List<Expr>((level.Count + 1) / 2);
            for (var i = 0; i < level.Count; i += 2)
            {
                next.Add(i + 1 < level.Count ? new CallExpr(ScalarOp.Or, level[i], level[i + 1], typeof(bool)) : level[i]);
            }

            level = next;
        }

        return level[0];
    }
}
