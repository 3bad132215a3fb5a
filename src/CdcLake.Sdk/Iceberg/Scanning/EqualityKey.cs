using System.Collections.Immutable;
using System.Globalization;
using CdcLake.Columnar;
using CdcLake.Parquet;
using CdcLake.Parquet.Format;
using CdcLake.State.Rows;

namespace CdcLake.Iceberg.Scanning;

/// <summary>The key columns of equality deletes, and their values as bytes, with the number of the partitions that they are about. Not thread-safe.</summary>
internal sealed class EqualityKey : IDisposable
{
    private readonly Schema _schema;
    private readonly RowCodec _codec;
    private readonly EncodedRows _rows = new();

    public EqualityKey(ImmutableArray<ParquetColumn> columns)
    {
        Columns = columns;
        _schema = new Schema(columns.Select((c, i) => new Field(i.ToString(CultureInfo.InvariantCulture), c.Type, true)).Append(new Field("scope", DataType.Int32, false)));
        _codec = new RowCodec(_schema, Enumerable.Range(0, _schema.Count));
    }

    public ImmutableArray<ParquetColumn> Columns { get; }

    /// <summary>The keys of a batch, which stays the caller's; valid until the next call. Hashes are computed.</summary>
    /// <param name="batch">Rows of <see cref="Columns"/>.</param>
    /// <param name="scope">What distinguishes them from the same keys of other partitions.</param>
    public EncodedRows Encode(ParquetBatch batch, int scope)
    {
        var number = new FixedColumn<int>(DataType.Int32);
        number.AppendUninitialized(batch.Count).Fill(scope);
        _codec.Encode(new ChangeBatch(_schema, [.. batch.Columns, number], new sbyte[batch.Count]), _rows);
        number.Return();
        _rows.ComputeHashes();
        return _rows;
    }

    public void Dispose() => _rows.Dispose();
}
