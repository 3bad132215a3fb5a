using System.Linq.Expressions;
using System.Reflection;

namespace CdcLake.Testing.Linq;

/// <summary>Makes of a lambda over a group, whose aggregates stand for the engine's, one over a key and the rows of the group, with LINQ's.</summary>
/// <param name="lambda">As it was written.</param>
internal sealed class LinqGroups(LambdaExpression lambda) : ExpressionVisitor
{
    private static readonly HashSet<string> Known = [nameof(LinqAggregates.Count), nameof(LinqAggregates.CountDistinct), nameof(LinqAggregates.Sum), nameof(LinqAggregates.Average), nameof(LinqAggregates.Min), nameof(LinqAggregates.Max)];
    private readonly ParameterExpression _key = Expression.Parameter(typeof(object), "key");
    private readonly ParameterExpression _rows = Expression.Parameter(typeof(IReadOnlyList<object?>), "rows");
    private readonly ParameterExpression _group = lambda.Parameters[0];

    public LambdaExpression Rewrite() => Expression.Lambda(Expression.Convert(Visit(lambda.Body), typeof(object)), _key, _rows);

    protected override Expression VisitMember(MemberExpression node) => node.Expression == _group ? Expression.Convert(_key, node.Type) : base.VisitMember(node);

    protected override Expression VisitMethodCall(MethodCallExpression node)
    {
        if (node.Object != _group)
        {
            return base.VisitMethodCall(node);
        }

        if (!Known.Contains(node.Method.Name))
        {
            throw new NotInLinqException(node.Method.Name);
        }

        // each aggregate in one form: over the values that a selector gives, none for a count of rows
        var selector = node.Arguments.Count == 0 ? null : LinqLambda.Compile((LambdaExpression)Unquoted(node.Arguments[0]));
        var method = typeof(LinqAggregates).GetMethod(node.Method.Name, BindingFlags.Public | BindingFlags.Static)!;
        return Expression.Convert(
            Expression.Call(method, _rows, Expression.Constant(selector, typeof(Delegate)), Expression.Constant(node.Type)), node.Type);
    }

    private static Expression Unquoted(Expression expression) => expression is UnaryExpression { NodeType: ExpressionType.Quote } quote ? quote.Operand : expression;
}
