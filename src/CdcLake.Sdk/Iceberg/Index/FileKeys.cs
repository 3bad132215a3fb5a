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

    public void Dispose() => Keys.Dispose();
}
