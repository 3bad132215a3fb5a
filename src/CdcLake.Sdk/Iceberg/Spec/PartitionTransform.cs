using System.Globalization;
using CdcLake.Columnar;

namespace CdcLake.Iceberg.Spec;

/// <summary>What a partition field makes of a column's value. Iceberg specification, "Partition Transforms".</summary>
internal enum TransformKind
{
    /// <summary>One that we do not know: carried along, never written.</summary>
    Unknown,
    Identity,
    Bucket,
    Truncate,
    Year,
    Month,
    Day,
    Hour,
    Void,
}

/// <summary>A transform with its parameter.</summary>
/// <param name="Kind">Which one.</param>
/// <param name="Width">Buckets, or the width of a truncation; 0 for the others.</param>
/// <param name="Text">The specification's spelling: <c>bucket[16]</c>.</param>
internal readonly record struct PartitionTransform(TransformKind Kind, int Width, string Text)
{
    public static PartitionTransform Identity { get; } = Parse("identity");

    public static PartitionTransform Of(TransformKind kind, int width = 0)
    {
        var name = kind.ToString().ToLowerInvariant();
        return new PartitionTransform(kind, width, kind is TransformKind.Bucket or TransformKind.Truncate ? string.Create(CultureInfo.InvariantCulture, $"{name}[{width}]") : name);
    }

    /// <summary>Reads the text of a spec; an unknown transform keeps it.</summary>
    public static PartitionTransform Parse(string text)
    {
        var lower = text.ToLowerInvariant();
        var open = lower.IndexOf('[', StringComparison.Ordinal);
        if (open > 0 && lower.EndsWith(']') && int.TryParse(lower.AsSpan(open + 1, lower.Length - open - 2), NumberStyles.None, CultureInfo.InvariantCulture, out var width) && width > 0)
        {
            return lower[..open] switch
            {
                "bucket" => new PartitionTransform(TransformKind.Bucket, width, lower),
                "truncate" => new PartitionTransform(TransformKind.Truncate, width, lower),
                _ => new PartitionTransform(TransformKind.Unknown, 0, text),
            };
        }

        var kind = lower switch
        {
            "identity" => TransformKind.Identity,
            "year" => TransformKind.Year,
            "month" => TransformKind.Month,
            "day" => TransformKind.Day,
            "hour" => TransformKind.Hour,
            "void" => TransformKind.Void,
            _ => TransformKind.Unknown,
        };
        return new PartitionTransform(kind, 0, kind == TransformKind.Unknown ? text : lower);
    }

    /// <summary>True when values of the type can be transformed.</summary>
    public bool Takes(DataType type) => Kind switch
    {
        TransformKind.Identity or TransformKind.Void => true,
        TransformKind.Bucket => type.Kind is not (TypeKind.Boolean or TypeKind.Float32 or TypeKind.Float64),
        TransformKind.Truncate => type.IsInteger || type.Kind is TypeKind.Time or TypeKind.Decimal or TypeKind.String or TypeKind.Binary,
        TransformKind.Year or TransformKind.Month or TransformKind.Day => type.Kind is TypeKind.Date or TypeKind.DateTime or TypeKind.Timestamp,
        TransformKind.Hour => type.Kind is TypeKind.DateTime or TypeKind.Timestamp,
        _ => false,
    };

    /// <summary>Type of the results.</summary>
    public DataType ResultOf(DataType type) => Kind switch
    {
        TransformKind.Identity or TransformKind.Truncate or TransformKind.Void => type,
        TransformKind.Day => DataType.Date,
        _ => DataType.Int32,
    };

    public override string ToString() => Text;
}
