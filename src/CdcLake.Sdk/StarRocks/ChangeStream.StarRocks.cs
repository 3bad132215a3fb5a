using System.Linq.Expressions;

namespace CdcLake;

/// <content>StarRocks sinks.</content>
public sealed partial class ChangeStream<T>
{
    /// <summary>Keeps a StarRocks table equal to this stream's rows. Their key is what the row type marks by <c>[Key]</c>, else the primary key of the table they come from or the key of their groups.</summary>
    /// <param name="table">Created as a primary-key table when it does not exist; one that does must be this pipeline's, with columns that hold these.</param>
    /// <returns>This stream: what follows hangs on it too, not behind the sink.</returns>
    /// <exception cref="InvalidOperationException">The pipeline was built already.</exception>
    public ChangeStream<T> ToStarRocks(StarRocksTable table) => AddStarRocks(table, null);

    /// <summary>Keeps a StarRocks table equal to this stream's rows.</summary>
    /// <param name="table">Created as a primary-key table when it does not exist; one that does must be this pipeline's, with columns that hold these.</param>
    /// <param name="key">
    /// A column, or several as an anonymous object, that become the primary key. It must be unique in the result at every transaction boundary; where it is not, the pipeline stops with
    /// a <see cref="DuplicateKeyException"/>. For that the keys of the table are read at the start and kept in memory, some 40 bytes a row.
    /// </param>
    /// <returns>This stream: what follows hangs on it too, not behind the sink.</returns>
    /// <exception cref="InvalidOperationException">The pipeline was built already.</exception>
    public ChangeStream<T> ToStarRocks<TKey>(StarRocksTable table, Expression<Func<T, TKey>> key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return AddStarRocks(table, key);
    }

    private ChangeStream<T> AddStarRocks(StarRocksTable table, LambdaExpression? key)
    {
        ArgumentNullException.ThrowIfNull(table);
        return AddSink($"starrocks({table.Name})", table.Target(checksKeys: key is not null), key);
    }
}
