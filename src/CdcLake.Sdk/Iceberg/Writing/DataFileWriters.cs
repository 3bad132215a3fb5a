using CdcLake.Columnar;
using CdcLake.Iceberg.Partitioning;
using CdcLake.Iceberg.Tables;

namespace CdcLake.Iceberg.Writing;

/// <summary>Rows of one partition that were written.</summary>
/// <param name="Start">Where the first of them lies; the others follow.</param>
/// <param name="Rows">Which rows of the batch they are; all of them when empty.</param>
internal readonly record struct WrittenRows(RowLocation Start, ReadOnlyMemory<int> Rows);

/// <summary>
/// Writes rows into the data files of their partitions. A limited number of files is open at a time: where rows of more partitions come, the file that was written to
/// least recently is closed. Not thread-safe.
/// </summary>
/// <param name="router">Says where rows belong.</param>
/// <param name="create">Makes the writer of a partition.</param>
/// <param name="mostOpen">Files open at a time, 1 or more.</param>
internal sealed class DataFileWriters(PartitionRouter router, Func<FilePartition, DataFileWriter> create, int mostOpen) : IAsyncDisposable
{
    private readonly Dictionary<FilePartition, LinkedListNode<DataFileWriter>> _open = [];
    private readonly LinkedList<DataFileWriter> _byUse = new();
    private readonly List<WrittenRows> _written = [];
    private int[] _all = [];
    private int _runs;

    /// <inheritdoc cref="DataFileWriter.Run"/>
    public int Run { get; set; }

    /// <summary>The number of a run that no file has rows of.</summary>
    public int NextRun() => ++_runs;

    /// <summary>Partitions in which a file is open.</summary>
    public IEnumerable<FilePartition> OpenPartitions => _byUse.Where(w => w.Open is not null).Select(w => w.Partition);

    /// <summary>Appends all rows of a batch.</summary>
    /// <returns>Where they lie; valid until the next call.</returns>
    public async ValueTask<IReadOnlyList<WrittenRows>> AppendAsync(ChangeBatch batch, CancellationToken cancellationToken)
    {
        if (router.IsPartitioned)
        {
            return await AppendAsync(batch.Columns.ToArray(), All(batch.Count), cancellationToken).ConfigureAwait(false);
        }

        _written.Clear();
        var start = await (await WriterAsync(router.Only, cancellationToken).ConfigureAwait(false)).AppendAsync(batch, cancellationToken).ConfigureAwait(false);
        _written.Add(new WrittenRows(start, default));
        return _written;
    }

    /// <summary>Appends some rows of columns.</summary>
    /// <returns>Where they lie; valid until the next call.</returns>
    public async ValueTask<IReadOnlyList<WrittenRows>> AppendAsync(Column[] columns, ReadOnlyMemory<int> rows, CancellationToken cancellationToken)
    {
        _written.Clear();
        var groups = router.IsPartitioned ? router.Route(columns, rows.Span) : [(router.Only, rows)];
        foreach (var (partition, some) in groups)
        {
            var writer = await WriterAsync(partition, cancellationToken).ConfigureAwait(false);
            _written.Add(new WrittenRows(await writer.AppendAsync(columns, some, cancellationToken).ConfigureAwait(false), some));
        }

        return _written;
    }

    /// <summary>Closes all files, beside each other.</summary>
    public async ValueTask CloseAsync(CancellationToken cancellationToken)
    {
        await Uploads.FinishAsync(
            _byUse,
            async writer =>
            {
                await writer.CloseAsync(cancellationToken).ConfigureAwait(false);
                return true;
            }).ConfigureAwait(false);
        _open.Clear();
        _byUse.Clear();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var writer in _byUse)
        {
            await writer.DisposeAsync().ConfigureAwait(false);
        }

        _open.Clear();
        _byUse.Clear();
    }

    private async ValueTask<DataFileWriter> WriterAsync(FilePartition partition, CancellationToken cancellationToken)
    {
        if (_open.TryGetValue(partition, out var node))
        {
            if (node != _byUse.Last)
            {
                _byUse.Remove(node);
                _byUse.AddLast(node);
            }

            node.Value.Run = Run;
            return node.Value;
        }

        if (_byUse.Count >= mostOpen)
        {
            var oldest = _byUse.First!.Value;
            await oldest.CloseAsync(cancellationToken).ConfigureAwait(false);
            _byUse.RemoveFirst();
            _open.Remove(oldest.Partition);
        }

        var writer = create(partition);
        writer.Run = Run;
        _open.Add(partition, _byUse.AddLast(writer));
        return writer;
    }

    private ReadOnlyMemory<int> All(int count)
    {
        if (_all.Length < count)
        {
            _all = [.. Enumerable.Range(0, count)];
        }

        return _all.AsMemory(0, count);
    }
}
