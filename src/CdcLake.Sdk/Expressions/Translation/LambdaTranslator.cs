using System.Diagnostics.CodeAnalysis;
using System.Linq.Expressions;

namespace CdcLake.Expressions.Translation;

/// <summary>
/// Turns the tree of a lambda into shapes of <see cref="Expr"/>. The supported subset is the table in <c>Expressions/README.md</c>; anything else is an
/// <see cref="UnsupportedExpressionException"/>. One instance translates one lambda.
/// </summary>
internal sealed partial class LambdaTranslator
{
    private readonly Dictionary<ParameterExpression, Shape> _parameters = [];

    /// <summary>Says what a parameter stands for.</summary>
    public void Bind(ParameterExpression parameter, Shape shape) => _parameters[parameter] = shape;

    /// <summary>Translates a whole lambda body.</summary>
    /// <remarks>A tree finds the operators of these types by their names, which trimming does not see.</remarks>
    [DynamicDependency(DynamicallyAccessedMemberTypes.PublicMethods, typeof(decimal))]
    [DynamicDependency(DynamicallyAccessedMemberTypes.PublicMethods, typeof(DateTime))]
    [DynamicDependency(DynamicallyAccessedMemberTypes.PublicMethods, typeof(DateTimeOffset))]
    [DynamicDependency(DynamicallyAccessedMemberTypes.PublicMethods, typeof(DateOnly))]
    [DynamicDependency(DynamicallyAccessedMemberTypes.PublicMethods, typeof(TimeOnly))]
    [DynamicDependency(DynamicallyAccessedMemberTypes.PublicMethods, typeof(TimeSpan))]
    [DynamicDependency(DynamicallyAccessedMemberTypes.PublicMethods, typeof(Guid))]
    [DynamicDependency(DynamicallyAccessedMemberTypes.PublicMethods, typeof(string))]
    public Shape Translate(Expression body) => Visit(body);

    private Shape Visit(Expression e)
    {
        if (ConstantEvaluator.TryEvaluate(e, out var constant))
        {
            return new ScalarShape(Constant(e, constant));
        }

        return e switch
        {
            ParameterExpression p when _parameters.TryGetValue(p, out var shape) => shape,
            MemberExpression member => VisitMember(member),
            NewExpression { Arguments.Count: 3 } created when created.Type == typeof(DateTime) || created.Type == typeof(DateOnly) => new ScalarShape(DateOf(created)),
            NewExpression created => VisitNew(created),
            MemberInitExpression init => VisitInit(init),
            MethodCallExpression call => VisitCall(call),
            UnaryExpression unary => VisitUnary(unary),
            BinaryExpression { NodeType: ExpressionType.ArrayIndex } element => new ScalarShape(PartOf(element)),
            BinaryExpression binary => new ScalarShape(VisitBinary(binary)),
            ConditionalExpression c => new ScalarShape(new CallExpr(ScalarOp.If, [Scalar(c.Test), Scalar(c.IfTrue), Scalar(c.IfFalse)], c.Type)),
            _ => throw Unsupported.Error(e, $"{e.NodeType} is outside the supported C# subset", SubsetHint),
        };
    }

    private const string SubsetHint = "Use member access, arithmetic, comparison, boolean logic, ?:, ?? and the string, date and Math members listed in Expressions/README.md.";

    private Expr Scalar(Expression e) => Visit(e) switch
    {
        ScalarShape scalar => scalar.Value,
        OpenRowShape => throw Unsupported.Error(e, "a whole Row is not a value", "Read a column of it: r.Get<int>(\"id\")."),
        GroupShape => throw Unsupported.Error(e, "a whole group is not a value", "Use its Key or an aggregate: g.Sum(r => r.Amount)."),
        _ => throw Unsupported.Error(e, "a record is not a single value", "Use its members one by one."),
    };

    private static ConstantExpr Constant(Expression e, object? value)
    {
        if (value is not null && !ClrTypes.IsScalar(value.GetType()))
        {
            throw Unsupported.Error(
                e, $"a {ClrTypes.Name(value.GetType())} is not a value that a column can hold", "Capture numbers, strings, dates, booleans or byte[] only.");
        }

        return new ConstantExpr(value, value is not null && e.Type == typeof(object) ? value.GetType() : e.Type);
    }

    private Shape VisitUnary(UnaryExpression e)
    {
        switch (e.NodeType)
        {
            case ExpressionType.Quote:
                return Visit(e.Operand);
            case ExpressionType.Not when ClrTypes.Strip(e.Type) == typeof(bool):
                return Call(ScalarOp.Not, e.Type, Scalar(e.Operand));
            case ExpressionType.OnesComplement or ExpressionType.Not when ClrTypes.ColumnType(e.Type) is { IsInteger: true, Kind: not Columnar.TypeKind.UInt64 }:
                var ones = ClrTypes.Strip(e.Type) == typeof(uint) ? uint.MaxValue : -1L;
                return new ScalarShape(new CallExpr(Functions.MathFunctions.BitXor, e.Type, Scalar(e.Operand), new ConstantExpr(ones, typeof(long))));
            case ExpressionType.Negate or ExpressionType.NegateChecked when ClrTypes.IsScalar(e.Type):
                return Call(ScalarOp.Negate, e.Type, Scalar(e.Operand));
            case ExpressionType.UnaryPlus:
                return Visit(e.Operand);
            case ExpressionType.ArrayLength when e.Operand.Type == typeof(byte[]):
                return Call(ScalarOp.Length, e.Type, Scalar(e.Operand));
            case ExpressionType.Convert or ExpressionType.ConvertChecked or ExpressionType.TypeAs:
                return VisitConvert(e);
            default:
                throw Unsupported.Error(e, $"{e.NodeType} is outside the supported C# subset", SubsetHint);
        }
    }

    private Shape VisitConvert(UnaryExpression e)
    {
        var operand = Visit(e.Operand);
        var target = ClrTypes.Strip(e.Type);
        if (operand is not ScalarShape { Value: var value } || target == typeof(object) || target == ClrTypes.Strip(value.Type))
        {
            return operand is ScalarShape { Value: ConstantExpr c } && target != typeof(object) ? new ScalarShape(c with { Type = e.Type }) : operand;
        }

        if (value is ConstantExpr { Value: null })
        {
            return new ScalarShape(new ConstantExpr(null, e.Type));
        }

        // C# compares enums as their numbers; a comparison turns the number back into the member.
        if (value is ConstantExpr { Value: Enum member })
        {
            var underlying = Enum.GetUnderlyingType(member.GetType());
            value = new ConstantExpr(Convert.ChangeType(member, underlying, System.Globalization.CultureInfo.InvariantCulture), underlying);
            if (target == underlying)
            {
                return new ScalarShape(value with { Type = e.Type });
            }
        }

        var known = ClrTypes.IsScalar(e.Type) && !target.IsEnum && target != typeof(string)
            && (e.Method is null || e.Method.DeclaringType == typeof(decimal) || target == typeof(DateTimeOffset));
        if (!known)
        {
            throw Unsupported.Error(e, $"the conversion to {ClrTypes.Name(e.Type)} is outside the supported subset", "Convert between numeric types only.");
        }

        return Call(ScalarOp.Cast, e.Type, value);
    }

    private static ScalarShape Call(ScalarOp op, Type type, params Expr[] arguments) => new(new CallExpr(op, arguments, type));
}
