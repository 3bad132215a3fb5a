using CdcLake.Iceberg.Index;
using CdcLake.Iceberg.Scanning;
using CdcLake.Iceberg.Tables;
using CdcLake.State.Rows;

namespace CdcLake.Iceberg.Writing;

/// <summary>Writes the live rows of a data file behind the new ones of a commit, and points the index there. Not thread-safe; the owner disposes it.</summary>
/// <param name="index">Where rows are; it stays the owner's.</param>
internal sealed class FileRewrite(KeyIndex index) : IDisposable
{
    private readonly EncodedRows _keys = new();
    private readonly PlacedRows _placed = new();

    /// <param name="file">The file; it leaves the table with the commit.</param>
    /// <param name="version">The table.</param>
    /// <param name="columns">Its columns.</param>
    /// <param name="writer">Gets the rows.</param>
    /// <param name="cancellationToken">Ends reading and writing.</param>
    /// <exception cref="CatalogException">A row is not where the index has it.</exception>
    public async Task RunAsync(LiveFile file, TableVersion version, TableColumns columns, DataFileWriters writer, CancellationToken cancellationToken)
    {
        var entry = columns.Layout.HasRowLineage ? version.Files.EntryOf(file.File!) : null;
        await foreach (var batch in new DataFileReader(version.Table).ReadAsync(file.File!, columns.Layout.Moved, cancellationToken).ConfigureAwait(false))
        {
            RowLineage.Resolve(batch, entry);
            using var rows = batch.ToChanges(columns.Layout.Columns);
            _placed.SelectLive(file, batch.FirstRow, rows.Count);
            if (_placed.Count == 0)
            {
                continue;
            }

            columns.KeyCodec.Encode(rows, _keys);
            foreach (var (start, some) in await writer.AppendAsync(batch.Columns, _placed.Selected, cancellationToken).ConfigureAwait(false))
            {
                _placed.Select(some.Span, start.Position);
                _placed.Set(index, _keys, start.File);
                EnsureMoved(file, batch.FirstRow, columns.KeyCodec);
            }
        }
    }

    public void Dispose() => _keys.Dispose();

    private void EnsureMoved(LiveFile file, long firstRow, RowCodec codec)
    {
        for (var i = 0; i < _placed.Count; i++)
        {
            var row = _placed.Rows[i];
            if (_placed.Previous[i] != new RowLocation(file.Ordinal, (uint)(firstRow + row)))
            {
                throw new CatalogException(
                    $"Row {firstRow + row} of {file.File!.Path} with key ({codec.Print(_keys[row])}) is not where the index has it. "
                    + "The file was changed while the pipeline ran, or this is a defect of the library; start the pipeline again, which builds the index anew.");
            }
        }
    }
}
