using System.Diagnostics.CodeAnalysis;
using System.Linq.Expressions;
using CdcLake.Expressions;
using CdcLake.Expressions.Translation;
using CdcLake.Planning.Logical;

namespace CdcLake;

/// <content>Two streams by equal keys.</content>
public sealed partial class ChangeStream<T>
{
    /// <summary>
    /// Inner join on equal keys: one row for each pair that matches at the moment, kept so under changes of either side. A null in a key matches nothing.
    /// Texts are equal as their columns' collation says.
    /// </summary>
    /// <param name="right">A table, or another stream of the same source.</param>
    /// <param name="leftKey">A member, an expression, or several as an anonymous object.</param>
    /// <param name="rightKey">The same number of values for the other side.</param>
    /// <param name="result">The row for a pair.</param>
    /// <exception cref="InvalidOperationException">The pipeline was built already.</exception>
    public ChangeStream<TResult> Join<TRight, TKey, [DynamicallyAccessedMembers(RowMembers.Kept)] TResult>(
        StreamSource<TRight> right,
        Expression<Func<T, TKey>> leftKey,
        Expression<Func<TRight, TKey>> rightKey,
        Expression<Func<T, TRight, TResult>> result) => Join<TRight, TResult>(JoinKind.Inner, right, leftKey, rightKey, result);

    /// <summary>
    /// Join that keeps every row of this stream: one without a partner appears once, with nulls for the right. Members of the missing row are null whatever their .NET type says;
    /// the result may ask for it: <c>(s, p) => new { s.Id, HasProduct = p != null, Name = p!.Name ?? "?" }</c>.
    /// </summary>
    /// <inheritdoc cref="Join{TRight, TKey, TResult}"/>
    public ChangeStream<TResult> LeftJoin<TRight, TKey, [DynamicallyAccessedMembers(RowMembers.Kept)] TResult>(
        StreamSource<TRight> right,
        Expression<Func<T, TKey>> leftKey,
        Expression<Func<TRight, TKey>> rightKey,
        Expression<Func<T, TRight?, TResult>> result) => Join<TRight, TResult>(JoinKind.Left, right, leftKey, rightKey, result);

    /// <summary>Join that keeps every row of the right; as <see cref="LeftJoin{TRight, TKey, TResult}"/> with the sides exchanged.</summary>
    /// <inheritdoc cref="Join{TRight, TKey, TResult}"/>
    public ChangeStream<TResult> RightJoin<TRight, TKey, [DynamicallyAccessedMembers(RowMembers.Kept)] TResult>(
        StreamSource<TRight> right,
        Expression<Func<T, TKey>> leftKey,
        Expression<Func<TRight, TKey>> rightKey,
        Expression<Func<T?, TRight, TResult>> result) => Join<TRight, TResult>(JoinKind.Right, right, leftKey, rightKey, result);

    /// <summary>Join that keeps every row of both sides: those without a partner appear once, with nulls for the other side.</summary>
    /// <inheritdoc cref="Join{TRight, TKey, TResult}"/>
    public ChangeStream<TResult> FullJoin<TRight, TKey, [DynamicallyAccessedMembers(RowMembers.Kept)] TResult>(
        StreamSource<TRight> right,
        Expression<Func<T, TKey>> leftKey,
        Expression<Func<TRight, TKey>> rightKey,
        Expression<Func<T?, TRight?, TResult>> result) => Join<TRight, TResult>(JoinKind.Full, right, leftKey, rightKey, result);

    /// <summary>Keeps the rows for which the other side has a row of the same key, each once however many there are: <c>WHERE EXISTS</c>.</summary>
    /// <param name="right">A table, or another stream of the same source.</param>
    /// <param name="leftKey">A member, an expression, or several as an anonymous object. A null in it matches nothing.</param>
    /// <param name="rightKey">The same number of values for the other side.</param>
    /// <exception cref="InvalidOperationException">The pipeline was built already.</exception>
    public ChangeStream<T> Exists<TRight, TKey>(StreamSource<TRight> right, Expression<Func<T, TKey>> leftKey, Expression<Func<TRight, TKey>> rightKey) =>
        With<TRight, T>(right, (s, other) => s.Test(JoinKind.Semi, other, new UserLambda(leftKey), new UserLambda(rightKey)));

    /// <summary>Keeps the rows for which the other side has no row of the same key, those with a null in the key too: <c>WHERE NOT EXISTS</c>.</summary>
    /// <inheritdoc cref="Exists{TRight, TKey}"/>
    public ChangeStream<T> NotExists<TRight, TKey>(StreamSource<TRight> right, Expression<Func<T, TKey>> leftKey, Expression<Func<TRight, TKey>> rightKey) =>
        With<TRight, T>(right, (s, other) => s.Test(JoinKind.Anti, other, new UserLambda(leftKey), new UserLambda(rightKey)));

    private ChangeStream<TResult> Join<TRight, TResult>(
        JoinKind kind, StreamSource<TRight> right, LambdaExpression leftKey, LambdaExpression rightKey, LambdaExpression result) =>
        With<TRight, TResult>(right, (s, other) => s.Join(kind, other, new UserLambda(leftKey), new UserLambda(rightKey), new UserLambda(result)));

    private ChangeStream<TResult> With<TRight, TResult>(StreamSource<TRight> right, Func<LogicalStream, LogicalStream, LogicalStream> add)
    {
        ArgumentNullException.ThrowIfNull(right);
        var other = right.AsStream();
        Graph.Merge(other.Graph);
        return With<TResult>(s => add(s, other.Stream));
    }
}
