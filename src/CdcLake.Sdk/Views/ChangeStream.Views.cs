using System.Diagnostics.CodeAnalysis;
using System.Linq.Expressions;
using CdcLake.Planning.Logical;

namespace CdcLake;

/// <content>Views in the application.</content>
public sealed partial class ChangeStream<T>
{
    /// <summary>Keeps a <see cref="View{TKey, TRow}"/> in this process equal to this stream's rows, epoch by epoch.</summary>
    /// <typeparam name="TKey">A type that holds the key column; an anonymous type or record of several.</typeparam>
    /// <param name="view">The view; of one stream only. All its rows are held in memory, as objects and as state.</param>
    /// <param name="key">A column, or several as an anonymous object, by which rows are found. It must be unique in the result at every transaction boundary; where it is not, the
    /// pipeline stops with a <see cref="DuplicateKeyException"/>.</param>
    /// <returns>This stream: what follows hangs on it too, not behind the view.</returns>
    /// <exception cref="InvalidOperationException">The pipeline was built already, or the view has a stream.</exception>
    public ChangeStream<T> ToView<[DynamicallyAccessedMembers(RowMembers.Kept)] TKey>(View<TKey, T> view, Expression<Func<T, TKey>> key)
    {
        ArgumentNullException.ThrowIfNull(view);
        ArgumentNullException.ThrowIfNull(key);
        view.Take();
        return AddSink(view.Name, view.Target(), key);
    }
}
