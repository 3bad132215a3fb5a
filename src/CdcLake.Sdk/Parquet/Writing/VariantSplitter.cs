using CdcLake.Columnar;
using CdcLake.Parquet.Variants;

namespace CdcLake.Parquet.Writing;

/// <summary>Makes the two columns of a file of a column of variants, JSON or encoded. Not thread-safe.</summary>
/// <param name="column">Its name, for errors.</param>
internal sealed class VariantSplitter(string column) : IDisposable
{
    private readonly JsonVariants _documents = new(column);

    /// <summary>Of the rows that were taken last.</summary>
    public BytesColumn Metadata { get; } = new(DataType.Binary);

    /// <inheritdoc cref="Metadata"/>
    public BytesColumn Value { get; } = new(DataType.Binary);

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
        Metadata.Return();
        Value.Return();
    }

    private void Clear()
    {
        Metadata.Clear();
        Value.Clear();
    }

    private void Append(BytesColumn source, int row)
    {
        if (source.IsNull(row))
        {
            Metadata.AppendNull();
            Value.AppendNull();
        }
        else if (source.Type.Kind == TypeKind.String)
        {
            _documents.Encode(source[row]);
            Metadata.Append(_documents.Metadata);
            Value.Append(_documents.Value);
        }
        else
        {
            var variant = EncodedVariant.Of(source[row]);
            Metadata.Append(variant.Metadata);
            Value.Append(variant.Value);
        }
    }
}
