using System.Globalization;
using System.Text;
using CdcLake.Columnar;
using CdcLake.Iceberg.Manifests;
using CdcLake.Iceberg.Spec;

namespace CdcLake.Iceberg.Partitioning;

/// <summary>The folders of a partition, as Iceberg's and Hive's writers name them: <c>region=north/ts_day=2024-05-01</c>. For people only; no reader goes by them.</summary>
internal static class PartitionPath
{
    private const long MicrosPerSecond = 1_000_000;
    private const long SecondsPerDay = 86_400;

    /// <param name="fields">Fields of the spec.</param>
    /// <param name="types">Type of each source column.</param>
    /// <param name="values">Values of the tuple.</param>
    public static string Of(IReadOnlyList<PartitionField> fields, IReadOnlyList<DataType> types, IReadOnlyList<PartitionValue> values) =>
        string.Join('/', fields.Select((f, i) => $"{Escape(f.Name)}={Escape(Text(f.Transform, types[i], values[i]))}"));

    /// <summary>The path of a tuple of any writer; empty in an unpartitioned spec.</summary>
    /// <param name="spec">Its spec.</param>
    /// <param name="schema">Columns of the table.</param>
    /// <param name="tuple">Values.</param>
    public static string Of(PartitionSpec spec, IcebergSchema schema, PartitionTuple tuple)
    {
        var values = PartitionValues.Read(tuple);
        var ordered = spec.Fields.Select(f => tuple.Type.Fields.ToList().FindIndex(t => t.Id == f.FieldId)).Select(i => i < 0 ? new PartitionValue(true, 0, 0, null, []) : values[i]).ToList();
        return Of(spec.Fields, [.. spec.Fields.Select((f, i) => TypeOf(schema, f, ordered[i]))], ordered);
    }

    // Of a column within another, or of a type that is not read, the value's own form has to do.
    private static DataType TypeOf(IcebergSchema schema, PartitionField field, in PartitionValue value) =>
        schema.Fields.FirstOrDefault(c => c.Id == field.SourceId)?.Type.ToDataType() ?? (value.Bytes is null ? DataType.Int64 : DataType.Binary);

    internal static string Text(PartitionTransform transform, DataType type, in PartitionValue value)
    {
        if (value.IsNull)
        {
            return "null";
        }

        var number = value.Bytes is null ? (long)Int128.Clamp(value.Integer, long.MinValue, long.MaxValue) : 0;
        return transform.Kind switch
        {
            TransformKind.Year => Invariant($"{number + 1970:D4}"),
            TransformKind.Month => Invariant($"{CalendarUnits.FloorDiv(number, 12) + 1970:D4}-{number - (CalendarUnits.FloorDiv(number, 12) * 12) + 1:D2}"),
            TransformKind.Day => Day(number),
            TransformKind.Hour => Invariant($"{Day(CalendarUnits.FloorDiv(number, 24))}-{number - (CalendarUnits.FloorDiv(number, 24) * 24):D2}"),
            TransformKind.Bucket => Invariant($"{number}"),
            _ => Text(type, number, value),
        };
    }

    private static string Text(DataType type, long number, in PartitionValue value) => type.Kind switch
    {
        TypeKind.Boolean => number == 0 ? "false" : "true",
        TypeKind.Date => Day(number),
        TypeKind.DateTime => Time(number),
        TypeKind.Timestamp => Time(number) + "+00:00",
        TypeKind.Float32 => ((float)value.Float).ToString(CultureInfo.InvariantCulture),
        TypeKind.Float64 => value.Float.ToString(CultureInfo.InvariantCulture),
        TypeKind.Decimal => DecimalText.Of(value.Integer, type.Scale),
        TypeKind.String => Encoding.UTF8.GetString(value.Bytes!),
        TypeKind.Binary => Convert.ToBase64String(value.Bytes!),
        _ => Invariant($"{value.Integer}"),
    };

    private static string Day(long days)
    {
        var (year, month, day) = CalendarUnits.Date(days);
        return Invariant($"{year:D4}-{month:D2}-{day:D2}");
    }

    private static string Time(long micros)
    {
        var seconds = CalendarUnits.FloorDiv(micros, MicrosPerSecond);
        var rest = micros - (seconds * MicrosPerSecond);
        var days = CalendarUnits.FloorDiv(seconds, SecondsPerDay);
        var time = TimeSpan.FromSeconds(seconds - (days * SecondsPerDay));
        return Invariant($"{Day(days)}T{time:hh\\:mm\\:ss}") + (rest == 0 ? "" : Invariant($".{rest:D6}").TrimEnd('0'));
    }

    /// <summary>As HTML forms encode: letters, digits and <c>.-*_</c> stay, a blank becomes a plus.</summary>
    private static string Escape(string text)
    {
        var result = new StringBuilder(text.Length);
        foreach (var b in Encoding.UTF8.GetBytes(text))
        {
            _ = char.IsAsciiLetterOrDigit((char)b) || b is (byte)'.' or (byte)'-' or (byte)'*' or (byte)'_' ? result.Append((char)b)
                : b == ' ' ? result.Append('+')
                : result.Append(CultureInfo.InvariantCulture, $"%{b:X2}");
        }

        return result.ToString();
    }

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}
