using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using CdcLake.Columnar;
using CdcLake.Iceberg.Spec;
using CdcLake.Parquet.Format;
using CdcLake.Parquet.Variants;

namespace CdcLake.Iceberg.Tables;

// Both bounds of a column of variants are a variant themselves, metadata and value one behind the other: an object with a field for each place of which bounds are known, named by its normalised
// JSON path ($['a']['b']), and its smallest or largest value, of the same type in both. Source: Iceberg's table specification, "Bounds for Variant".

/// <summary>Makes bounds of columns of variants.</summary>
internal static class VariantBounds
{
    /// <summary>Both bounds; null where none are known.</summary>
    /// <param name="fields">Places.</param>
    /// <param name="length">Characters at which texts are cut.</param>
    public static (byte[] Lower, byte[] Upper)? Of(ImmutableArray<ParquetFieldBounds> fields, int length)
    {
        // A text that has no upper bound of that length has none at all.
        var known = fields.Where(f => f.Type.Kind != TypeKind.String || SingleValue.Upper(f.Type, f.Bounds.Upper, length) is not null).ToList();
        return known.Count == 0 ? null : (Encode(known, f => f.Bounds.Lower, isUpper: false, length), Encode(known, f => f.Bounds.Upper, isUpper: true, length));
    }

    /// <summary>The path of a place, by RFC 9535.</summary>
    public static string PathOf(ImmutableArray<byte[]> names) => "$" + string.Concat(names.Select(n => $"['{Escaped(Encoding.UTF8.GetString(n))}']"));

    private static byte[] Encode(List<ParquetFieldBounds> fields, Func<ParquetFieldBounds, ParquetValue> bound, bool isUpper, int length)
    {
        using var names = new NameTable();
        using var value = new VariantWriter();
        names.Clear();
        fields.ForEach(f => names.Add(Encoding.UTF8.GetBytes(PathOf(f.Path))));
        names.Seal();
        names.Begin();
        var open = value.Open();
        foreach (var field in fields)
        {
            var number = names.Use(Encoding.UTF8.GetBytes(PathOf(field.Path)));
            value.Field(open, number, number);
            Append(value, field.Type, bound(field), isUpper, length);
        }

        value.CloseObject(open);
        return [.. names.Metadata, .. value.Written];
    }

    private static void Append(VariantWriter target, DataType type, ParquetValue bound, bool isUpper, int length)
    {
        switch (type.Kind)
        {
            case TypeKind.Boolean:
                target.Append(bound.Integer != 0 ? VariantType.True : VariantType.False);
                break;
            case TypeKind.Int64:
                target.Append(VariantType.Int64, (long)bound.Integer);
                break;
            case TypeKind.Float64:
                target.Append(bound.Float);
                break;
            case TypeKind.Decimal:
                target.AppendDecimal(type.Precision <= DataType.MaxLongPrecision ? VariantType.Decimal8 : VariantType.Decimal16, bound.Integer, type.Scale);
                break;
            default:
                target.AppendText(isUpper ? SingleValue.Upper(type, bound, length)! : SingleValue.Lower(type, bound, length));
                break;
        }
    }

    private static string Escaped(string name)
    {
        var text = new StringBuilder(name.Length);
        foreach (var c in name)
        {
            _ = c switch
            {
                '\'' or '\\' => text.Append('\\').Append(c),
                '\b' => text.Append("\\b"),
                '\t' => text.Append("\\t"),
                '\n' => text.Append("\\n"),
                '\f' => text.Append("\\f"),
                '\r' => text.Append("\\r"),
                < ' ' => text.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"),
                _ => text.Append(c),
            };
        }

        return text.ToString();
    }
}
