using CdcLake.Columnar;

namespace CdcLake.Parquet.Format;

/// <summary>What a place in a variant has columns of its own for: values of one type, or objects with some of their fields. parquet-format/VariantShredding.md.</summary>
/// <param name="Leaf">Type of the values; null for objects.</param>
/// <param name="Fields">Of objects, at least one, in the order of the bytes of their names.</param>
internal sealed record ShreddedType(DataType? Leaf, IReadOnlyList<ShreddedField> Fields);

/// <summary>A field of objects.</summary>
/// <param name="Name">UTF-8, at least one byte.</param>
/// <param name="Type">What its values have columns for.</param>
internal sealed record ShreddedField(byte[] Name, ShreddedType Type)
{
    /// <summary>The name as text.</summary>
    public string Text => System.Text.Encoding.UTF8.GetString(Name);
}
