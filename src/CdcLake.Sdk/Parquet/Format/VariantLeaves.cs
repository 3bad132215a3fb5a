using CdcLake.Columnar;

namespace CdcLake.Parquet.Format;

/// <summary>The columns that a variant is made of in files.</summary>
internal static class VariantLeaves
{
    public const string Metadata = "metadata";
    public const string Value = "value";

    /// <summary>The part of a value that has columns of its own.</summary>
    public const string TypedValue = "typed_value";

    /// <summary>What is written of a variant, in that order.</summary>
    public static IEnumerable<ParquetColumn> Of(ParquetColumn variant)
    {
        string[] path = [variant.Name];
        var metadata = new ParquetColumn(Metadata, 0, variant.Required, DataType.Binary) { Groups = path };
        return [metadata, .. variant.Shredded is { } type ? Shredded(type, path, variant.Required ? 0 : 1) : [metadata with { Name = Value }]];
    }

    private static IEnumerable<ParquetColumn> Shredded(ShreddedType type, string[] path, int definition)
    {
        var value = new ParquetColumn(Value, 0, false, DataType.Binary) { Groups = path, Depth = definition + 1 };
        return type.Leaf is { } leaf
            ? [value, value with { Name = TypedValue, Type = leaf }]
            : [value, .. type.Fields.SelectMany(f => Shredded(f.Type, [.. path, TypedValue, f.Text], definition + 1))];
    }
}
