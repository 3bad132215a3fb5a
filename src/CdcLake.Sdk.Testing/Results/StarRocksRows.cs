using System.Globalization;
using System.Text;
using CdcLake.Columnar;

namespace CdcLake.Testing.Results;

/// <summary>Rows as SELECT prints them in StarRocks, back in the columns that were loaded.</summary>
internal static class StarRocksRows
{
    public static ChangeBatch ToBatch(Schema schema, IReadOnlyList<IReadOnlyDictionary<string, string?>> rows)
    {
        var batch = new ChangeBatch(schema);
        foreach (var row in rows)
        {
            for (var i = 0; i < schema.Count; i++)
            {
                batch[i].AppendRepeated(row[schema[i].Name] is { } text ? ValueOf(schema[i].Type, text) : null, 1);
            }

            batch.AppendWeight(1);
        }

        return batch;
    }

    private static object ValueOf(DataType type, string text) => type.Kind switch
    {
        TypeKind.Boolean => (byte)(text is "1" or "true" ? 1 : 0),
        TypeKind.Float32 => float.Parse(text, CultureInfo.InvariantCulture),
        TypeKind.Float64 => double.Parse(text, CultureInfo.InvariantCulture),
        TypeKind.Decimal => Whole(type, Unscaled(text, type.Scale)),
        TypeKind.Date => DateOnly.Parse(text, CultureInfo.InvariantCulture).DayNumber - DateOnly.FromDateTime(DateTime.UnixEpoch).DayNumber,
        TypeKind.DateTime or TypeKind.Timestamp => (DateTime.Parse(text, CultureInfo.InvariantCulture).Ticks - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond,
        TypeKind.Time => TimeOf(text),
        TypeKind.String or TypeKind.Binary => Encoding.UTF8.GetBytes(text),
        _ => Whole(type, Int128.Parse(text, CultureInfo.InvariantCulture)),
    };

    private static object Whole(DataType type, Int128 number) => type.Storage switch
    {
        StorageKind.Int32 => (object)(int)number, // else all arms would be the widest of them
        StorageKind.Int64 => (long)number,
        _ => number,
    };

    private static Int128 Unscaled(string text, int scale)
    {
        var point = text.IndexOf('.', StringComparison.Ordinal);
        var fraction = point < 0 ? "" : text[(point + 1)..];
        return Int128.Parse((point < 0 ? text : text[..point]) + fraction.PadRight(scale, '0')[..scale], CultureInfo.InvariantCulture);
    }

    // hours may have three digits: 838:59:59.999999
    private static long TimeOf(string text)
    {
        var parts = text.TrimStart('-').Split(':');
        var seconds = decimal.Parse(parts[2], CultureInfo.InvariantCulture) + (60 * (int.Parse(parts[1], CultureInfo.InvariantCulture) + (60L * int.Parse(parts[0], CultureInfo.InvariantCulture))));
        return (long)(seconds * 1_000_000) * (text.StartsWith('-') ? -1 : 1);
    }
}
