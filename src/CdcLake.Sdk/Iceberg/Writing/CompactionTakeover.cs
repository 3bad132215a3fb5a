using CdcLake.Columnar;
using CdcLake.Iceberg.Index;
using CdcLake.Iceberg.Manifests;
using CdcLake.Iceberg.Scanning;
using CdcLake.Iceberg.Tables;
using CdcLake.Parquet.Format;
using CdcLake.State.Rows;

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
    private readonly DataFileReader _reader = new(table);
    private readonly PlacedRows _placed = new();
    private RowLocation[] _known = [];

    /// <summary>Adds the new files. The caller drops the old ones with the same commit.</summary>
    public async Task RunAsync(Compaction compaction, CancellationToken cancellationToken)
    {
        using var keys = new EncodedRows();
        using var origins = compaction.Origins.GetEnumerator();
        var schema = new Schema(layout.Key.Select(k => layout.Columns[k]));
        var codec = new RowCodec(schema, Enumerable.Range(0, schema.Count));
        foreach (var data in compaction.Outputs)
        {
            await MoveAsync(data, origins, schema, codec, keys, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task MoveAsync(
        DataFile data, IEnumerator<RowLocation> origins, Schema schema, RowCodec codec, EncodedRows keys, CancellationToken cancellationToken)
    {
        var file = files.Begin();
        file.File = data;
        ParquetColumn[] columns = [.. layout.Key.Select(k => layout.Parquet[k])];
        await foreach (var batch in _reader.ReadAsync(data, columns, cancellationToken).ConfigureAwait(false))
        {
            using var rows = batch.ToChanges(schema);
            codec.Encode(rows, keys);
            _known = _known.Length < rows.Count ? new RowLocation[rows.Count] : _known;
            index.Find(keys, _known);
            for (var row = 0; row < rows.Count; row++)
            {
                if (!origins.MoveNext() || _known[row] != origins.Current)
                {
                    file.Delete(batch.FirstRow + row, settings.RecentDeleteRows);
                }
            }

            _placed.SelectLive(file, batch.FirstRow, rows.Count);
            if (_placed.Count > 0)
            {
                _placed.Set(index, keys, file.Ordinal);
            }
        }
    }
}
