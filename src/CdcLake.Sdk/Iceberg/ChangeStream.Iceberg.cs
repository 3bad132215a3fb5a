using System.Linq.Expressions;

namespace CdcLake;

/// <content>Iceberg sinks.</content>
public sealed partial class ChangeStream<T>
{
    /// <summary>Keeps an Iceberg table equal to this stream's rows. Their key is what the row type marks by <c>[Key]</c>, else the primary key of the table they come from or the key of their groups.</summary>
    /// <param name="table">Created when it does not exist; one that does must be this pipeline's, with the same columns.</param>
    /// <param name="configure">Sets options; none by default.</param>
    /// <returns>This stream: what follows hangs on it too, not behind the sink.</returns>
    /// <exception cref="ArgumentException">An option has a value that cannot be followed.</exception>
    /// <exception cref="InvalidOperationException">The pipeline was built already.</exception>
    public ChangeStream<T> ToIceberg(IcebergTable table, Action<IcebergSinkOptions>? configure = null) => AddIceberg(table, null, configure);

    /// <summary>Keeps an Iceberg table equal to this stream's rows.</summary>
    /// <param name="table">Created when it does not exist; one that does must be this pipeline's, with the same columns.</param>
    /// <param name="key">
    /// A column, or several as an anonymous object, by which rows are replaced. It must be unique in the result at every transaction boundary; where it is not, the
    /// pipeline stops with a <see cref="DuplicateKeyException"/>.
    /// </param>
    /// <param name="configure">Sets options; none by default.</param>
    /// <returns>This stream: what follows hangs on it too, not behind the sink.</returns>
    /// <exception cref="ArgumentException">An option has a value that cannot be followed.</exception>
    /// <exception cref="InvalidOperationException">The pipeline was built already.</exception>
    public ChangeStream<T> ToIceberg<TKey>(IcebergTable table, Expression<Func<T, TKey>> key, Action<IcebergSinkOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(key);
        return AddIceberg(table, key, configure);
    }

    private ChangeStream<T> AddIceberg(IcebergTable table, LambdaExpression? key, Action<IcebergSinkOptions>? configure)
    {
        ArgumentNullException.ThrowIfNull(table);
        var options = new IcebergSinkOptions();
        configure?.Invoke(options);
        return AddSink($"iceberg({table.Name})", table.Target(options.Freeze()), key);
    }
}
