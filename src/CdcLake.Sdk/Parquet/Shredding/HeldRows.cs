using CdcLake.Columnar;
using CdcLake.Parquet.Format;
using CdcLake.Parquet.Variants;

namespace CdcLake.Parquet.Shredding;

/// <summary>The first rows of a file, held until there are enough to say how its variants are written. Not thread-safe.</summary>
/// <param name="wanted">Rows that are looked at.</param>
internal sealed class HeldRows(int wanted) : IDisposable
{
    private Column[] _columns = [];
    private int[] _rows = [];

    /// <summary>The rows, column by column.</summary>
    public ReadOnlySpan<Column> Columns => _columns;

    public int Count => _columns.Length == 0 ? 0 : _columns[0].Count;

    public bool AreEnough => Count >= wanted;

    public long ByteSize => _columns.Sum(c => c.ByteSize);

    public void Add(ReadOnlySpan<Column> columns, int start, int count)
    {
        _rows = [.. Enumerable.Range(start, count)];
        Add(columns, _rows);
    }

    public void Add(ReadOnlySpan<Column> columns, ReadOnlySpan<int> rows)
    {
        if (_columns.Length == 0)
        {
            _columns = new Column[columns.Length];
            for (var i = 0; i < columns.Length; i++)
            {
                _columns[i] = Column.Create(columns[i].Type);
            }
        }

        for (var i = 0; i < columns.Length; i++)
        {
            _columns[i].AppendFrom(columns[i], rows);
        }
    }

    /// <summary>The columns of the file with what their variants have columns of their own for.</summary>
    public IReadOnlyList<ParquetColumn> Shape(IReadOnlyList<ParquetColumn> columns) => [.. columns.Select((c, i) => c.IsVariant ? c with { Shredded = ShapeOf(c.Name, (BytesColumn)_columns[i]) } : c)];

    public void Dispose()
    {
        foreach (var column in _columns)
        {
            column.Return();
        }
    }

    private ShreddedType? ShapeOf(string name, BytesColumn variants)
    {
        var sample = new VariantSample();
        using var documents = new JsonVariants(name);
        for (var row = 0; row < Math.Min(wanted, variants.Count); row++)
        {
            if (variants.IsNull(row))
            {
                continue;
            }

            if (variants.Type.Kind == TypeKind.String)
            {
                documents.Encode(variants[row]);
                sample.Add(new VariantNames(documents.Metadata), new VariantValue(documents.Value));
            }
            else
            {
                var variant = EncodedVariant.Of(variants[row]);
                sample.Add(new VariantNames(variant.Metadata), new VariantValue(variant.Value));
            }
        }

        return sample.Shape();
    }
}
