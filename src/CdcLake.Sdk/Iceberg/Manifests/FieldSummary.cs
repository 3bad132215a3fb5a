using CdcLake.Avro;

namespace CdcLake.Iceberg.Manifests;

/// <summary>What the files of a manifest have in one partition field. Immutable. Iceberg specification, "Manifest Lists", struct <c>field_summary</c>.</summary>
/// <param name="ContainsNull">True when some file has no value.</param>
/// <param name="ContainsNan">True when some file has NaN; null when unknown.</param>
/// <param name="Lower">Lowest value as a single value, or null.</param>
/// <param name="Upper">Highest value as a single value, or null.</param>
internal sealed record FieldSummary(bool ContainsNull, bool? ContainsNan, byte[]? Lower, byte[]? Upper)
{
    private static readonly Dictionary<string, int> NamesToIds = ManifestReader.Names(ManifestSchemas.Summary);

    internal static FieldSummary Read(ref AvroReader reader, AvroType type)
    {
        var summary = new FieldSummary(false, null, null, null);
        foreach (var field in type.Fields)
        {
            summary = ManifestReader.IdOf(field, NamesToIds) switch
            {
                SummaryFields.ContainsNull => summary with { ContainsNull = reader.ReadOptionalBoolean(field.Type) ?? false },
                SummaryFields.ContainsNan => summary with { ContainsNan = reader.ReadOptionalBoolean(field.Type) },
                SummaryFields.Lower => summary with { Lower = reader.ReadOptionalBytes(field.Type) },
                SummaryFields.Upper => summary with { Upper = reader.ReadOptionalBytes(field.Type) },
                _ => Skip(ref reader, field.Type, summary),
            };
        }

        return summary;
    }

    internal void Write(AvroWriter values)
    {
        values.WriteBoolean(ContainsNull);
        if (ContainsNan is { } nan)
        {
            values.WriteNotNull();
            values.WriteBoolean(nan);
        }
        else
        {
            values.WriteNull();
        }

        values.WriteOptional(Lower);
        values.WriteOptional(Upper);
    }

    private static FieldSummary Skip(ref AvroReader reader, AvroType type, FieldSummary summary)
    {
        reader.Skip(type);
        return summary;
    }
}
