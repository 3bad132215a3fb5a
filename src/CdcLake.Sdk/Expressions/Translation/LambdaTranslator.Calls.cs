using System.Linq.Expressions;

namespace CdcLake.Expressions.Translation;

internal sealed partial class LambdaTranslator
{
    private Shape VisitCall(MethodCallExpression e)
    {
        var owner = e.Method.DeclaringType;
        if (owner == typeof(Row))
        {
            return RowGet(e);
        }

        if (owner is { IsGenericType: true } && owner.GetGenericTypeDefinition() == typeof(Group<>))
        {
            return new ScalarShape(Aggregate(e));
        }

        if (e.Method.Name == "Contains" && owner != typeof(string) && TryMembership(e) is { } membership)
        {
            return new ScalarShape(membership);
        }

        var result = owner switch
        {
            _ when owner == typeof(string) => StringCall(e),
            _ when owner == typeof(Math) || owner == typeof(decimal) => MathCall(e),
            _ when owner == typeof(DateTime) || owner == typeof(DateTimeOffset) || owner == typeof(DateOnly) => DateCall(e),
            _ when owner is not null && Nullable.GetUnderlyingType(owner) is not null => NullableCall(e),
            _ => OtherCall(e),
        };
        if (result is null && e is { Method.Name: "Equals" or "CompareTo", Object: { } compared, Arguments: [var other] } && ClrTypes.IsScalar(compared.Type))
        {
            result = e.Method.Name == "Equals"
                ? Equality(Scalar(compared), Scalar(other), isEqual: true)
                : Order(Scalar(compared), Scalar(other));
        }

        if (result is null && e is { Method.Name: "ToString", Object: { } target, Arguments.Count: 0 })
        {
            result = AsText(target);
        }

        if (result is null && e is { Method.Name: "ToString", Object.Type: var type, Arguments.Count: 1 } && (type == typeof(DateTime) || type == typeof(DateOnly) || type == typeof(DateTimeOffset)))
        {
            result = FormattedDate(e);
        }

        if (result is null && e is { Method.Name: "Create", Object: null } && (owner == typeof(Tuple) || owner == typeof(ValueTuple)))
        {
            return new RecordShape(e.Type, [.. e.Arguments.Select((a, i) => new ShapeMember($"Item{i + 1}", null, Visit(a)))]);
        }

        return result is null ? throw UnknownCall(e) : new ScalarShape(result);
    }

    /// <summary>−1, 0 or 1 as <c>CompareTo</c> gives it; null where one of the two is.</summary>
    private static CallExpr Order(Expr a, Expr b)
    {
        CallExpr Choice(ScalarOp op, int value, Expr otherwise) => new(ScalarOp.If, [new CallExpr(op, a, b, typeof(bool)), new ConstantExpr(value, typeof(int?)), otherwise], typeof(int?));
        return Choice(ScalarOp.Less, -1, Choice(ScalarOp.Equal, 0, Choice(ScalarOp.Greater, 1, new ConstantExpr(null, typeof(int?)))));
    }

    private static UnsupportedExpressionException UnknownCall(MethodCallExpression e)
    {
        var owner = e.Method.DeclaringType;
        var hint = owner switch
        {
            _ when owner == typeof(string) => "Of strings: +, Concat, interpolation without formats, ToUpper, ToLower, Trim, TrimStart, TrimEnd, Substring, Replace, IndexOf, LastIndexOf, PadLeft, PadRight, Split()[0], "
                + "StartsWith, EndsWith, Contains, Equals, IsNullOrEmpty, IsNullOrWhiteSpace, Length, Compare, CompareTo, CompareOrdinal, with StringComparison.Ordinal or OrdinalIgnoreCase at most; SqlFunctions.Like and Regex.IsMatch.",
            _ when owner == typeof(Math) || owner == typeof(decimal) => "Of Math: Abs, Round, Floor, Ceiling, Truncate, Min, Max, Sign, Pow, Sqrt, Exp, Log, Log2, Log10, Sin, Cos, Tan, Atan, Atan2.",
            _ when owner == typeof(DateTime) || owner == typeof(DateTimeOffset) || owner == typeof(DateOnly) =>
                "Of dates: their parts, Date, DayOfWeek, AddYears, AddMonths, AddDays, AddHours, AddMinutes, AddSeconds, AddMilliseconds, differences, ToString(\"yyyy-MM-dd\"), DaysInMonth, ISOWeek.GetWeekOfYear.",
            _ => "Only the methods listed in Expressions/README.md can be called on columns. If the result does not depend on the row, read it into a local variable before the lambda.",
        };
        return Unsupported.Error(e, $"method {owner?.Name}.{e.Method.Name} is outside the supported C# subset", hint);
    }

