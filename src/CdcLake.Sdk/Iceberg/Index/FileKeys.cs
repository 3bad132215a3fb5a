using System.Runtime.CompilerServices;
using CdcLake.Columnar;
using CdcLake.Iceberg.Manifests;
using CdcLake.Iceberg.Scanning;
using CdcLake.Iceberg.Tables;
using CdcLake.Parquet.Format;
using CdcLake.State.Rows;

namespace CdcLake.Iceberg.Index;

/// <summary>Reads the keys of a table's files as the index knows them. Not thread-safe.</summary>
/// <param name="layout">Columns and key.</param>
/// <param name="table">The table.</param>
internal sealed class FileKeys(TableLayout layout, CatalogTable table) : IDisposable
{
    private readonly DataFileReader _reader = new(table);
    private readonly Schema _schema = layout.KeySchema;
    private readonly ParquetColumn[] _columns = [.. layout.Key.Select(k => layout.Parquet[k])];

    /// <summary>Keys of the rows that were read last.</summary>
    public EncodedRows Keys { get; } = new();

    /// <summary>Encodes and prints them.</summary>
    public RowCodec Codec { get; } = new(layout.KeySchema, Enumerable.Range(0, layout.Key.Length));

    /// <summary>Fills <see cref="Keys"/> with those of all rows of a file, some at a time.</summary>
    /// <returns>The number of the first of them in the file, and how many.</returns>
    public async IAsyncEnumerable<(long FirstRow, int Rows)> ReadAsync(DataFile file, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var batch in _reader.ReadAsync(file, _columns, cancellationToken).ConfigureAwait(false))
        {
            using var rows = batch.ToChanges(_schema);
            Codec.Encode(rows, Keys);
            yield return (batch.FirstRow, rows.Count);
        }
    }

    /// <summary>Adds the keys of all rows that the table shows in some of its files.</summary>
    /// <exception cref="CatalogException">Two rows have the same key, so the table was not written by this library alone.</exception>
    public static async Task AddAsync(KeyIndex index, TableLayout layout, CatalogTable table, IEnumerable<LiveFile> files, CancellationToken cancellationToken)
    {
        var placed = new PlacedRows();
        using var keys = new FileKeys(layout, table);
        foreach (var file in files.Where(f => f.LiveRows > 0))
        {
            await foreach (var (firstRow, rows) in keys.ReadAsync(file.File!, cancellationToken).ConfigureAwait(false))
            {
                placed.SelectLive(file, firstRow, rows);
                placed.Set(index, keys.Keys, file.Ordinal);
                keys.EnsureUnique(placed, file);
            }
        }
    }

    public void Dispose() => Keys.Dispose();

    private void EnsureUnique(PlacedRows placed, LiveFile file)
    {
        for (var i = 0; i < placed.Count; i++)
        {
            if (!placed.Previous[i].IsNone)
            {
                throw new CatalogException(
                    $"Row {placed.Positions[i]} of {file.File!.Path} has the key ({Codec.Print(Keys[placed.Rows[i]])}), which another row of the table has too. "
                    + "Another writer added rows to the table; roll it back to a snapshot of this pipeline, or write to a new table.");
            }
        }
    }
}
