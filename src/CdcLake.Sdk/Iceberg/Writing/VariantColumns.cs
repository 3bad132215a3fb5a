using CdcLake.Columnar;
using CdcLake.Iceberg.Spec;
using CdcLake.Iceberg.Tables;

namespace CdcLake.Iceberg.Writing;

/// <summary>Which columns of a result are written as variants.</summary>
internal static class VariantColumns
{
    /// <summary>Whether a column, by its ordinal, is one: JSON for which that was asked, or which the table has as one where nothing was asked.</summary>
    /// <param name="asked">What the user of the sink wants.</param>
    /// <param name="columns">The result.</param>
    /// <param name="former">The table's column for one of the result, or null.</param>
    public static Func<int, bool> Of(IcebergJsonType? asked, Schema columns, Func<int, IcebergField?> former) =>
        i => columns[i].IsJson && (asked is null ? former(i)?.Type.IsVariant == true : asked == IcebergJsonType.Variant);

    /// <exception cref="CatalogException">The schema has a variant, and the table's format does not.</exception>
    public static void Require(IcebergSchema schema, TableIdentifier table, int formatVersion)
    {
        if (formatVersion < TableMetadata.RowLineageVersion && schema.Fields.FirstOrDefault(f => f.Type.IsVariant) is { } variant)
        {
            throw new CatalogException(
                $"Column \"{variant.Name}\" cannot be a variant in table {table}, which has Iceberg format version {formatVersion}. Raise it with the table property "
                + $"{TableProperties.FormatVersion} = {TableMetadata.RowLineageVersion} (engines that do not know that version cannot read it then), or keep JSON as text "
                + $"({nameof(IcebergSinkOptions)}.{nameof(IcebergSinkOptions.JsonAs)} = {nameof(IcebergJsonType)}.{nameof(IcebergJsonType.Text)}).");
        }
    }
}
