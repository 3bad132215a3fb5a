using System.Globalization;
using CdcLake.Columnar;
using CdcLake.Iceberg.Spec;

namespace CdcLake.Iceberg.Partitioning;

/// <summary>A partition field as users write it in Spark, Flink or Trino: <c>region</c>, <c>bucket(16, id)</c>, <c>truncate(name, 4)</c>, <c>days(ts)</c>.</summary>
/// <param name="Column">Name of the column.</param>
/// <param name="Transform">What is made of it.</param>
internal sealed record PartitionTerm(string Column, PartitionTransform Transform)
{
    /// <exception cref="ArgumentException">Not a term; says what one looks like.</exception>
    public static PartitionTerm Parse(string text)
    {
        var open = text.IndexOf('(', StringComparison.Ordinal);
        if (open < 0)
        {
            return text.Trim().Length > 0 ? new PartitionTerm(text.Trim(), PartitionTransform.Identity) : throw Illegal(text);
        }

        if (!text.TrimEnd().EndsWith(')'))
        {
            throw Illegal(text);
        }

        var arguments = text.TrimEnd()[(open + 1)..^1].Split(',', StringSplitOptions.TrimEntries);
        var kind = text[..open].Trim().ToLowerInvariant() switch
        {
            "identity" => TransformKind.Identity,
            "bucket" => TransformKind.Bucket,
            "truncate" => TransformKind.Truncate,
            "year" or "years" => TransformKind.Year,
            "month" or "months" => TransformKind.Month,
            "day" or "days" or "date" => TransformKind.Day,
            "hour" or "hours" or "date_hour" => TransformKind.Hour,
            "void" => TransformKind.Void,
            _ => TransformKind.Unknown,
        };
        return kind switch
        {
            TransformKind.Unknown => throw Illegal(text),
            TransformKind.Bucket or TransformKind.Truncate when arguments.Length == 2 => WithWidth(text, kind, arguments),
            TransformKind.Bucket or TransformKind.Truncate => throw Illegal(text),
            _ when arguments is [{ Length: > 0 } column] => new PartitionTerm(column, PartitionTransform.Of(kind)),
            _ => throw Illegal(text),
        };
    }

    /// <summary>The spec of a new table.</summary>
    /// <exception cref="CatalogException">There is no such column, it has another type, or two fields have the same name.</exception>
    public static PartitionSpec SpecOf(IReadOnlyList<PartitionTerm> terms, IcebergSchema schema, Schema columns)
    {
        var fields = new List<PartitionField>();
        foreach (var term in terms)
        {
            var ordinal = columns.IndexOf(term.Column);
            if (ordinal >= 0 && schema.Fields[ordinal].Type.IsVariant)
            {
                throw new CatalogException($"The table cannot be partitioned by \"{term.Column}\", which is a variant: Iceberg has no order for them. Choose another column, or select what matters of the document as a column of its own.");
            }

            if (ordinal < 0 || !term.Transform.Takes(columns[ordinal].Type))
            {
                throw new CatalogException(ordinal < 0
                    ? $"The table cannot be partitioned by \"{term.Column}\": the result has no such column. It has {string.Join(", ", columns.Fields.Select(f => f.Name))}."
                    : $"The table cannot be partitioned by {term.Transform} of \"{term.Column}\", which is {columns[ordinal].Type}.");
            }

            var name = term.NameOf();
            if (fields.Exists(f => f.Name == name) || (term.Transform.Kind != TransformKind.Identity && columns.IndexOf(name) >= 0))
            {
                throw new CatalogException($"Two partition fields, or one and a column, have the name \"{name}\". Leave one of them out.");
            }

            fields.Add(new PartitionField(schema.Fields[ordinal].Id, PartitionSpec.LastIdWithoutFields + 1 + fields.Count, name, term.Transform));
        }

        return new PartitionSpec(0, PartitionField.Write(fields));
    }

    /// <summary>The name that Iceberg's own builder gives the field.</summary>
    private string NameOf() => Transform.Kind switch
    {
        TransformKind.Identity => Column,
        TransformKind.Truncate => Column + "_trunc",
        TransformKind.Void => Column + "_null",
        var kind => $"{Column}_{kind.ToString().ToLowerInvariant()}",
    };

    private static PartitionTerm WithWidth(string text, TransformKind kind, string[] arguments)
    {
        var first = int.TryParse(arguments[0], NumberStyles.None, CultureInfo.InvariantCulture, out var width); // Spark's order; Trino has the column first
        return (first || int.TryParse(arguments[1], NumberStyles.None, CultureInfo.InvariantCulture, out width)) && width > 0 && arguments[first ? 1 : 0].Length > 0
            ? new PartitionTerm(arguments[first ? 1 : 0], PartitionTransform.Of(kind, width))
            : throw Illegal(text);
    }

    private static ArgumentException Illegal(string text) => new(
        $"\"{text}\" is not a partition field. Write a column, or bucket(16, column), truncate(4, column), year(column), month(column), day(column), hour(column) or void(column).");
}
