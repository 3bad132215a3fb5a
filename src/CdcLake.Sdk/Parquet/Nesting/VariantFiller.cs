using CdcLake.Columnar;
using CdcLake.Parquet.Variants;

namespace CdcLake.Parquet.Nesting;

/// <summary>A column of variants, as JSON or as they are encoded, which the type of the target says.</summary>
/// <param name="variants">The column; disposed with this.</param>
/// <param name="definition">Definition level from which on a variant is there.</param>
internal sealed class VariantFiller(VariantEntries variants, int definition) : EntriesFiller(variants.Leaves)
{
    public override void Dispose()
    {
        variants.Dispose();
        base.Dispose();
    }

    protected override void AppendRow(BytesColumn target)
    {
        if (variants.Leaves[0].Definition < definition)
        {
            foreach (var leaf in variants.Leaves)
            {
                leaf.Advance();
            }

            target.AppendNull();
        }
        else if (target.Type.Kind == TypeKind.String)
        {
            target.Append(variants.ReadText());
        }
        else
        {
            var value = variants.Read(out var names);
            EncodedVariant.Append(target, names.Bytes, value);
        }
    }
}

/// <summary>A variant in a struct, list or map.</summary>
/// <param name="variants">The column.</param>
/// <param name="definition">Definition level from which on a variant is there.</param>
internal sealed class InnerVariant(VariantEntries variants, int definition) : NestedValue(definition, variants.Leaves)
{
    protected override void WriteContent(System.Text.Json.Utf8JsonWriter json) => json.WriteRawValue(variants.ReadText(), skipInputValidation: true);
}
