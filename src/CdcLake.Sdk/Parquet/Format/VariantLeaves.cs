using CdcLake.Columnar;

namespace CdcLake.Parquet.Format;

/// <summary>The columns that a variant is made of in files.</summary>
internal static class VariantLeaves
{
    public const string Metadata = "metadata";
    public const string Value = "value";

    /// <summary>The part of a value that has columns of its own.</summary>
    public const string TypedValue = "typed_value";

    /// <summary>In the order in which they are written.</summary>
    public static IReadOnlyList<string> Names { get; } = [Metadata, Value];

    /// <summary>What is written of a variant.</summary>
    public static IEnumerable<ParquetColumn> Of(ParquetColumn variant) =>
        Names.Select(name => new ParquetColumn(name, 0, variant.Required, DataType.Binary) { Group = variant.Name });
}
