using CdcLake.Iceberg.Index;
using CdcLake.Iceberg.Manifests;
using CdcLake.Iceberg.Tables;

namespace CdcLake.Iceberg.Writing;

/// <summary>
/// Puts compacted files in the place of those they were made of: a row that the index still has where the compaction read it lies in the new file now; one that it has
/// elsewhere, or not at all, was replaced or deleted meanwhile, and its copy is hidden.
/// </summary>
/// <param name="layout">Columns.</param>
/// <param name="table">The table.</param>
/// <param name="files">Data files of the table.</param>
/// <param name="index">Where their rows are.</param>
/// <param name="settings">Limits.</param>
internal sealed class CompactionTakeover(TableLayout layout, CatalogTable table, LiveFiles files, KeyIndex index, IcebergSinkSettings settings)
{
    private readonly PlacedRows _placed = new();
    private RowLocation[] _known = [];

    /// <summary>Adds the new files. The caller drops the old ones with the same commit.</summary>
    public async Task RunAsync(Compaction compaction, CancellationToken cancellationToken)
    {
        using var keys = new FileKeys(layout, table);
        using var origins = compaction.Origins.GetEnumerator();
        foreach (var data in compaction.Outputs)
        {
            await MoveAsync(data, origins, keys, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task MoveAsync(DataFile data, IEnumerator<RowLocation> origins, FileKeys keys, CancellationToken cancellationToken)
    {
        var file = files.Begin();
        file.File = data;
        await foreach (var (firstRow, rows) in keys.ReadAsync(data, cancellationToken).ConfigureAwait(false))
        {
            _known = _known.Length < rows ? new RowLocation[rows] : _known;
            index.Find(keys.Keys, _known);
            for (var row = 0; row < rows; row++)
            {
                if (!origins.MoveNext() || _known[row] != origins.Current)
                {
                    file.Delete(firstRow + row, settings.RecentDeleteRows);
                }
            }

            _placed.SelectLive(file, firstRow, rows);
            if (_placed.Count > 0)
            {
                _placed.Set(index, keys.Keys, file.Ordinal);
            }
        }
    }
}
