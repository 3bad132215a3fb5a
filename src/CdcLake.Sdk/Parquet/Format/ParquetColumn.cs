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

    /// <summary>Name of the group whose only kind of null it shares; null for a column that lies in none.</summary>
    public string? Group { get; init; }
}
