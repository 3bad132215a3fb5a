using CdcLake.Columnar;
using CdcLake.Iceberg.Spec;

namespace CdcLake.Iceberg.Writing;

/// <summary>A field of a sort order as users write it in SQL: <c>region</c>, <c>created_at desc</c>, <c>name asc nulls last</c>.</summary>
/// <param name="Column">Name of the column.</param>
/// <param name="IsDescending">Highest first.</param>
/// <param name="NullsFirst">Where rows without a value stand: first in ascending, last in descending order where nothing is said, as in Spark.</param>
internal sealed record SortTerm(string Column, bool IsDescending, bool NullsFirst)
{
    /// <exception cref="ArgumentException">Not a term; says what one looks like.</exception>
    public static SortTerm Parse(string text)
    {
        var words = text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).ToList();
        bool? nullsFirst = null;
        if (words.Count > 2 && Is(words[^2], "nulls") && (Is(words[^1], "first") || Is(words[^1], "last")))
        {
            nullsFirst = Is(words[^1], "first");
            words.RemoveRange(words.Count - 2, 2);
        }

        var isDescending = words.Count > 1 && Is(words[^1], "desc");
        if (isDescending || (words.Count > 1 && Is(words[^1], "asc")))
        {
            words.RemoveAt(words.Count - 1);
        }

        var column = string.Join(' ', words);
        return column.Length > 0 && !column.Contains('(', StringComparison.Ordinal)
            ? new SortTerm(column, isDescending, nullsFirst ?? !isDescending)
            : throw new ArgumentException($"\"{text}\" is not a sort field. Write a column, with asc or desc and nulls first or nulls last behind it where needed: created_at desc nulls last.");
    }

    /// <summary>The order of a new table.</summary>
    /// <exception cref="CatalogException">There is no such column, one is named twice, or is a variant.</exception>
    public static SortOrder OrderOf(IReadOnlyList<SortTerm> terms, IcebergSchema schema, Schema columns)
    {
        if (terms.Count == 0)
        {
            return SortOrder.Unsorted;
        }

        if (terms.FirstOrDefault(t => columns.IndexOf(t.Column) < 0) is { } unknown)
        {
            throw new CatalogException($"The table cannot be sorted by \"{unknown.Column}\": the result has no such column. It has {string.Join(", ", columns.Fields.Select(f => f.Name))}.");
        }

        if (terms.FirstOrDefault(t => schema.Fields[columns.IndexOf(t.Column)].Type.IsVariant) is { } variant)
        {
            throw new CatalogException($"The table cannot be sorted by \"{variant.Column}\", which is a variant: Iceberg has no order for them. Choose another column, or select what matters of the document as a column of its own.");
        }

        return terms.DistinctBy(t => t.Column).Count() == terms.Count
            ? new SortOrder(1, SortField.Write(terms.Select(t => new SortField(schema.Fields[columns.IndexOf(t.Column)].Id, PartitionTransform.Identity, t.IsDescending, t.NullsFirst))))
            : throw new CatalogException("The table cannot be sorted by the same column twice. Leave one of them out.");
    }

    private static bool Is(string word, string keyword) => word.Equals(keyword, StringComparison.OrdinalIgnoreCase);
}
