using CdcLake.Compression;
using CdcLake.Parquet.Variants;

namespace CdcLake.Parquet.Nesting;

/// <summary>The variants of a column of a file, shredded or not, and a cursor over them. Not thread-safe.</summary>
/// <param name="metadata">The column of their names.</param>
/// <param name="root">Their values.</param>
internal sealed class VariantEntries(LeafEntries metadata, ShreddedPlace root) : IDisposable
{
    private readonly VariantPrinter _printer = new();
    private readonly VariantWriter _rebuilt = new();
    private readonly NameOrder _order = new();

    /// <summary>All columns; the first tells whether a variant is there.</summary>
    public IReadOnlyList<LeafEntries> Leaves { get; } = [metadata, .. root.Leaves];

    /// <summary>The variant in the current row as JSON; the cursor moves behind it.</summary>
    /// <exception cref="CorruptDataException">Malformed.</exception>
    public ReadOnlySpan<byte> ReadText()
    {
        var value = Read(out var names);
        return _printer.Print(names, value);
    }

    /// <summary>The variant in the current row as it is encoded; the cursor moves behind it.</summary>
    /// <inheritdoc cref="ReadText"/>
    public ReadOnlySpan<byte> Read(out VariantNames names)
    {
        if (!metadata.HasValue)
        {
            throw metadata.Corrupt("a variant without metadata");
        }

        names = new VariantNames(((Columnar.BytesColumn)metadata.Values)[metadata.ValueIndex]);
        metadata.Advance();
        if (root.IsEncoded)
        {
            var value = root.Encoded;
            root.Skip();
            return value;
        }

        _order.Take(names);
        _rebuilt.Clear();
        root.Write(_rebuilt, names, _order);
        return _rebuilt.Written;
    }

    public void Dispose()
    {
        _printer.Dispose();
        _rebuilt.Dispose();
    }
}
