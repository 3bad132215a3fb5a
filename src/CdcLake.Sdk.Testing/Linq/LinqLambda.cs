using System.Linq.Expressions;
using System.Reflection;

namespace CdcLake.Testing.Linq;

/// <summary>Compiles a lambda as the user wrote it, once it is certain that C# and MySQL mean the same by it. Of a row that a join does not have every value is null.</summary>
internal sealed class LinqLambda : ExpressionVisitor
{
    /// <exception cref="NotInLinqException">Something in it has another meaning in MySQL.</exception>
    public static Delegate Compile(LambdaExpression lambda) => ((LambdaExpression)new LinqLambda().Visit(lambda)).Compile();

    /// <exception cref="NotInLinqException">A value was null where the lambda has no room for that.</exception>
    public static object? Call(Delegate lambda, params object?[] arguments)
    {
        try
        {
            return lambda.DynamicInvoke(arguments);
        }
        catch (TargetInvocationException error) when (error.InnerException is NullReferenceException or InvalidOperationException)
        {
            throw new NotInLinqException("a value of a row that a join does not have, in a type without null");
        }
        catch (TargetInvocationException error) when (error.InnerException is OverflowException)
        {
            throw new NotInLinqException("a number beyond .NET's decimal");
        }
    }

    protected override Expression VisitBinary(BinaryExpression node)
    {
        var isOrdering = node.NodeType is ExpressionType.Equal or ExpressionType.NotEqual or ExpressionType.LessThan or ExpressionType.LessThanOrEqual or ExpressionType.GreaterThan or ExpressionType.GreaterThanOrEqual;
        var hasNull = IsNull(node.Left) || IsNull(node.Right);
        return node.NodeType switch
        {
            _ when isOrdering && !hasNull && node.Left.Type == typeof(string) => throw new NotInLinqException("a comparison of texts, by a collation that only their columns know"),
            ExpressionType.NotEqual when !hasNull && MayBeNull(node.Left.Type, node.Right.Type) => throw new NotInLinqException("!= of values that may be NULL, of which MySQL knows nothing"),
            ExpressionType.Divide or ExpressionType.Modulo when node.Type != typeof(double) && node.Type != typeof(double?) => throw new NotInLinqException("a division, whose digits MySQL chooses"),
            ExpressionType.Add when node.Type == typeof(string) => throw new NotInLinqException("texts that are joined, which are NULL in MySQL where one is"),
            _ => base.VisitBinary(node),
        };
    }

    protected override Expression VisitUnary(UnaryExpression node)
    {
        if (node.NodeType == ExpressionType.Not && HasNullable(node.Operand))
        {
            throw new NotInLinqException("! of a condition on values that may be NULL, of which MySQL knows nothing");
        }

        // (int?)row.Value, where there may be no row
        return node is { NodeType: ExpressionType.Convert, Operand: MemberExpression { Expression: { Type.IsValueType: false } row } member } && Nullable.GetUnderlyingType(node.Type) is not null && IsRow(row)
            ? Expression.Condition(Expression.ReferenceEqual(Visit(row), Expression.Constant(null, row.Type)), Expression.Default(node.Type), Expression.Convert(Expression.MakeMemberAccess(Visit(row), member.Member), node.Type))
            : base.VisitUnary(node);
    }

    protected override Expression VisitMember(MemberExpression node) => node.Expression is { Type.IsValueType: false } row && IsRow(row) && (!node.Type.IsValueType || Nullable.GetUnderlyingType(node.Type) is not null)
        ? Expression.Condition(Expression.ReferenceEqual(Visit(row), Expression.Constant(null, row.Type)), Expression.Default(node.Type), Expression.MakeMemberAccess(Visit(row), node.Member))
        : node.Type == typeof(int) && node.Member.DeclaringType == typeof(string) ? throw new NotInLinqException("String.Length") : base.VisitMember(node);

    protected override Expression VisitMethodCall(MethodCallExpression node) => node.Method.DeclaringType == typeof(LinqAggregates)
        ? base.VisitMethodCall(node)
        : throw new NotInLinqException($"a call of {node.Method.DeclaringType?.Name}.{node.Method.Name}");

    private static bool IsRow(Expression expression) => expression is ParameterExpression || (expression is MemberExpression { Expression: { } inner } && IsRow(inner));

    private static bool IsNull(Expression expression) => expression is ConstantExpression { Value: null } or UnaryExpression { NodeType: ExpressionType.Convert, Operand: ConstantExpression { Value: null } };

    private static bool MayBeNull(params Type[] types) => types.Any(t => Nullable.GetUnderlyingType(t) is not null);

    private static bool HasNullable(Expression expression) => expression switch
    {
        BinaryExpression binary => (!IsNull(binary.Left) && !IsNull(binary.Right) && (MayBeNull(binary.Left.Type, binary.Right.Type) || binary.Left.Type == typeof(string))) || HasNullable(binary.Left) || HasNullable(binary.Right),
        UnaryExpression unary => HasNullable(unary.Operand),
        _ => false,
    };
}
