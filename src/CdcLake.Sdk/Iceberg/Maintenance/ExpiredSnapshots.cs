using System.Collections.Immutable;
using CdcLake.Iceberg.Spec;
using CdcLake.Iceberg.Tables;

namespace CdcLake.Iceberg.Maintenance;

/// <summary>
/// Snapshots that have left a table's metadata and whose files stay a while longer: a query that began on one of them reads them to its end, however short the
/// metadata is kept. What still waits when the process ends stays for orphan removal. Not thread-safe.
/// </summary>
internal sealed class ExpiredSnapshots
{
    /// <summary>Milliseconds for which files outlive the snapshots that refer to them, where the table does not say (<see cref="TableProperties.KeepExpiredFiles"/>).</summary>
    public const long KeepFilesMs = 15 * 60 * 1000;

    // At more commits than this within the time the files of the oldest go early: memory and the work of looking through them stay bounded.
    private const int MostWaiting = 10_000;

    // Oldest first.
    private readonly Queue<(Snapshot Snapshot, long ExpiredMs)> _waiting = new();

    /// <summary>A commit that stands has removed these from the metadata.</summary>
    public void Add(IEnumerable<Snapshot> expired, long nowMs)
    {
        foreach (var snapshot in expired.OrderBy(s => s.SequenceNumber))
        {
            _waiting.Enqueue((snapshot, nowMs));
        }
    }

    /// <summary>Removes the files that were kept long enough and that neither the table nor a younger expired snapshot refers to.</summary>
    /// <param name="table">The table now.</param>
    /// <param name="nowMs">Milliseconds since 1970.</param>
    /// <param name="cancellationToken">Ends the reading and removing; what is left is found again by the next call.</param>
    /// <exception cref="ObjectStoreException">The store failed; likewise.</exception>
    public async Task RemoveDueFilesAsync(CatalogTable table, long nowMs, CancellationToken cancellationToken)
    {
        var keep = TableProperties.Number(table.Metadata.Properties, TableProperties.KeepExpiredFiles, KeepFilesMs);
        var due = _waiting.TakeWhile((s, i) => nowMs - s.ExpiredMs >= keep || _waiting.Count - i > MostWaiting).Select(s => s.Snapshot).ToList();
        if (due.Count == 0)
        {
            return;
        }

        // Those that still wait count as if the table had them.
        var waiting = _waiting.Skip(due.Count).Select(s => s.Snapshot);
        var withWaiting = table.Metadata with { Snapshots = waiting.Concat(table.Metadata.Snapshots).ToImmutableArray() };
        var files = await UnreferencedFiles.FindAsync(table.Files, withWaiting, due, cancellationToken).ConfigureAwait(false);
        var lists = due.Select(s => s.ManifestList).ToHashSet(StringComparer.Ordinal);
        await table.Files.DeleteManyAsync(files.Where(f => !lists.Contains(f)), cancellationToken).ConfigureAwait(false);
        await table.Files.DeleteManyAsync(files.Where(lists.Contains), cancellationToken).ConfigureAwait(false); // last, so that a removal cut short can be done again

        for (var i = 0; i < due.Count; i++)
        {
            _waiting.Dequeue();
        }
    }
}
