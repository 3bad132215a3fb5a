using System.Linq.Expressions;
using CdcLake.Expressions.Translation;

namespace CdcLake;

/// <content>Operators whose rows are rows of the streams they read.</content>
public sealed partial class ChangeStream<T>
{
    /// <summary>The rows of both streams, as often as they are there: <c>UNION ALL</c>. Columns are matched by position, in untyped streams by name.</summary>
    /// <param name="other">A table, or another stream of the same source, with the same row type.</param>
    /// <exception cref="InvalidOperationException">The pipeline was built already.</exception>
    /// <exception cref="SchemaMismatchException">At the start: the columns do not fit together.</exception>
    public ChangeStream<T> UnionAll(StreamSource<T> other) => With<T, T>(other, (s, o) => s.UnionAll(o));

    /// <summary>Every different row of both streams once: <c>UNION</c>. Nulls are equal to each other.</summary>
    /// <inheritdoc cref="UnionAll"/>
    public ChangeStream<T> Union(StreamSource<T> other) => With<T, T>(other, (s, o) => s.UnionAll(o).Distinct());

    /// <summary>Every different row once. Nulls are equal to each other, texts as their column's collation says.</summary>
    public ChangeStream<T> Distinct() => With<T>(s => s.Distinct());

    /// <summary>
    /// Of each group the row in which a value is largest: the latest version, the best offer. Null is smaller than everything. Of rows that tie one is chosen by their other
    /// columns, the same one always. Its key is the natural key of the result.
    /// </summary>
    /// <param name="key">What makes a group: a member, an expression, or several as an anonymous object. Nulls are equal to each other.</param>
    /// <param name="by">What the rows of a group are ordered by; several values as an anonymous object, the first one first.</param>
    public ChangeStream<T> MaxBy<TKey, TBy>(Expression<Func<T, TKey>> key, Expression<Func<T, TBy>> by) => Top(key, by, descending: true, 1);

    /// <summary>Of each group the row in which a value is smallest.</summary>
    /// <inheritdoc cref="MaxBy{TKey, TBy}"/>
    public ChangeStream<T> MinBy<TKey, TBy>(Expression<Func<T, TKey>> key, Expression<Func<T, TBy>> by) => Top(key, by, descending: false, 1);

    /// <summary>The first rows of each group: <c>ROW_NUMBER() OVER (PARTITION BY key ORDER BY by DESC) &lt;= count</c>, kept so as rows come and go.</summary>
    /// <param name="count">How many rows of each group, 1 to 100,000; fewer where there are not as many.</param>
    /// <param name="key">What makes a group: a member, an expression, or several as an anonymous object. Nulls are equal to each other.</param>
    /// <param name="by">What the rows are ordered by; several values as an anonymous object, the first one first. Null is smaller than everything; ties are decided by the other columns.</param>
    /// <param name="ascending">False: the largest come first.</param>
    public ChangeStream<T> TopN<TKey, TBy>(int count, Expression<Func<T, TKey>> key, Expression<Func<T, TBy>> by, bool ascending = false) =>
        Top(key, by, !ascending, count);

    /// <summary>The first rows of all: <c>ORDER BY by DESC LIMIT count</c>, kept so as rows come and go.</summary>
    /// <inheritdoc cref="TopN{TKey, TBy}"/>
    public ChangeStream<T> TopN<TBy>(int count, Expression<Func<T, TBy>> by, bool ascending = false) => Top(null, by, !ascending, count);

    private ChangeStream<T> Top(LambdaExpression? key, LambdaExpression by, bool descending, int count) =>
        With<T>(s => s.Top(key is null ? null : new UserLambda(key), new UserLambda(by), descending, count));
}
