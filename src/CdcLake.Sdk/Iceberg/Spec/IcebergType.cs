using System.Globalization;
using System.Text.Json;
using CdcLake.Columnar;

namespace CdcLake.Iceberg.Spec;

/// <summary>
/// The type of a column in a table schema. <see cref="Text"/> is the specification's spelling (<c>decimal(9, 2)</c>, one space) for primitive types and
/// the JSON as it was read for structs, lists and maps, which are carried along but never written by us. Iceberg specification, "Schemas and Data Types".
/// </summary>
internal readonly record struct IcebergType(string Text, bool IsNested = false)
{
    private const int UInt64Digits = 20;

    /// <summary>The type of semi-structured values: format version 3.</summary>
    public static IcebergType Variant => new("variant");

    public bool IsVariant => this == Variant;

    /// <summary>The Iceberg type that holds every value of a column.</summary>
    /// <exception cref="UnsupportedTypeException">There is none.</exception>
    public static IcebergType Of(DataType type) => new(type.Kind switch
    {
        TypeKind.Boolean => "boolean",
        TypeKind.Int8 or TypeKind.UInt8 or TypeKind.Int16 or TypeKind.UInt16 or TypeKind.Int32 => "int",
        TypeKind.UInt32 or TypeKind.Int64 or TypeKind.Time => "long",
        TypeKind.UInt64 => DecimalText(UInt64Digits, 0),
        TypeKind.Float32 => "float",
        TypeKind.Float64 => "double",
        TypeKind.Decimal => DecimalText(type.Precision, type.Scale),
        TypeKind.Date => "date",
        TypeKind.DateTime => "timestamp",
        TypeKind.Timestamp => "timestamptz",
        TypeKind.String => "string",
        TypeKind.Binary => "binary",
        _ => throw new UnsupportedTypeException($"Type {type} has no Iceberg type. Convert the column in a Select."),
    });

    /// <summary>Text for the column's description where the Iceberg type alone does not say what the values mean; else null.</summary>
    public static string? DocOf(DataType type) => type.Kind switch
    {
        TypeKind.Time => "microseconds; MySQL TIME, from -838:59:59 to 838:59:59",
        _ => null,
    };

    /// <summary>The column type that holds every value, or null for types that are not read (nested ones, nanoseconds, variant, …).</summary>
    public DataType? ToDataType()
    {
        if (TryParseDecimal(out var precision, out var scale))
        {
            return DataType.Decimal(precision, scale);
        }

        const int Microseconds = 6;
        return Text switch
        {
            _ when IsNested => null,
            "boolean" => DataType.Boolean,
            "int" => DataType.Int32,
            "long" => DataType.Int64,
            "float" => new DataType(TypeKind.Float32),
            "double" => DataType.Float64,
            "date" => DataType.Date,
            "timestamp" => DataType.DateTime(Microseconds),
            "timestamptz" => DataType.Timestamp(Microseconds),
            "time" => DataType.Time(Microseconds),
            "string" => DataType.String,
            "binary" => DataType.Binary,
            _ => null,
        };
    }

    /// <summary>True for types that may be identifier fields: no floating point, no variant.</summary>
    public bool CanIdentify => !IsNested && !IsVariant && Text is not ("float" or "double");

    /// <summary>True when a column of <paramref name="former"/> may become one of this type in place: Iceberg's promotions.</summary>
    public bool Holds(IcebergType former) =>
        this == former
        || (Text, former.Text) is ("long", "int") or ("double", "float")
        || (TryParseDecimal(out var precision, out var scale) && former.TryParseDecimal(out var formerPrecision, out var formerScale) && scale == formerScale && precision >= formerPrecision);

    internal static IcebergType Read(JsonElement element) => element.ValueKind == JsonValueKind.String
        ? new IcebergType(Canonical(element.GetString()!))
        : new IcebergType(element.GetRawText(), IsNested: true);

    internal void Write(Utf8JsonWriter json)
    {
        if (IsNested)
        {
            json.WriteRawValue(Text);
        }
        else
        {
            json.WriteStringValue(Text);
        }
    }

    public override string ToString() => Text;

    private static string DecimalText(int precision, int scale) =>
        string.Create(CultureInfo.InvariantCulture, $"decimal({precision}, {scale})");

    private static string Canonical(string text) =>
        new IcebergType(text).TryParseDecimal(out var precision, out var scale) ? DecimalText(precision, scale) : text;

    private bool TryParseDecimal(out int precision, out int scale)
    {
        precision = scale = 0;
        if (IsNested || Text is null || !Text.StartsWith("decimal(", StringComparison.Ordinal) || !Text.EndsWith(')'))
        {
            return false;
        }

        var inside = Text.AsSpan("decimal(".Length, Text.Length - "decimal()".Length);
        var comma = inside.IndexOf(',');
        return comma > 0
            && int.TryParse(inside[..comma].Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out precision)
            && int.TryParse(inside[(comma + 1)..].Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out scale)
            && precision is > 0 and <= DataType.MaxDecimalPrecision && scale <= precision;
    }
}
