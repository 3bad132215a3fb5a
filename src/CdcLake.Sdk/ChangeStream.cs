using System.Diagnostics.CodeAnalysis;
using System.Linq.Expressions;
using CdcLake.Connectors;
using CdcLake.Expressions.Translation;
using CdcLake.Planning.Logical;

namespace CdcLake;

/// <summary>
/// A changelog of rows and what is computed from it. Operators return a new stream and leave this one usable, so several branches may start from it; sinks return the stream
/// they were called on. Nothing is read before the pipeline runs. Lambdas are translated where they are written, never executed, and captured variables are read then; what they
/// may contain is the table in the documentation of expressions, anything else is an <see cref="UnsupportedExpressionException"/> from the operator.
/// Not thread-safe while the pipeline is being put together.
/// </summary>
/// <typeparam name="T">Row type: a record or class, an anonymous type, or <see cref="Row"/>.</typeparam>
[SuppressMessage("Naming", "CA1711", Justification = "A stream of changes is what the field calls it; it is no System.IO.Stream.")]
public sealed partial class ChangeStream<T> : StreamSource<T>
{
    internal ChangeStream(StreamGraph graph, LogicalStream stream)
    {
        Graph = graph;
        Stream = stream;
    }

    /// <summary>What all streams that were derived from one start, or joined, have in common.</summary>
    internal StreamGraph Graph { get; }

    internal LogicalStream Stream { get; }

    /// <summary>Keeps the rows for which the condition is true; where it is unknown (a comparison with null), the row is dropped, as in SQL.</summary>
    public ChangeStream<T> Where(Expression<Func<T, bool>> condition) =>
        With<T>(s => s.Where(new UserLambda(condition)));

    /// <summary>Computes new rows, one from each.</summary>
    /// <typeparam name="TResult">A record, class or anonymous type whose members become columns, named in snake case; or a scalar, which becomes one column.</typeparam>
    public ChangeStream<TResult> Select<[DynamicallyAccessedMembers(RowMembers.Kept)] TResult>(Expression<Func<T, TResult>> selector) =>
        With<TResult>(s => s.Select(new UserLambda(selector)));

    /// <summary>One row per distinct key that has rows, recomputed as they change.</summary>
    /// <param name="key">A member, an expression, or several as an anonymous object. Nulls are equal to each other.</param>
    /// <param name="result">The group's row, from its <see cref="Group{TKey, T}.Key"/> and aggregates; may compute with them: <c>g.Sum(r => r.Amount) / g.Count()</c>.</param>
    public ChangeStream<TResult> Aggregate<TKey, [DynamicallyAccessedMembers(RowMembers.Kept)] TResult>(
        Expression<Func<T, TKey>> key, Expression<Func<Group<TKey, T>, TResult>> result) =>
        With<TResult>(s => s.Aggregate(typeof(Group<TKey, T>), new UserLambda(key), new UserLambda(result)));

    /// <summary>One row over all rows. It is there while there are none too: counts are 0, everything else null. It needs no sink key.</summary>
    /// <param name="result">The row, from aggregates over all rows.</param>
    public ChangeStream<TResult> Aggregate<[DynamicallyAccessedMembers(RowMembers.Kept)] TResult>(Expression<Func<Group<T>, TResult>> result) =>
        With<TResult>(s => s.Aggregate(typeof(Group<T>), null, new UserLambda(result)));

    internal override ChangeStream<T> AsStream() => this;

    /// <summary>Adds a sink to the graph.</summary>
    /// <param name="name">Name of the sink for plans and messages: <c>iceberg(demo.sales_by_product)</c>.</param>
    /// <param name="target">What the runtime opens the sink from.</param>
    /// <param name="key">Lambda over <typeparamref name="T"/> that names the upsert key, or null for the natural key.</param>
    internal ChangeStream<T> AddSink(string name, ISinkTarget target, LambdaExpression? key)
    {
        Graph.Add(Stream.To(name, target, key is null ? null : new UserLambda(key)));
        return this;
    }

    private ChangeStream<TResult> With<TResult>(Func<LogicalStream, LogicalStream> add)
    {
        Graph.RequireOpen();
        return new ChangeStream<TResult>(Graph, add(Stream));
    }
}
