using CdcLake.Columnar;

namespace CdcLake.Parquet.Format;

/// <summary>One column of a Parquet file.</summary>
/// <param name="Name">Name in the file; readers of Iceberg tables go by <paramref name="FieldId"/>.</param>
/// <param name="FieldId">Iceberg field id; unique within the file.</param>
/// <param name="Required">True when no row holds null; a null then fails the write.</param>
/// <param name="Type">Type of the values; <see cref="PhysicalType"/> says how it is stored.</param>
/// <param name="Missing">Value of all rows of a file that lacks the column, as <see cref="Column.AppendRepeated"/> takes it; null = they are null.</param>
internal sealed record ParquetColumn(string Name, int FieldId, bool Required, DataType Type, object? Missing = null)
{
    /// <summary>For a struct, list or map, which is read as JSON into a column of text: what is wanted of it. Null for others, and for all that is written.</summary>
    public NestedField? Nested { get; init; }

    /// <summary>
    /// True for a variant, which is a group of two columns in files. A column of text has it as JSON, as <see cref="Variants.JsonVariants"/> takes and <see cref="Variants.VariantPrinter"/>
    /// prints it; a column of bytes has it as it is (<see cref="Variants.EncodedVariant"/>).
    /// </summary>
    public bool IsVariant { get; init; }

    /// <summary>Of a variant that is written: what has columns of its own beside the encoded values; null for nothing.</summary>
    public ShreddedType? Shredded { get; init; }

    /// <summary>Names of the groups that it lies in, from the outermost.</summary>
    public IReadOnlyList<string> Groups { get; init; } = [];

    /// <summary>Definition level of a value, where groups that it lies in, or places in them, may be absent too; null where there is no more than one kind of null.</summary>
    public int? Depth { get; init; }

    /// <summary>Definition level of a value.</summary>
    public int MaxDefinition => Depth ?? (Required ? 0 : 1);

    /// <summary>False for parts of variants whose bytes have an order that means nothing.</summary>
    public bool HasBounds => Groups.Count == 0 || Name == VariantLeaves.TypedValue;
}
