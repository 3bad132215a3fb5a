using System.Diagnostics.CodeAnalysis;
using System.Linq.Expressions;
using CdcLake.RowSinks;

namespace CdcLake;

/// <content>Sinks of the application.</content>
public sealed partial class ChangeStream<T>
{
    /// <summary>Keeps a target of the application's own equal to this stream's rows, which have the primary key of the table they come from.</summary>
    /// <param name="sink">Used by one pipeline at a time.</param>
    /// <returns>This stream: what follows hangs on it too, not behind the sink.</returns>
    /// <exception cref="InvalidOperationException">The pipeline was built already.</exception>
    public ChangeStream<T> To(ISink<T> sink) => AddRows(sink, null);

    /// <summary>Keeps a target of the application's own equal to this stream's rows.</summary>
    /// <param name="sink">Used by one pipeline at a time.</param>
    /// <param name="key">
    /// A column, or several as an anonymous object, by which rows are replaced. It must be unique in the result at every commit: two rows of a key in one commit stop the pipeline
    /// with a <see cref="DuplicateKeyException"/>; of one that the target holds already only the target can know.
    /// </param>
    /// <returns>This stream: what follows hangs on it too, not behind the sink.</returns>
    /// <exception cref="InvalidOperationException">The pipeline was built already.</exception>
    public ChangeStream<T> To<TKey>(ISink<T> sink, Expression<Func<T, TKey>> key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return AddRows(sink, key);
    }

    [UnconditionalSuppressMessage("Trimming", "IL2091", Justification = "Row types are kept where they enter the chain.")]
    private ChangeStream<T> AddRows(ISink<T> sink, LambdaExpression? key)
    {
        ArgumentNullException.ThrowIfNull(sink);
        ArgumentException.ThrowIfNullOrWhiteSpace(sink.Name, nameof(sink));
        return AddSink(sink.Name, new RowSinkTarget<T>(sink), key);
    }
}
