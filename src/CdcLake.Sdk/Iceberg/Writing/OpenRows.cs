using CdcLake.Iceberg.Index;
using CdcLake.Iceberg.Scanning;
using CdcLake.Iceberg.Tables;
using CdcLake.Upserts;

namespace CdcLake.Iceberg.Writing;

/// <summary>
/// Rows that the open commit has written already, of a table whose deletes are by key: such deletes reach rows of earlier commits only. Where one of these keys changes again before the
/// commit, its row is taken out of its file and summed with the changes anew, whatever order these came in: so the commit names each key once. Not thread-safe; the owner disposes it.
/// </summary>
/// <param name="files">Data files of the table and new ones.</param>
/// <param name="layout">Columns and key.</param>
/// <param name="settings">Limits.</param>
internal sealed class OpenRows(LiveFiles files, TableLayout layout, IcebergSinkSettings settings) : IDisposable
{
    private readonly PlacedRows _placed = new();

    /// <summary>Where they lie.</summary>
    public KeyIndex Index { get; } = KeyIndex.For(layout.KeySchema, settings.IndexSpace);

    /// <summary>Rows whose keys the open epoch mentions leave their files.</summary>
    /// <param name="changes">The epoch.</param>
    /// <returns>What has to be summed anew: <see cref="ReadAsync"/> gives it.</returns>
    public IReadOnlyList<(LiveFile File, PositionSet Rows)> Take(Consolidator changes)
    {
        var taken = new SortedDictionary<int, PositionSet>();
        if (Index.Count == 0)
        {
            return [];
        }

        foreach (var keys in changes.OpenKeys())
        {
            _placed.Remove(Index, keys);
            foreach (var place in _placed.Previous)
            {
                if (!place.IsNone)
                {
                    var rows = taken.TryGetValue(place.File, out var known) ? known : taken[place.File] = new PositionSet();
                    rows.Add(place.Position);
                    files[place.File].Delete(place.Position, settings.RecentDeleteRows);
                }
            }
        }

        return [.. taken.Select(t => (files[t.Key], t.Value))];
    }

    /// <summary>Adds the rows that were taken out of a file, which is complete by now, to the changes.</summary>
    public async Task ReadAsync(CatalogTable table, LiveFile file, PositionSet taken, Consolidator changes, CancellationToken cancellationToken)
    {
        await foreach (var batch in new DataFileReader(table).ReadAsync(file.File!, [.. layout.Parquet.Take(layout.Columns.Count)], cancellationToken).ConfigureAwait(false))
        {
            using var rows = batch.ToChanges(layout.Columns);
            int[] some = [.. Enumerable.Range(0, rows.Count).Where(r => taken.Contains(batch.FirstRow + r))];
            if (some.Length > 0)
            {
                using var back = rows.Copy(some);
                changes.Add(back);
            }
        }
    }

    public void Dispose() => Index.Dispose();
}
