using System.Globalization;
using System.Text;
using System.Text.Json;
using CdcLake.Columnar;

namespace CdcLake.Iceberg.Spec;

// Values in a schema (Iceberg specification, appendix D, "JSON single-value serialization"):
//
//   boolean            true, false                 date           "2017-11-16"
//   int, long          number                      time           "22:31:08.123456"
//   float, double      number                      timestamp      "2017-11-16T22:31:08.123456"
//   decimal            "14.20", of its scale       timestamptz    "2017-11-16T22:31:08.123456+00:00"
//   string             text                        binary         "000102ff"

/// <summary>Reads the <c>initial-default</c> of a column: the value of its rows in files that were written before the column was added (format 3).</summary>
internal static class DefaultValue
{
    private static readonly string[] TimeFormats = ["HH':'mm':'ss'.'FFFFFF", "HH':'mm':'ss", "HH':'mm"];
    private static readonly string[] TimestampFormats = [.. TimeFormats.Select(t => "yyyy'-'MM'-'dd'T'" + t)];
    private static readonly string[] InstantFormats = [.. TimestampFormats.Select(t => t + "zzz")];

    /// <summary>The value as <see cref="Column.AppendRepeated"/> takes it, or null when the column has none.</summary>
    /// <param name="field">The column.</param>
    /// <param name="type">How its values are held.</param>
    /// <exception cref="CatalogException">It is no value of the column's type.</exception>
    public static object? Of(IcebergField field, DataType type)
    {
        if (field.InitialDefault is not { } json)
        {
            return null;
        }

        using var document = JsonDocument.Parse(json);
        var value = document.RootElement;
        try
        {
            return value.ValueKind == JsonValueKind.Null ? null : Read(value, type);
        }
        catch (Exception e) when (e is FormatException or InvalidOperationException or OverflowException)
        {
            throw new CatalogException(
                $"Column \"{field.Name}\" (field {field.Id}) has the initial default {json}, which this version of the library does not read as {field.Type}. "
                + "Rewrite the files that were written before the column was added (rewrite_data_files), which puts the value into them.", e);
        }
    }

    private static object Read(JsonElement value, DataType type)
    {
        switch (type.Storage)
        {
            case StorageKind.Byte:
                return value.GetBoolean() ? (byte)1 : (byte)0;
            case StorageKind.Float32:
                return value.GetSingle();
            case StorageKind.Float64:
                return value.GetDouble();
            case StorageKind.Bytes:
                return type.Kind == TypeKind.String ? Encoding.UTF8.GetBytes(Text(value)) : Convert.FromHexString(Text(value));
            default:
                var number = ReadInteger(value, type);
                return type.Storage switch
                {
                    StorageKind.Int32 => (object)checked((int)number),
                    StorageKind.Int64 => checked((long)number),
                    _ => number,
                };
        }
    }

    private static Int128 ReadInteger(JsonElement value, DataType type)
    {
        switch (type.Kind)
        {
            case TypeKind.Decimal or TypeKind.UInt64:
                return Unscaled(Text(value), type.Kind == TypeKind.Decimal ? type.Scale : 0);
            case TypeKind.Date:
                return DateOnly.ParseExact(Text(value), "yyyy'-'MM'-'dd", CultureInfo.InvariantCulture).DayNumber - DateOnly.FromDateTime(DateTime.UnixEpoch).DayNumber;
            case TypeKind.Time when value.ValueKind == JsonValueKind.String:
                return TimeOnly.ParseExact(Text(value), TimeFormats, CultureInfo.InvariantCulture).Ticks / TimeSpan.TicksPerMicrosecond;
            case TypeKind.DateTime:
                return Microseconds(DateTime.ParseExact(Text(value), TimestampFormats, CultureInfo.InvariantCulture));
            case TypeKind.Timestamp:
                return Microseconds(DateTimeOffset.ParseExact(Text(value), InstantFormats, CultureInfo.InvariantCulture).UtcDateTime);
            default:
                return value.GetInt64();
        }
    }

    private static long Microseconds(DateTime time) => (time.Ticks - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond;

    private static Int128 Unscaled(string text, int scale)
    {
        var point = text.IndexOf('.', StringComparison.Ordinal);
        var decimals = point < 0 ? 0 : text.Length - point - 1;
        return decimals == scale && (point >= 0) == (scale > 0)
            ? Int128.Parse(text.Replace(".", "", StringComparison.Ordinal), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture)
            : throw new FormatException($"{text} does not have {scale} decimals.");
    }

    private static string Text(JsonElement value) => value.GetString() ?? throw new FormatException("null is no text.");
}
