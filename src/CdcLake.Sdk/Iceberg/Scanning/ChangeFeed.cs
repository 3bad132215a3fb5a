using System.Runtime.CompilerServices;
using CdcLake.Columnar;
using CdcLake.Iceberg.Spec;
using CdcLake.Iceberg.Tables;

namespace CdcLake.Iceberg.Scanning;

/// <summary>
/// What made the rows of one snapshot those of another: only files and rows that differ are read, and rows that were only moved (compaction) cancel out. What
/// remains is held in memory. Not thread-safe.
/// </summary>
/// <param name="table">The table.</param>
/// <param name="schema">Columns that the request numbers.</param>
/// <param name="request">Columns and condition; a row that fulfils it no more counts as deleted.</param>
/// <param name="key">Ordinals among the wanted columns by which a deleted and an added row are an update; none: there are no updates.</param>
internal sealed class ChangeFeed(CatalogTable table, IcebergSchema schema, ScanRequest request, IReadOnlyList<int> key)
{
    private readonly FileScan _scan = new(table, schema, request);

    /// <summary>Deleted rows (−1), updates (−1 and +1 in turn), and added rows (+1), in batches of one kind. Each batch belongs to the caller.</summary>
    /// <param name="from">The earlier snapshot; null: nothing was there before.</param>
    /// <param name="to">The later one.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public async IAsyncEnumerable<ChangeBatch> ReadAsync(Snapshot? from, Snapshot to, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var before = from is null ? [] : (await _scan.FilesAsync(from, cancellationToken).ConfigureAwait(false)).ToDictionary(f => f.File!.Path, StringComparer.Ordinal);
        var after = (await _scan.FilesAsync(to, cancellationToken).ConfigureAwait(false)).ToDictionary(f => f.File!.Path, StringComparer.Ordinal);
        using var net = new NetChanges(_scan.Wanted, key);
        foreach (var (path, file) in before)
        {
            await AddAsync(net, -1, file, after.GetValueOrDefault(path), cancellationToken).ConfigureAwait(false);
        }

        foreach (var (path, file) in after)
        {
            await AddAsync(net, 1, file, before.GetValueOrDefault(path), cancellationToken).ConfigureAwait(false);
        }

        foreach (var batch in net.Read())
        {
            yield return batch;
        }
    }

    /// <summary>Adds the rows of a file that the same file in the other snapshot hides; all, when it has no such file.</summary>
    private async Task AddAsync(NetChanges net, sbyte weight, LiveFile file, LiveFile? other, CancellationToken cancellationToken)
    {
        var hidden = other is null ? file.Deleted : other.Deleted.AllButThoseBeyond(file.Deleted, file.File!.RecordCount);
        if (hidden.Count == file.File!.RecordCount)
        {
            return;
        }

        await foreach (var batch in _scan.ReadAsync(file.File, hidden, cancellationToken).ConfigureAwait(false))
        {
            using var owned = batch;
            net.Add(batch, weight);
        }
    }
}
