using System.Collections;
using System.Globalization;
using System.Linq.Expressions;
using CdcLake.Expressions.Functions;

namespace CdcLake.Expressions.Translation;

internal sealed partial class LambdaTranslator
{
    /// <summary>So many are compared one by one, of whatever type they are.</summary>
    private const int MaxListed = 1000;

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
        if (members.Count > MaxListed)
        {
            return InSet(value, members) ?? throw Unsupported.Error(
                e, $"the collection has {members.Count} members, and more than {MaxListed} can only be integers or texts", "Put the values into a table and join with it.");
        }

        var tests = members.Select(m => Equality(value, m is null ? new ConstantExpr(null, value.Type) : new ConstantExpr(m, m.GetType()), isEqual: true)).ToList();
        return tests.Count == 0 ? new ConstantExpr(false, typeof(bool)) : AnyOf(tests);
    }

    /// <summary>Null for what is neither an integer of at most 64 bits with a sign nor a text.</summary>
    private static CallExpr? InSet(Expr value, List<object?> members)
    {
        var present = members.OfType<object>().ToList();
        if (present.Count < members.Count)
        {
            return InSet(value, [.. present]) is { } set ? new CallExpr(ScalarOp.Or, new CallExpr(ScalarOp.IsNull, value, typeof(bool)), set, typeof(bool)) : null; // null is found, as among few
        }

        var type = ClrTypes.Strip(value.Type);
        if (type == typeof(Guid) && present.Count > 0 && present.TrueForAll(m => m is Guid))
        {
            List<string> ids = [.. present.Select(m => m.ToString()!)];
            return new CallExpr(SetFunctions.Of(ids), typeof(bool), ByBytes(new CallExpr(ScalarOp.Cast, value, typeof(string))), new ConstantExpr(ids[0], typeof(string)));
        }

        if (type == typeof(string) && present.Count > 0 && present.TrueForAll(m => m is string))
        {
            List<string> texts = [.. present.Cast<string>()];
            return new CallExpr(SetFunctions.Of(texts), typeof(bool), value, new ConstantExpr(texts[0], typeof(string)));
        }

        return IsShort(type) && present.TrueForAll(m => IsShort(m.GetType()))
            ? new CallExpr(SetFunctions.Of([.. present.Select(m => Convert.ToInt64(m, CultureInfo.InvariantCulture))]), typeof(bool), value)
            : null;
    }

    private static bool IsShort(Type type) => !type.IsEnum && Type.GetTypeCode(type) is TypeCode.SByte or TypeCode.Byte or TypeCode.Int16 or TypeCode.UInt16 or TypeCode.Int32 or TypeCode.UInt32 or TypeCode.Int64;

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