    private ScalarShape RowGet(MethodCallExpression e)
    {
        if (Visit(e.Object!) is not OpenRowShape row)
        {
            throw Unsupported.Error(e, "the row is not the lambda's own", "Call Get on the lambda's parameter.");
        }

        if (!ConstantEvaluator.TryEvaluate(e.Arguments[0], out var name) || name is not string column)
        {
            throw Unsupported.Error(e, "the column name is not a constant", "Give the name as a literal or a captured variable.");
        }

        if (!ClrTypes.IsScalar(e.Type))
        {
            throw Unsupported.Error(e, $"no column can be read as {ClrTypes.Name(e.Type)}", "Use a number, string, date, bool or byte[] type.");
        }

        return new ScalarShape(new ColumnExpr(row.Input, column, e.Type));
    }

    private CallExpr? NullableCall(MethodCallExpression e)
    {
        if (e.Method.Name != "GetValueOrDefault")
        {
            return null;
        }

        Expr fallback;
        if (e.Arguments.Count == 1)
        {
            fallback = Scalar(e.Arguments[0]);
        }
        else
        {
            ConstantEvaluator.TryEvaluate(Expression.Default(e.Type), out var zero);
            fallback = new ConstantExpr(zero, e.Type);
        }

        return new CallExpr(ScalarOp.Coalesce, Scalar(e.Object!), fallback, e.Type);
    }

    private AggregateExpr Aggregate(MethodCallExpression e)
    {
        if (Visit(e.Object!) is not GroupShape group)
        {
            throw Unsupported.Error(e, "the group is not the lambda's own", "Call aggregates on the lambda's parameter.");
        }

        if (e.Method.Name.StartsWith("Concat", StringComparison.Ordinal))
        {
            return Concatenation(e, group);
        }

        if (e.Method.Name is "Median" or "PercentileCont" or "PercentileDisc")
        {
            return Percentile(e, group);
        }

        var kind = Enum.Parse<AggregateKind>(e.Method.Name);
        if (e.Arguments.Count == 0)
        {
            return new AggregateExpr(kind, null, e.Type);
        }

        var argument = Selected(e, 0, group);
        if (kind == AggregateKind.Count && !e.Method.IsGenericMethod)
        {
            argument = new CallExpr(ScalarOp.If, [argument, new ConstantExpr(1, typeof(int)), new ConstantExpr(null, typeof(int?))], typeof(int?));
        }

        return new AggregateExpr(kind, argument, e.Type);
    }

    private static AggregateExpr Percentile(MethodCallExpression e, GroupShape group)
    {
        object? given = 0.5;
        if (e.Arguments.Count > 1 && (!ConstantEvaluator.TryEvaluate(e.Arguments[1], out given) || given is not (>= 0.0 and <= 1.0)))
        {
            throw Unsupported.Error(e, "the fraction is not a constant from 0 to 1", "Write g.PercentileCont(r => r.Price, 0.95).");
        }

        var kind = e.Method.Name == "PercentileDisc" ? AggregateKind.PercentileDisc : AggregateKind.PercentileCont;
        return new AggregateExpr(kind, Selected(e, 0, group), e.Type, (decimal)(double)given!);
    }

    /// <summary>What a selector of an aggregate gives for a row.</summary>
    private static Expr Selected(MethodCallExpression e, int argument, GroupShape group)
    {
        if (e.Arguments[argument] is not LambdaExpression selector)
        {
            throw Unsupported.Error(e, "the selector is not written as a lambda in place", "Write g.Sum(r => r.Amount).");
        }

        var inner = new LambdaTranslator();
        inner.Bind(selector.Parameters[0], group.Row);
        return inner.Scalar(selector.Body);
    }

    private static AggregateExpr Concatenation(MethodCallExpression e, GroupShape group)
    {
        if (!ConstantEvaluator.TryEvaluate(e.Arguments[1], out var separator) || separator is not string text)
        {
            throw Unsupported.Error(e, "the separator is not a constant", "Give it as a literal or a captured variable.");
        }

        var selected = Selected(e, 0, group);
        Expr[] arguments =
        [
            selected, new ConstantExpr(text, typeof(string)), new ConstantExpr(e.Method.Name == "ConcatDistinct", typeof(bool)),
            new ConstantExpr(e.Method.Name == "ConcatDescending", typeof(bool)), e.Arguments.Count > 2 ? Selected(e, 2, group) : selected,
        ];
        return new AggregateExpr(AggregateKind.Collect, new CallExpr(ScalarOp.InOrder, arguments, typeof(string)), e.Type);
    }
}
