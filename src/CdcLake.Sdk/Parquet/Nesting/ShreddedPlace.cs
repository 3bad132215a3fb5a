using CdcLake.Parquet.Variants;

namespace CdcLake.Parquet.Nesting;

/// <summary>
/// A place in a variant: what stands there in the current row is a value as it is encoded, one in columns of its own, or an object of which both have some fields.
/// parquet-format/VariantShredding.md.
/// </summary>
/// <param name="value">The column of encoded values; null when the file has none there.</param>
/// <param name="typed">The columns of typed values; null when the file has none there.</param>
internal sealed class ShreddedPlace(LeafEntries? value, TypedPlace? typed)
{
    /// <summary>All columns in it, at least one.</summary>
    public IReadOnlyList<LeafEntries> Leaves { get; } = [.. value is null ? [] : (LeafEntries[])[value], .. typed?.Leaves ?? []];

    /// <summary>True when nothing stands here: a field that the object has not.</summary>
    public bool IsMissing => value?.HasValue != true && typed?.IsThere != true;

    /// <summary>True when the encoded value is all.</summary>
    public bool IsEncoded => value?.HasValue == true && typed?.IsThere != true;

    /// <summary>The encoded value, and whatever follows it.</summary>
    public ReadOnlySpan<byte> Encoded => ((Columnar.BytesColumn)value!.Values)[value.ValueIndex];

    /// <summary>Writes what stands here, null for nothing, and moves behind it.</summary>
    public void Write(VariantWriter target, VariantNames names, NameOrder order)
    {
        if (typed?.IsThere == true)
        {
            typed.Write(target, names, order, value?.HasValue == true ? Encoded : default);
            value?.Advance();
            return;
        }

        if (value?.HasValue == true)
        {
            target.AppendEncoded(Encoded[..new VariantValue(Encoded).Length]);
        }
        else
        {
            target.Append(VariantType.Null);
        }

        Skip();
    }

    /// <summary>Moves behind a place of which nothing is in columns of its own.</summary>
    public void Skip()
    {
        value?.Advance();
        typed?.Skip();
    }
}
