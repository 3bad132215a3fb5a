using CdcLake.Columnar;
using CdcLake.Parquet.Format;
using CdcLake.Parquet.Shredding;
using CdcLake.Parquet.Variants;

namespace CdcLake.Parquet.Writing;

/// <summary>Makes the columns of a file of a column of variants, JSON or encoded. Not thread-safe.</summary>
/// <param name="column">The column, with what has columns of its own.</param>
internal sealed class VariantSplitter(ParquetColumn column) : IDisposable
{
    private readonly JsonVariants _documents = new(column.Name);
    private readonly ShreddingScratch _scratch = new();

    /// <summary>Of the rows that were taken last.</summary>
    public BytesColumn Metadata { get; } = new(DataType.Binary);

    /// <summary>The values as they are encoded, of a column that is not shredded.</summary>
    public BytesColumn Value { get; } = new(DataType.Binary);

    /// <summary>The columns of values of a column that is shredded; else null.</summary>
    public PlaceWriter? Root { get; } = column.Shredded is { } type ? new PlaceWriter(type, column.Required ? 0 : 1) : null;

    /// <summary>Takes rows <paramref name="start"/> to <paramref name="start"/> + <paramref name="count"/> − 1.</summary>
    /// <exception cref="UnsupportedTypeException">One has something that no variant holds.</exception>
    public void Take(Column source, int start, int count)
    {
        Clear();
        for (var row = start; row < start + count; row++)
        {
            Append((BytesColumn)source, row);
        }
    }

    /// <summary>Takes the rows <paramref name="rows"/>, in that order.</summary>
    /// <inheritdoc cref="Take(Column, int, int)"/>
    public void Take(Column source, ReadOnlySpan<int> rows)
    {
        Clear();
        foreach (var row in rows)
        {
            Append((BytesColumn)source, row);
        }
    }

    public void Dispose()
    {
        _documents.Dispose();
        _scratch.Dispose();
        Root?.Dispose();
        Metadata.Return();
        Value.Return();
    }

    private void Clear()
    {
        Metadata.Clear();
        Value.Clear();
        foreach (var leaf in Root?.Leaves ?? [])
        {
            leaf.Clear();
        }
    }

    private void Append(BytesColumn source, int row)
    {
        if (source.IsNull(row))
        {
            Metadata.AppendNull();
            Value.AppendNull();
            Root?.AppendNone(0);
        }
        else if (source.Type.Kind == TypeKind.String)
        {
            _documents.Encode(source[row]);
            Append(_documents.Metadata, _documents.Value);
        }
        else
        {
            var variant = EncodedVariant.Of(source[row]);
            Append(variant.Metadata, variant.Value);
        }
    }

    private void Append(ReadOnlySpan<byte> metadata, ReadOnlySpan<byte> value)
    {
        Metadata.Append(metadata);
        if (Root is null)
        {
            Value.Append(value);
            return;
        }

        var names = new VariantNames(metadata);
        _scratch.Take(names);
        Root.Append(names, value, _scratch);
    }
}
