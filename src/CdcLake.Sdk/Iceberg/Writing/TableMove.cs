using CdcLake.Columnar;
using CdcLake.Iceberg.Index;
using CdcLake.Iceberg.Scanning;
using CdcLake.Iceberg.Tables;
using CdcLake.Parquet.Format;
using CdcLake.State.Rows;

namespace CdcLake.Iceberg.Writing;

/// <summary>
/// Brings live files and key index, with changes that are not committed yet, to a version of the table in which the same rows lie in other files. One pass over the
/// key columns and no second index: a key that the index has in a committed file lies where it is found now; one that it has in a new file, or not at all, was
/// replaced or deleted since, and its old row is hidden.
/// </summary>
/// <param name="layout">Columns.</param>
/// <param name="files">Data files of the former version and new ones; all complete.</param>
/// <param name="index">Where their rows are; null for a table that is only appended to.</param>
/// <param name="settings">Limits.</param>
internal sealed class TableMove(TableLayout layout, LiveFiles files, KeyIndex? index, IcebergSinkSettings settings)
{
    private readonly HashSet<int> _new = [];
    private readonly PlacedRows _placed = new();
    private RowLocation[] _known = [];
    private long _moved;

    /// <exception cref="CommitConflictException">The version has other rows than the one before.</exception>
    public async Task RunAsync(TableVersion version, CancellationToken cancellationToken)
    {
        using var keys = new EncodedRows();
        var expected = index?.Count ?? files.All.Sum(f => f.LiveRows);
        foreach (var file in files.All.ToList())
        {
            if (file.IsCommitted)
            {
                files.Remove(file);
            }
            else
            {
                _new.Add(file.Ordinal);
                expected -= file.LiveRows;
                file.ForgetDeletes();
            }
        }

        await DeletedRows.LoadAsync(version.Table, version.Files, files, cancellationToken).ConfigureAwait(false);
        var schema = new Schema(layout.Key.Select(k => layout.Columns[k]));
        var codec = new RowCodec(schema, Enumerable.Range(0, schema.Count));
        var reader = new DataFileReader(version.Table);
        foreach (var file in files.All.Where(f => f.IsCommitted))
        {
            await FindAsync(file, reader, schema, codec, keys, cancellationToken).ConfigureAwait(false);
        }

        if (_moved != expected && settings.DeleteMode != IcebergDeleteMode.Equality) // which does not know how many there are
        {
            throw new CommitConflictException(
                $"Table {version.Table.Identifier} was compacted by another writer while the pipeline ran, and {expected - _moved:N0} of {expected:N0} rows are not in it any more. "
                + "Nothing was committed. Roll the table back to the last snapshot of the pipeline.");
        }
    }

    private async Task FindAsync(
        LiveFile file, DataFileReader reader, Schema schema, RowCodec codec, EncodedRows keys, CancellationToken cancellationToken)
    {
        if (index is null)
        {
            _moved += file.LiveRows;
            return;
        }

        ParquetColumn[] columns = [.. layout.Key.Select(k => layout.Parquet[k])];
        await foreach (var batch in reader.ReadAsync(file.File!, columns, cancellationToken).ConfigureAwait(false))
        {
            using var rows = batch.ToChanges(schema);
            codec.Encode(rows, keys);
            _known = _known.Length < rows.Count ? new RowLocation[rows.Count] : _known;
            index.Find(keys, _known);
            _placed.SelectLive(file, batch.FirstRow, rows.Count);
            foreach (var row in _placed.Rows)
            {
                if (_known[row].IsNone || _new.Contains(_known[row].File))
                {
                    file.Delete(batch.FirstRow + row, settings.RecentDeleteRows);
                }
            }

            _placed.SelectLive(file, batch.FirstRow, rows.Count);
            if (_placed.Count > 0)
            {
                _placed.Set(index, keys, file.Ordinal);
                _moved += _placed.Count;
            }
        }
    }
}
